//! What a step does: a closure that makes a future for each attempt.

use super::names::Names;
use crate::step_cx::{CxNames, StepCx};
use alloc::sync::Arc;
use core::{
    fmt,
    future::Future,
    sync::atomic::{AtomicBool, Ordering},
};
use rungs_scheduler::{Cause, Instant, Scheduler, StepId, StepState};

/// An attempt that begins, and all it may look at.
pub struct Attempt<'r> {
    pub(crate) step: StepId,
    pub(crate) started: Instant,
    pub(crate) scheduler: &'r Scheduler<'r>,
    pub(crate) names: &'r Arc<Names>,
}

impl fmt::Debug for Attempt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { step, started, .. } = self;
        f.debug_struct("Attempt").field("step", step).field("started", started).finish_non_exhaustive()
    }
}

impl<'r> Attempt<'r> {
    /// The needs whose results are arguments, in the order in which they were said.
    pub(super) fn needs(&self) -> impl Iterator<Item = StepId> + use<'r> {
        let needs = self.scheduler.plan().needs(self.step).iter();
        needs.filter(|need| need.has_result()).map(|need| need.step())
    }

    pub(super) fn cause(&self, need: StepId) -> Option<Cause> {
        self.scheduler.state(need)?.cause()
    }

    fn number(&self) -> u32 {
        self.scheduler.state(self.step).map_or(1, StepState::attempts)
    }
}

/// A closure that takes these arguments, in one form for all numbers of them.
pub trait Body<A> {
    /// What it makes.
    type Future: Future;

    /// Begins an attempt.
    fn call(&mut self, attempt: &Attempt<'_>, args: A) -> Self::Future;

    /// The attempt is to end.
    fn cancelled(&mut self) {}
}

/// A closure that takes its needs' results and nothing else.
#[derive(Debug)]
pub struct Plain<F>(pub(super) F);

/// A closure that takes the attempt's context first.
#[derive(Debug)]
pub struct WithCx<F> {
    body: F,
    cancelled: Option<Arc<AtomicBool>>,
}

impl<F> WithCx<F> {
    pub(super) fn new(body: F) -> Self {
        Self { body, cancelled: None }
    }

    fn context(&mut self, attempt: &Attempt<'_>) -> StepCx {
        let cancelled = Arc::new(AtomicBool::new(false));
        self.cancelled = Some(cancelled.clone());
        let limit = attempt.scheduler.attempt_limit(attempt.step, attempt.started);
        let names = CxNames::Shared(attempt.names.clone());
        StepCx::new(names, attempt.step, attempt.number(), attempt.started, limit).cancelled_by(cancelled)
    }

    fn tell(&self) {
        if let Some(cancelled) = &self.cancelled {
            cancelled.store(true, Ordering::Release);
        }
    }
}

macro_rules! bodies {
    ($(($($arg:ident $name:ident),*))*) => { $(
        impl<F, R, $($arg),*> Body<($($arg,)*)> for Plain<F>
        where
            F: FnMut($($arg),*) -> R,
            R: Future,
        {
            type Future = R;

            #[inline]
            fn call(&mut self, _: &Attempt<'_>, ($($name,)*): ($($arg,)*)) -> R {
                (self.0)($($name),*)
            }
        }

        impl<F, R, $($arg),*> Body<($($arg,)*)> for WithCx<F>
        where
            F: FnMut(StepCx, $($arg),*) -> R,
            R: Future,
        {
            type Future = R;

            fn call(&mut self, attempt: &Attempt<'_>, ($($name,)*): ($($arg,)*)) -> R {
                let cx = self.context(attempt);
                (self.body)(cx, $($name),*)
            }

            fn cancelled(&mut self) {
                self.tell();
            }
        }
    )* };
}
super::arity::all!(bodies);
