//! The end of a step's builder: it takes the step's closure.

use super::{
    StepBuilder,
    arity::all_but_two,
    attempt_spawner::AttemptSpawner,
    body::{Body, Plain, WithCx},
    inputs::{ByName, Inputs},
    keep::Keep,
    needs::{Gather, Input, Mode, Supply},
    task::{End, Task},
};
use crate::{
    step_cx::StepCx,
    steps::{Handle, Holds, HoldsResult, Kind},
};
use core::future::Future;

/// A step can be added with this body: each of its types fits. One bound stands for many, which keeps the documentation
/// short.
pub trait AddStep<B, T>: Sized {
    /// Adds it.
    fn add_step(self, body: B) -> Handle<T>;
}

impl<'env, E, K, S, N, M, C, B, F, T> AddStep<B, T> for StepBuilder<'_, 'env, E, K, S, N, M, C>
where
    N: Gather<M, K::Cell, E>,
    B: Body<N::Args, E, Future = F>,
    F: Future<Output: End<T, E>>,
    S: AttemptSpawner<F>,
    K: Holds<'env, E, Task<B, S, F, N, M, T, K>> + HoldsResult<T, K::Cell>,
    C: Keep<'env, E, K, T>,
{
    #[inline]
    fn add_step(self, body: B) -> Handle<T> {
        let Self { steps, spawner, name, needs, .. } = self;
        let (work, codec) = C::keep(K::hold(Task::new(needs, body, spawner)));
        if let Some(codec) = codec {
            steps.keep(codec);
        }
        let step = steps.add(name, work);
        Handle::new(steps.draft.names.id(), step)
    }
}

/// `run`, `run_maybe` and these with a context for one form of needs: the closure's arguments stand in the bound, so that the compiler knows
/// them when it reads the closure. Only one form is shown in the documentation, as a reader would find each method 15
/// times there: stable Rust has no name for "a function of these arguments" that would give a closure its types.
macro_rules! run_methods {
    ($(#[$attr:meta])* [$($generics:tt)*] $needs:ty, ($($arg:ty),*)) => {
        $(#[$attr])*
        impl<'p, 'env, E, K: Kind<'env, E>, S, M: Mode, C, $($generics)*> StepBuilder<'p, 'env, E, K, S, $needs, M, C> {
            /// Adds the step: `body` is called with its needs' results, once per attempt.
            ///
            /// Shown for two needs, and the same for all numbers of them: `body` takes one argument for each
            /// [need](StepBuilder::needs), in their order, and none without needs. It is a closure, or an `async fn` of the
            /// right arguments. An argument is an [`Out<T>`](crate::Out) of a handle, the `T` of an
            /// [`Owned<T>`](crate::Owned), a `Vec` of either, a value of [`own`](crate::own), or, by name,
            /// [`Inputs`](crate::Inputs). In a step [`when_all_done`](StepBuilder::when_all_done) or
            /// [`when_any_failed`](StepBuilder::when_any_failed) the first two are in a `Result<_, Unmet<E>>`, and in one
            /// [`when_none_failed`](StepBuilder::when_none_failed) in an `Option`.
            pub fn run<B, F, T>(self, body: B) -> Handle<T>
            where
                B: FnMut($($arg),*) -> F,
                F: Future<Output = Result<T, E>>,
                T: 'static,
                Self: AddStep<Plain<B>, T>,
            {
                self.add_step(Plain(body))
            }

            /// As [`run`](Self::run), with the attempt's [context](StepCx) before the needs' results.
            pub fn run_with<B, F, T>(self, body: B) -> Handle<T>
            where
                B: FnMut(StepCx<M::Error>, $($arg),*) -> F,
                F: Future<Output = Result<T, E>>,
                T: 'static,
                Self: AddStep<WithCx<B, M>, T>,
            {
                self.add_step(WithCx::new(body))
            }

            /// As [`run`](Self::run), for a step that may skip itself: `Ok(None)` says that there is nothing to do. That is an
            /// end and no failure: the step is `Skipped` with [`Cause::SkippedItself`](crate::Cause::SkippedItself), is not
            /// retried, and stops nothing. Steps that need its result are skipped in turn, but for one
            /// [`when_none_failed`](StepBuilder::when_none_failed), which has an example.
            pub fn run_maybe<B, F, T>(self, body: B) -> Handle<T>
            where
                B: FnMut($($arg),*) -> F,
                F: Future<Output = Result<Option<T>, E>>,
                T: 'static,
                Self: AddStep<Plain<B>, T>,
            {
                self.add_step(Plain(body))
            }

            /// As [`run_maybe`](Self::run_maybe), with the attempt's [context](StepCx) before the needs' results.
            pub fn run_maybe_with<B, F, T>(self, body: B) -> Handle<T>
            where
                B: FnMut(StepCx<M::Error>, $($arg),*) -> F,
                F: Future<Output = Result<Option<T>, E>>,
                T: 'static,
                Self: AddStep<WithCx<B, M>, T>,
            {
                self.add_step(WithCx::new(body))
            }
        }
    };
}

macro_rules! run_tuples {
    ($(($($arg:ident $name:ident),*))*) => { $(
        run_methods!(#[doc(hidden)] [$($arg: Supply<M, K::Cell, E>),*] ($($arg,)*), ($(<$arg as Input<M>>::Arg),*));
    )* };
}
run_methods!([A: Supply<M, K::Cell, E>, Z: Supply<M, K::Cell, E>] (A, Z), (<A as Input<M>>::Arg, <Z as Input<M>>::Arg));
all_but_two!(run_tuples);
run_methods!(#[doc(hidden)] [N: Supply<M, K::Cell, E>] N, (<N as Input<M>>::Arg));
run_methods!(#[doc(hidden)] [] ByName, (Inputs<K::Cell>));
