//! What a step needs, and how it becomes the arguments of the step's closure.

use crate::{
    steps::{Attempt, Cell, Handle, Out, slot},
    unmet::Unmet,
};
use alloc::{sync::Arc, vec::Vec};
use core::{convert::Infallible, marker::PhantomData};
use rungs_scheduler::StepId;

/// Steps that another comes after: a handle, a `Vec` of handles, or a tuple of up to 12 of these.
#[diagnostic::on_unimplemented(
    message = "`{Self}` names no step to come after",
    note = "steps are named by a `Handle<_>`, a `Vec<Handle<_>>`, or a tuple of up to 12 of these"
)]
pub trait Handles {
    /// Calls `each` with the pipeline and the step of every handle.
    fn each(&self, each: impl FnMut(u32, StepId));
}

/// What a step needs: one [`Element`], or a tuple of up to 12.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is nothing that a step can need",
    note = "a step needs a `Handle<_>`, an `Owned<_>`, a `Vec` of either, an `own(value)`, or a tuple of up to 12 of these"
)]
pub trait Needs {
    /// Calls `each` with the pipeline and the step of every handle, and how that step's result is passed.
    fn each(&self, each: impl FnMut(u32, StepId, Passing));
}

/// What becomes one argument of a step: a handle, an [`Owned`](crate::Owned), a `Vec` of either, or [`own`] of a value.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is nothing that a step can need",
    note = "a step needs a `Handle<_>`, an `Owned<_>`, a `Vec` of either, an `own(value)`, or a tuple of up to 12 of these"
)]
pub trait Element {
    /// Calls `each` with the pipeline and the step of every handle, and how that step's result is passed.
    fn each(&self, each: impl FnMut(u32, StepId, Passing));
}

/// What an element is to the closure of a step.
pub trait Input<M>: Element {
    /// The argument.
    type Arg;
}

/// Makes the argument.
pub trait Supply<M, C: ?Sized, E>: Input<M> {
    /// For this attempt; `None` if a result is missing that must be there.
    fn supply(&self, attempt: &Attempt<'_, E>, results: &mut [Option<Arc<C>>]) -> Option<Self::Arg>;
}

/// Needs as the arguments of a step.
pub trait Gather<M, C: ?Sized, E> {
    /// A tuple with one entry per argument.
    type Args;

    /// Collects the arguments; `None` if a result is missing that must be there.
    fn gather(&self, attempt: &Attempt<'_, E>, results: &mut [Option<Arc<C>>]) -> Option<Self::Args>;
}

/// How a result reaches the step that needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passing {
    /// As an [`Out`], which others may have as well.
    ByReference,
    /// To this step alone.
    ByValue,
}

/// What a need becomes among the arguments.
pub trait Mode {
    /// The argument for a need whose result is passed as a `V`.
    type Arg<V>;

    /// The error of the needs that a context lists.
    type Error;
}

/// Makes the argument for a need, in a pipeline whose steps fail with an `E`.
pub trait Lend<E>: Mode {
    /// For this attempt; `value` is the result, of a need that has one.
    fn arg<V>(need: StepId, attempt: &Attempt<'_, E>, value: impl FnOnce() -> Option<V>) -> Option<Self::Arg<V>>;

    /// What a context lists: the needs without a result, if there are any.
    fn unmet(attempt: &Attempt<'_, E>) -> Option<Arc<[Unmet<Self::Error>]>>;
}

/// The step runs only if its needs succeeded: one result per need.
#[derive(Debug)]
pub struct Values;

/// The step runs after its needs, whatever their outcome: one `Result<_, Unmet<E>>` per need.
#[derive(Debug)]
pub struct Settled<E>(PhantomData<fn() -> E>);

/// The step runs if one of its needs succeeded and none went wrong: one `Option<Out>` per need.
#[derive(Debug)]
pub struct Joined;

impl Mode for Values {
    type Arg<V> = V;
    type Error = Infallible;
}

impl<E> Lend<E> for Values {
    // It is on the way of each shared result.
    #[inline(always)]
    fn arg<V>(_: StepId, _: &Attempt<'_, E>, value: impl FnOnce() -> Option<V>) -> Option<V> {
        value()
    }

    fn unmet(_: &Attempt<'_, E>) -> Option<Arc<[Unmet<Infallible>]>> {
        None
    }
}

impl<E> Mode for Settled<E> {
    type Arg<V> = Result<V, Unmet<E>>;
    type Error = E;
}

impl<E> Lend<E> for Settled<E> {
    fn arg<V>(
        need: StepId,
        attempt: &Attempt<'_, E>,
        value: impl FnOnce() -> Option<V>,
    ) -> Option<Result<V, Unmet<E>>> {
        match Unmet::of(attempt, need) {
            None => value().map(Ok),
            Some(unmet) => Some(Err(unmet)),
        }
    }

    fn unmet(attempt: &Attempt<'_, E>) -> Option<Arc<[Unmet<E>]>> {
        Unmet::all(attempt)
    }
}

impl Mode for Joined {
    type Arg<V> = Option<V>;
    type Error = Infallible;
}

impl<E> Lend<E> for Joined {
    fn arg<V>(need: StepId, attempt: &Attempt<'_, E>, value: impl FnOnce() -> Option<V>) -> Option<Option<V>> {
        match attempt.cause(need) {
            None => value().map(Some),
            Some(_) => Some(None),
        }
    }

    fn unmet(attempt: &Attempt<'_, E>) -> Option<Arc<[Unmet<Infallible>]>> {
        Unmet::all_pruned(attempt)
    }
}

/// The result of a need, if it is there and of this type.
#[inline]
fn lend<T: 'static, C: Cell + ?Sized>(results: &[Option<Arc<C>>], need: StepId) -> Option<Out<T>> {
    slot::<T, C>(results.get(need.index())?.clone()?)?.lend()
}

impl<T> Element for Handle<T> {
    #[inline]
    fn each(&self, mut each: impl FnMut(u32, StepId, Passing)) {
        each(self.pipeline, self.step, Passing::ByReference);
    }
}

impl<M: Mode, A: 'static> Input<M> for Handle<A> {
    type Arg = M::Arg<Out<A>>;
}

impl<M: Lend<E>, C: Cell + ?Sized, E, A: 'static> Supply<M, C, E> for Handle<A> {
    #[inline]
    fn supply(&self, attempt: &Attempt<'_, E>, results: &mut [Option<Arc<C>>]) -> Option<M::Arg<Out<A>>> {
        M::arg(self.step, attempt, || lend(results, self.step))
    }
}

