//! Owned results: the step that makes one, and the need that takes it.

use super::{
    adding::AddStep,
    arity::all_but_two,
    body::{Body, Plain, WithCx},
    builder::StepBuilder,
    inputs::{ByName, Inputs},
    needs::{Element, Handles, Input, Lend, Mode, Passing, Supply},
};
use crate::{
    step_cx::StepCx,
    steps::{Attempt, Cell, Kind, Owned, OwnedValue, take},
};
use alloc::{sync::Arc, vec::Vec};
use core::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};
use pin_project_lite::pin_project;
use rungs_scheduler::StepId;

impl<T> Element for Owned<T> {
    fn each(&self, mut each: impl FnMut(u32, StepId, Passing)) {
        each(self.pipeline(), self.id(), Passing::ByValue);
    }
}

impl<M: Mode, A: 'static> Input<M> for Owned<A> {
    type Arg = M::Arg<A>;
}

impl<M: Lend<E>, C: Cell + ?Sized, E, A: 'static> Supply<M, C, E> for Owned<A> {
    fn supply(&self, attempt: &Attempt<'_, E>, results: &mut [Option<Arc<C>>]) -> Option<M::Arg<A>> {
        M::arg(self.id(), attempt, || {
            let cell = results.get_mut(self.id().index())?.as_mut()?;
            take::<OwnedValue<A>, C>(cell).ok().map(OwnedValue::into_inner)
        })
    }
}

impl<T> Element for Vec<Owned<T>> {
    fn each(&self, mut each: impl FnMut(u32, StepId, Passing)) {
        self.iter().for_each(|owned| owned.each(&mut each));
    }
}

impl<M: Mode, A: 'static> Input<M> for Vec<Owned<A>> {
    type Arg = Vec<M::Arg<A>>;
}

impl<M: Lend<E>, C: Cell + ?Sized, E, A: 'static> Supply<M, C, E> for Vec<Owned<A>> {
    fn supply(&self, attempt: &Attempt<'_, E>, results: &mut [Option<Arc<C>>]) -> Option<Vec<M::Arg<A>>> {
        let mut args = Vec::with_capacity(self.len());
        for owned in self {
            args.push(Supply::<M, C, E>::supply(owned, attempt, results)?);
        }
        Some(args)
    }
}

/// Order alone: the result stays with its owner.
impl<T> Handles for &Owned<T> {
    fn each(&self, mut each: impl FnMut(u32, StepId)) {
        each(self.pipeline(), self.id());
    }
}

/// A body whose result is owned by one other step.
#[derive(Debug)]
pub struct Owning<B>(pub(super) B);

impl<A, B, T, E> Body<A, E> for Owning<B>
where
    B: Body<A, E>,
    B::Future: Future<Output = Result<T, E>>,
{
    type Future = OwnedFuture<B::Future>;

    fn call(&mut self, attempt: &Attempt<'_, E>, args: A) -> Self::Future {
        OwnedFuture { attempt: self.0.call(attempt, args) }
    }

    fn cancelled(&mut self) {
        self.0.cancelled();
    }
}

pin_project! {
    /// An attempt whose result is put into the form in which it is kept.
    #[derive(Debug)]
    pub struct OwnedFuture<F> {
        #[pin]
        attempt: F,
    }
}

impl<T, E, F: Future<Output = Result<T, E>>> Future for OwnedFuture<F> {
    type Output = Result<OwnedValue<T>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.project().attempt.poll(cx).map_ok(OwnedValue::new)
    }
}

impl<'env, E, K: Kind<'env, E>, S, N, M, C> StepBuilder<'_, 'env, E, K, S, N, M, C> {
    /// Drops this step's result as soon as its last reader has ended, or at once if no step reads it, and not with the
    /// report: a large intermediate result, a connection. [`Report::output`](crate::Report::output) then says that it was
    /// released. An [`Out`](crate::Out) that is still alive keeps the value.
    ///
    /// ```
    /// use rungs::{NoClock, OutputErrorKind, Pipeline};
    ///
    /// let mut p = Pipeline::new("pages");
    /// let text = p.step("read").release_early().run(async || Ok(String::from("a book of many pages")));
    /// let words = p.step("count").needs(text).run(async |text| Ok(text.split(' ').count()));
    /// p.step("print").after(words).run(async || Ok(())); // by now the text is gone
    /// let report = futures_lite::future::block_on(p.run(&NoClock))?;
    /// assert_eq!(*report.output(words).unwrap(), 5);
    /// assert_eq!(report.output(text).unwrap_err().kind(), OutputErrorKind::Released);
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn release_early(self) -> Self {
        self.steps.draft.release_result();
        self
    }
}

/// `run_owned` for one form of needs, as `run` is written.
macro_rules! run_owned_methods {
    ($(#[$attr:meta])* [$($generics:tt)*] $needs:ty, ($($arg:ty),*)) => {
        $(#[$attr])*
        impl<'p, 'env, E, K: Kind<'env, E>, S, M: Mode, C, $($generics)*> StepBuilder<'p, 'env, E, K, S, $needs, M, C> {
            /// As [`run`](Self::run), for a result that has one owner: the one step that is given what this returns among its
            /// [needs](StepBuilder::needs) gets the result by value. [`Owned`] has an example.
            pub fn run_owned<B, F, T>(self, body: B) -> Owned<T>
            where
                B: FnMut($($arg),*) -> F,
                F: Future<Output = Result<T, E>>,
                T: 'static,
                Self: AddStep<Owning<Plain<B>>, OwnedValue<T>>,
            {
                self.steps.draft.own_result();
                self.add_step(Owning(Plain(body))).into_owned()
            }

            /// As [`run_owned`](Self::run_owned), with the attempt's [context](StepCx) before the needs' results.
            pub fn run_owned_with<B, F, T>(self, body: B) -> Owned<T>
            where
                B: FnMut(StepCx<M::Error>, $($arg),*) -> F,
                F: Future<Output = Result<T, E>>,
                T: 'static,
                Self: AddStep<Owning<WithCx<B, M>>, OwnedValue<T>>,
            {
                self.steps.draft.own_result();
                self.add_step(Owning(WithCx::new(body))).into_owned()
            }
        }
    };
}

macro_rules! run_owned_tuples {
    ($(($($arg:ident $name:ident),*))*) => { $(
        run_owned_methods!(#[doc(hidden)] [$($arg: Supply<M, K::Cell, E>),*] ($($arg,)*), ($(<$arg as Input<M>>::Arg),*));
    )* };
}
run_owned_methods!([A: Supply<M, K::Cell, E>, Z: Supply<M, K::Cell, E>] (A, Z), (<A as Input<M>>::Arg, <Z as Input<M>>::Arg));
all_but_two!(run_owned_tuples);
run_owned_methods!(#[doc(hidden)] [N: Supply<M, K::Cell, E>] N, (<N as Input<M>>::Arg));
run_owned_methods!(#[doc(hidden)] [] ByName, (Inputs<K::Cell>));
