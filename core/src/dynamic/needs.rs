//! Handles, and how the results they stand for become arguments.

use super::{
    body::Attempt,
    cell::{Cell, Out, ResultSlot, slot},
    kind::SharedCell,
    names::Names,
};
use crate::diagram::StepNames;
use alloc::{string::String, sync::Arc, vec::Vec};
use core::{
    fmt,
    hash::{Hash, Hasher},
    marker::PhantomData,
};
use rungs_scheduler::{Cause, StepId};

/// A step that was added, and the type of its result. Needs of later steps are named by it, and results looked up.
///
/// ```
/// use rungs::{Handle, NoClock, Pipeline};
///
/// let mut p = Pipeline::new("fan-in");
/// let parts: Vec<Handle<u32>> =
///     ["1", "2", "39"].iter().map(|&text| p.step(text).run(move || async move { Ok(text.parse()?) })).collect();
/// let sum = p.step("sum").needs(parts).run(async |parts| Ok(parts.iter().map(|part| **part).sum::<u32>()));
/// let report = futures_lite::future::block_on(p.run(&NoClock))?;
/// assert_eq!(*report.output(sum).unwrap(), 42);
/// # Ok::<(), rungs::PlanError>(())
/// ```
pub struct Handle<T> {
    pub(crate) pipeline: u32,
    pub(super) step: StepId,
    result: PhantomData<fn() -> T>,
}

impl<T> Handle<T> {
    pub(super) fn new(pipeline: u32, step: StepId) -> Self {
        Self { pipeline, step, result: PhantomData }
    }

    /// The step, by its place in the order of declaration.
    pub fn id(self) -> StepId {
        self.step
    }
}

impl<T> Clone for Handle<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Handle<T> {}

impl<T> PartialEq for Handle<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.pipeline, self.step) == (other.pipeline, other.step)
    }
}

impl<T> Eq for Handle<T> {}

impl<T> Hash for Handle<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.pipeline, self.step).hash(state);
    }
}

impl<T> fmt::Debug for Handle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Handle").field(&self.step.index()).finish()
    }
}

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
    note = "a step needs a `Handle<_>`, a `Vec<Handle<_>>`, an `own(value)`, or a tuple of up to 12 of these"
)]
pub trait Needs {
    /// Calls `each` with the pipeline and the step of every handle.
    fn each(&self, each: impl FnMut(u32, StepId));
}

/// What becomes one argument of a step: a handle, a `Vec` of handles, or [`own`] of a value.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is nothing that a step can need",
    note = "a step needs a `Handle<_>`, a `Vec<Handle<_>>`, an `own(value)`, or a tuple of up to 12 of these"
)]
pub trait Element {
    /// Calls `each` with the pipeline and the step of every handle.
    fn each(&self, each: impl FnMut(u32, StepId));
}

/// What an element is to the closure of a step.
pub trait Input<M>: Element {
    /// The argument.
    type Arg;
}

/// Makes the argument.
pub trait Supply<M, C: ?Sized>: Input<M> {
    /// For this attempt; `None` if a result is missing that must be there.
    fn supply(&self, attempt: &Attempt<'_>, results: &[Option<Arc<C>>]) -> Option<Self::Arg>;
}

/// Needs as the arguments of a step.
pub trait Gather<M, C: ?Sized> {
    /// A tuple, one entry an argument.
    type Args;

    /// Collects the arguments; `None` if a result is missing that must be there.
    fn gather(&self, attempt: &Attempt<'_>, results: &[Option<Arc<C>>]) -> Option<Self::Args>;
}

/// How a need becomes an argument.
pub trait Mode: 'static {
    /// The argument for a need whose result is an `A`.
    type Arg<A: 'static>;

    /// Makes it.
    fn arg<A: 'static, C: Cell + ?Sized>(
        need: StepId,
        attempt: &Attempt<'_>,
        results: &[Option<Arc<C>>],
    ) -> Option<Self::Arg<A>>;
}

/// The step runs only if its needs succeeded: an `Out` each.
#[derive(Debug)]
pub struct Values;

/// The step runs whatever its needs came to: a `Result<Out, Cause>` each.
#[derive(Debug)]
pub struct Settled;

impl Mode for Values {
    type Arg<A: 'static> = Out<A>;

    #[inline]
    fn arg<A: 'static, C: Cell + ?Sized>(need: StepId, _: &Attempt<'_>, results: &[Option<Arc<C>>]) -> Option<Out<A>> {
        lend(results, need)
    }
}