impl<T> Element for Vec<Handle<T>> {
    #[inline]
    fn each(&self, mut each: impl FnMut(u32, StepId, Passing)) {
        self.iter().for_each(|handle| each(handle.pipeline, handle.step, Passing::ByReference));
    }
}

impl<M: Mode, A: 'static> Input<M> for Vec<Handle<A>> {
    type Arg = Vec<M::Arg<Out<A>>>;
}

impl<M: Lend<E>, C: Cell + ?Sized, E, A: 'static> Supply<M, C, E> for Vec<Handle<A>> {
    fn supply(&self, attempt: &Attempt<'_, E>, results: &mut [Option<Arc<C>>]) -> Option<Vec<M::Arg<Out<A>>>> {
        let mut args = Vec::with_capacity(self.len());
        for need in self {
            args.push(M::arg(need.step, attempt, || lend(results, need.step))?);
        }
        Some(args)
    }
}

/// What [`own`] makes of a value.
#[derive(Clone, Copy, Debug)]
pub struct Own<T>(T);

/// A value for a step to own: among its needs, it is an argument of which each attempt is given a clone.
///
/// A closure is called once per attempt, so it cannot give away what it captured. With `own` it need not clone by hand,
/// and what a spawned step takes along is its own.
///
/// ```
/// use rungs::{NoClock, Pipeline, own};
///
/// let url = String::from("https://example.org/");
/// let mut p: Pipeline = Pipeline::new("owned");
/// let page = p.step("page").run(async || Ok(7));
/// let link = p.step("link").retries(2).needs((page, own(url))).run(async |page, mut url| {
///     url.push_str(&page.to_string());
///     Ok(url)
/// });
/// let report = futures_lite::future::block_on(p.run(&NoClock))?;
/// assert_eq!(*report.output(link).unwrap(), "https://example.org/7");
/// # Ok::<(), rungs::PipelineError>(())
/// ```
pub const fn own<T: Clone>(value: T) -> Own<T> {
    Own(value)
}

impl<T> Element for Own<T> {
    #[inline]
    fn each(&self, _: impl FnMut(u32, StepId, Passing)) {}
}

impl<M, T: Clone> Input<M> for Own<T> {
    type Arg = T;
}

impl<M, C: ?Sized, E, T: Clone> Supply<M, C, E> for Own<T> {
    #[inline]
    fn supply(&self, _: &Attempt<'_, E>, _: &mut [Option<Arc<C>>]) -> Option<T> {
        Some(self.0.clone())
    }
}

impl<N: Element> Needs for N {
    #[inline]
    fn each(&self, each: impl FnMut(u32, StepId, Passing)) {
        Element::each(self, each);
    }
}

impl<M, C: ?Sized, E, N: Supply<M, C, E>> Gather<M, C, E> for N {
    type Args = (N::Arg,);

    #[inline]
    fn gather(&self, attempt: &Attempt<'_, E>, results: &mut [Option<Arc<C>>]) -> Option<Self::Args> {
        Some((self.supply(attempt, results)?,))
    }
}

impl<T> Handles for Handle<T> {
    #[inline]
    fn each(&self, mut each: impl FnMut(u32, StepId)) {
        each(self.pipeline, self.step);
    }
}

impl<T> Handles for Vec<Handle<T>> {
    #[inline]
    fn each(&self, mut each: impl FnMut(u32, StepId)) {
        self.iter().for_each(|handle| each(handle.pipeline, handle.step));
    }
}

macro_rules! tuples {
    ($(($($arg:ident $name:ident),*))*) => { $(
        impl<$($arg: Element),*> Needs for ($($arg,)*) {
            #[inline]
            #[allow(unused_variables, unused_mut, reason = "no element, no call")]
            fn each(&self, mut each: impl FnMut(u32, StepId, Passing)) {
                let ($($name,)*) = self;
                $(Element::each($name, &mut each);)*
            }
        }

        impl<$($arg: Handles),*> Handles for ($($arg,)*) {
            #[inline]
            #[allow(unused_variables, unused_mut, reason = "no handle, no call")]
            fn each(&self, mut each: impl FnMut(u32, StepId)) {
                let ($($name,)*) = self;
                $(Handles::each($name, &mut each);)*
            }
        }

        impl<MODE, CELL: ?Sized, ERROR, $($arg: Supply<MODE, CELL, ERROR>),*> Gather<MODE, CELL, ERROR> for ($($arg,)*) {
            type Args = ($($arg::Arg,)*);

            #[inline]
            #[allow(unused_variables, reason = "no element, no argument")]
            fn gather(&self, attempt: &Attempt<'_, ERROR>, results: &mut [Option<Arc<CELL>>]) -> Option<Self::Args> {
                let ($($name,)*) = self;
                Some(($($name.supply(attempt, results)?,)*))
            }
        }
    )* };
}
super::arity::all!(tuples);
