//! Needs by name, and how their results are looked up.

use super::needs::Gather;
use crate::{
    diagram::StepNames,
    escape::Name,
    steps::{Attempt, Cell, Names, OtherType, Out, ResultSlot, SharedCell, slot},
};
use alloc::{string::String, sync::Arc, vec::Vec};
use core::fmt;
use rungs_scheduler::{Cause, StepId};

/// Needs that were given by name.
#[derive(Debug)]
pub struct ByName;

/// The results of needs that were given by name, looked up by name and type.
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
/// # Ok::<(), rungs::PipelineError>(())
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
        let error = |kind| InputError { name: name.into(), kind, types: None };
        let found = self.needs.iter().find(|(step, ..)| self.names.name(*step) == name);
        let (_, cause, cell) = found.ok_or_else(|| error(InputErrorKind::NotANeed))?;
        match cause {
            Some(cause) => Err(error(InputErrorKind::NoResult(*cause))),
            None => {
                let other_type =
                    || InputError { types: Some(OtherType::new::<T, C>(cell)), ..error(InputErrorKind::OtherType) };
                slot::<T, C>(cell.clone()).and_then(ResultSlot::lend).ok_or_else(other_type)
            }
        }
    }

    /// The names of all needs, in the order in which they were given.
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

impl<M, C: Cell + ?Sized, E> Gather<M, C, E> for ByName {
    type Args = (Inputs<C>,);

    fn gather(&self, attempt: &Attempt<'_, E>, results: &mut [Option<Arc<C>>]) -> Option<Self::Args> {
        let cell = |need: StepId| results.get(need.index())?.clone();
        let needs = attempt.needs().map(|need| Some((need, attempt.cause(need), cell(need)?)));
        Some((Inputs { names: attempt.run.names.clone(), needs: needs.collect::<Option<_>>()? },))
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
///     let kind = |name| inputs.get::<u8>(name).err().map(|error| error.kind());
///     Ok((kind("a"), kind("z")))
/// });
/// let report = futures_lite::future::block_on(p.run(&NoClock))?;
/// let kinds = report.output_named::<(Option<InputErrorKind>, Option<InputErrorKind>)>("b").unwrap();
/// assert_eq!(*kinds, (Some(InputErrorKind::OtherType), Some(InputErrorKind::NotANeed)));
/// # Ok::<(), rungs::PipelineError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct InputError {
    name: String,
    kind: InputErrorKind,
    types: Option<OtherType>,
}

/// Why a looked-up result is not there.
///
/// [`InputError`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum InputErrorKind {
    /// The name is not among the needs of the step.
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

    /// Why the result is not there.
    pub fn kind(&self) -> InputErrorKind {
        self.kind
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Name(&self.name);
        match self.kind {
            InputErrorKind::NotANeed => write!(f, "`{name}` is not among the needs of this step"),
            InputErrorKind::NoResult(cause) => write!(f, "`{name}` has no result: {cause}"),
            InputErrorKind::OtherType => match &self.types {
                Some(types) => write!(f, "the result of `{name}` {types}"),
                None => write!(f, "the result of `{name}` has another type"),
            },
        }
    }
}

impl core::error::Error for InputError {}