impl Mode for Settled {
    type Arg<A: 'static> = Result<Out<A>, Cause>;

    fn arg<A: 'static, C: Cell + ?Sized>(
        need: StepId,
        attempt: &Attempt<'_>,
        results: &[Option<Arc<C>>],
    ) -> Option<Result<Out<A>, Cause>> {
        match attempt.cause(need) {
            None => lend(results, need).map(Ok),
            Some(cause) => Some(Err(cause)),
        }
    }
}

/// The result of a need, if it is there and of this type.
#[inline]
fn lend<T: 'static, C: Cell + ?Sized>(results: &[Option<Arc<C>>], need: StepId) -> Option<Out<T>> {
    slot::<T, C>(results.get(need.index())?.clone()?)?.lend()
}

impl<T> Element for Handle<T> {
    #[inline]
    fn each(&self, mut each: impl FnMut(u32, StepId)) {
        each(self.pipeline, self.step);
    }
}

impl<M: Mode, A: 'static> Input<M> for Handle<A> {
    type Arg = M::Arg<A>;
}

impl<M: Mode, C: Cell + ?Sized, A: 'static> Supply<M, C> for Handle<A> {
    #[inline]
    fn supply(&self, attempt: &Attempt<'_>, results: &[Option<Arc<C>>]) -> Option<M::Arg<A>> {
        M::arg(self.step, attempt, results)
    }
}

impl<T> Element for Vec<Handle<T>> {
    #[inline]
    fn each(&self, mut each: impl FnMut(u32, StepId)) {
        self.iter().for_each(|handle| each(handle.pipeline, handle.step));
    }
}

impl<M: Mode, A: 'static> Input<M> for Vec<Handle<A>> {
    type Arg = Vec<M::Arg<A>>;
}

impl<M: Mode, C: Cell + ?Sized, A: 'static> Supply<M, C> for Vec<Handle<A>> {
    fn supply(&self, attempt: &Attempt<'_>, results: &[Option<Arc<C>>]) -> Option<Vec<M::Arg<A>>> {
        let mut args = Vec::with_capacity(self.len());
        for need in self {
            args.push(M::arg(need.step, attempt, results)?);
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
/// # Ok::<(), rungs::PlanError>(())
/// ```
pub const fn own<T: Clone>(value: T) -> Own<T> {
    Own(value)
}

impl<T> Element for Own<T> {
    #[inline]
    fn each(&self, _: impl FnMut(u32, StepId)) {}
}

impl<M, T: Clone> Input<M> for Own<T> {
    type Arg = T;
}

impl<M, C: ?Sized, T: Clone> Supply<M, C> for Own<T> {
    #[inline]
    fn supply(&self, _: &Attempt<'_>, _: &[Option<Arc<C>>]) -> Option<T> {
        Some(self.0.clone())
    }
}

impl<N: Element> Needs for N {
    #[inline]
    fn each(&self, each: impl FnMut(u32, StepId)) {
        Element::each(self, each);
    }
}

impl<M, C: ?Sized, N: Supply<M, C>> Gather<M, C> for N {
    type Args = (N::Arg,);

    #[inline]
    fn gather(&self, attempt: &Attempt<'_>, results: &[Option<Arc<C>>]) -> Option<Self::Args> {
        Some((self.supply(attempt, results)?,))
    }
}

impl<T> Handles for Handle<T> {
    #[inline]
    fn each(&self, each: impl FnMut(u32, StepId)) {
        Element::each(self, each);
    }
}

impl<T> Handles for Vec<Handle<T>> {
    #[inline]
    fn each(&self, each: impl FnMut(u32, StepId)) {
        Element::each(self, each);
    }
}

macro_rules! tuples {
    ($(($($arg:ident $name:ident),*))*) => { $(
        impl<$($arg: Element),*> Needs for ($($arg,)*) {
            #[inline]
            #[allow(unused_variables, unused_mut, reason = "no element, no call")]
            fn each(&self, mut each: impl FnMut(u32, StepId)) {
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

        impl<MODE, CELL: ?Sized, $($arg: Supply<MODE, CELL>),*> Gather<MODE, CELL> for ($($arg,)*) {
            type Args = ($($arg::Arg,)*);

            #[inline]
            #[allow(unused_variables, reason = "no element, no argument")]
            fn gather(&self, attempt: &Attempt<'_>, results: &[Option<Arc<CELL>>]) -> Option<Self::Args> {
                let ($($name,)*) = self;
                Some(($($name.supply(attempt, results)?,)*))
            }
        }
    )* };
}
super::arity::all!(tuples);

/// Needs said by name.
#[derive(Debug)]
pub struct ByName;

/// The results of needs that were said by name, looked up by name and type.
///
/// ```
/// use rungs::{Inputs, NoClock, Pipeline};
///
/// let mut p = Pipeline::new("by name");
/// p.step("sum").depends_on(["a", "b"]).run(|inputs: Inputs| async move {
///     Ok(*inputs.get::<u32>("a")? + *inputs.get::<u32>("b")?)
/// });
/// p.step("a").run(async || Ok(1_u32));
/// p.step("b").run(async || Ok(2_u32));
/// let report = futures_lite::future::block_on(p.run(&NoClock))?;
/// assert_eq!(*report.output_named::<u32>("sum").unwrap(), 3);
/// # Ok::<(), rungs::PlanError>(())
/// ```
pub struct Inputs<C: ?Sized = SharedCell> {
    names: Arc<Names>,
    needs: Vec<(StepId, Option<Cause>, Arc<C>)>,
}

impl<C: Cell + ?Sized> Inputs<C> {
    /// The result of the need of this name.
    ///
    /// # Errors
    /// The step has no such need, it did not succeed, or its result has another type.
    pub fn get<T: 'static>(&self, name: &str) -> Result<Out<T>, InputError> {
        let fault = |fault| InputError { name: name.into(), fault };
        let found = self.needs.iter().find(|(step, ..)| self.names.name(*step) == name);
        let (_, cause, cell) = found.ok_or_else(|| fault(InputErrorKind::NotANeed))?;
        match cause {
            Some(cause) => Err(fault(InputErrorKind::NoResult(*cause))),
            None => {
                slot::<T, C>(cell.clone()).and_then(ResultSlot::lend).ok_or_else(|| fault(InputErrorKind::OtherType))
            }
        }
    }

    /// The names of all needs, in the order they were said.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.needs.iter().map(|(step, ..)| self.names.name(*step))
    }
}

impl<C: ?Sized> Clone for Inputs<C> {
    fn clone(&self) -> Self {
        Self { names: self.names.clone(), needs: self.needs.clone() }
    }
}

impl<C: Cell + ?Sized> fmt::Debug for Inputs<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Inputs").field(&self.names().collect::<Vec<_>>()).finish()
    }
}

