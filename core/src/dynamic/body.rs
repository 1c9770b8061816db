//! The closure of a step, which makes a future for each attempt.

use super::needs::{Lend, Mode};
use crate::{
    plan_names::PlanNames,
    step_cx::{CxShared, StepCx},
    steps::Attempt,
};
use alloc::sync::Arc;
use core::{fmt, future::Future, marker::PhantomData};

/// A closure that takes these arguments, in one form for all numbers of them.
pub trait Body<A, E> {
    /// The future of an attempt.
    type Future: Future;

    /// Begins an attempt.
    fn call(&mut self, attempt: &Attempt<'_, E>, args: A) -> Self::Future;

    /// Called when the attempt is to end.
    fn cancelled(&mut self) {}
}

/// A closure that takes the results of the step's needs and nothing else.
#[derive(Debug)]
pub struct Plain<F>(pub(super) F);

/// A closure that takes the attempt's context first.
pub struct WithCx<F, M> {
    body: F,
    shared: Option<Arc<CxShared>>,
    mode: PhantomData<fn() -> M>,
}

impl<F, M> fmt::Debug for WithCx<F, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WithCx").finish_non_exhaustive()
    }
}

impl<F, M: Mode> WithCx<F, M> {
    pub(super) fn new(body: F) -> Self {
        Self { body, shared: None, mode: PhantomData }
    }

    fn context<E>(&mut self, attempt: &Attempt<'_, E>) -> StepCx<M::Error>
    where
        M: Lend<E>,
    {
        let shared = CxShared::new(attempt.run.emissions().cloned());
        #[cfg(feature = "checkpoints")]
        let shared = shared.with_run_id(attempt.run.run_id().cloned());
        let shared = Arc::new(shared);
        self.shared = Some(shared.clone());
        let limit = attempt.scheduler.attempt_limit(attempt.step, attempt.started);
        let names = PlanNames::Shared(attempt.run.names.clone());
        let cx = StepCx::new(names, attempt.step, attempt.number(), attempt.started, limit).sharing(shared);
        cx.with_unmet(M::unmet(attempt))
    }

    fn set_cancelled(&self) {
        if let Some(shared) = &self.shared {
            shared.cancel();
        }
    }
}

macro_rules! bodies {
    ($(($($arg:ident $name:ident),*))*) => { $(
        impl<F, R, E, $($arg),*> Body<($($arg,)*), E> for Plain<F>
        where
            F: FnMut($($arg),*) -> R,
            R: Future,
        {
            type Future = R;

            #[inline]
            fn call(&mut self, _: &Attempt<'_, E>, ($($name,)*): ($($arg,)*)) -> R {
                (self.0)($($name),*)
            }
        }

        impl<F, R, E, M, $($arg),*> Body<($($arg,)*), E> for WithCx<F, M>
        where
            F: FnMut(StepCx<M::Error>, $($arg),*) -> R,
            R: Future,
            M: Lend<E>,
        {
            type Future = R;

            fn call(&mut self, attempt: &Attempt<'_, E>, ($($name,)*): ($($arg,)*)) -> R {
                let cx = self.context(attempt);
                (self.body)(cx, $($name),*)
            }

            fn cancelled(&mut self) {
                self.set_cancelled();
            }
        }
    )* };
}
super::arity::all!(bodies);