impl<M, C: Cell + ?Sized> Gather<M, C> for ByName {
    type Args = (Inputs<C>,);

    fn gather(&self, attempt: &Attempt<'_>, results: &[Option<Arc<C>>]) -> Option<Self::Args> {
        let cell = |need: StepId| results.get(need.index())?.clone();
        let needs = attempt.needs().map(|need| Some((need, attempt.cause(need), cell(need)?)));
        Some((Inputs { names: attempt.names.clone(), needs: needs.collect::<Option<_>>()? },))
    }
}

/// A result that was looked up and is not there.
///
/// ```
/// use rungs::{InputErrorKind, NoClock, Pipeline};
///
/// let mut p = Pipeline::new("inputs");
/// p.step("a").run(async || Ok(1_u32));
/// p.step("b").depends_on(["a"]).run(|inputs| async move {
///     let fault = |name| inputs.get::<u8>(name).err().map(|error| error.fault());
///     Ok((fault("a"), fault("z")))
/// });
/// let report = futures_lite::future::block_on(p.run(&NoClock))?;
/// let faults = report.output_named::<(Option<InputErrorKind>, Option<InputErrorKind>)>("b").unwrap();
/// assert_eq!(*faults, (Some(InputErrorKind::OtherType), Some(InputErrorKind::NotANeed)));
/// # Ok::<(), rungs::PlanError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct InputError {
    name: String,
    fault: InputErrorKind,
}

/// Why a looked-up result is not there.
///
/// [`InputError`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum InputErrorKind {
    /// The step did not say that it needs this one.
    NotANeed,
    /// The need did not succeed.
    NoResult(Cause),
    /// The need's result has another type.
    OtherType,
}

impl InputError {
    /// The name that was looked up.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Why there is nothing.
    pub fn fault(&self) -> InputErrorKind {
        self.fault
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match self.fault {
            InputErrorKind::NotANeed => write!(f, "`{name}` is not among the needs of this step"),
            InputErrorKind::NoResult(cause) => write!(f, "`{name}` has no result: {cause}"),
            InputErrorKind::OtherType => write!(f, "the result of `{name}` has another type"),
        }
    }
}

impl core::error::Error for InputError {}
