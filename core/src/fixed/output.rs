//! Small functions that generated code calls.

use core::marker::PhantomData;
use rungs_scheduler::{Retry, StepId};

/// The value of a step that returns this type. `FAILS` tells whether it is a `Result`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is called `Result`, but is not `core::result::Result`",
    label = "give this type another name"
)]
pub trait StepValue<const FAILS: bool> {
    /// The value of a success.
    type Value;
}

impl<T, E> StepValue<true> for Result<T, E> {
    type Value = T;
}

impl<T> StepValue<false> for T {
    type Value = T;
}

/// The value of a step that may skip itself: an `Option`.
#[diagnostic::on_unimplemented(
    message = "a step with `maybe` returns an `Option`, or a `Result` of one: `None` skips the step",
    label = "`{Self}` is no `Option`"
)]
pub trait MaybeValue {
    /// The value, if there is one.
    type Value;

    /// The value; without one the step skips itself.
    fn into_option(self) -> Option<Self::Value>;
}

impl<T> MaybeValue for Option<T> {
    type Value = T;

    #[inline]
    fn into_option(self) -> Self {
        self
    }
}

/// What a step that may skip itself has found.
#[inline]
pub fn found<M: MaybeValue>(value: M) -> Option<M::Value> {
    value.into_option()
}

/// What a step of a pipeline with the error `E` returns: a `Result` with this error, or a plain value.
#[diagnostic::on_unimplemented(
    message = "a step of this pipeline returns a `Result` with the error `{E}`, or a plain value",
    label = "`{Self}` has another error",
    note = "the error is what `#[pipeline(error = ..)]` states; without it, no step can fail"
)]
pub trait StepOutput<E, const FAILS: bool>: StepValue<FAILS> {
    /// What became of the attempt.
    fn into_result(self) -> Result<Self::Value, E>;
}

impl<T, E> StepOutput<E, true> for Result<T, E> {
    #[inline]
    fn into_result(self) -> Self {
        self
    }
}

impl<T, E> StepOutput<E, false> for T {
    #[inline]
    fn into_result(self) -> Result<T, E> {
        Ok(self)
    }
}

/// The output of an attempt as a `Result`, unless the attempt was abandoned.
#[inline]
pub fn result_of<O: StepOutput<E, FAILS>, E, const FAILS: bool>(output: Option<O>) -> Option<Result<O::Value, E>> {
    output.map(O::into_result)
}

/// The type that a step returns. An attribute sees names only, and an alias has any name; so the compiler is asked whether the
/// type is a `Result`. Its associated items come before those of [`PlainType`].
#[derive(Debug)]
pub struct OutputType<O>(PhantomData<O>);

impl<T, E> OutputType<Result<T, E>> {
    /// The type is a `Result`.
    pub const IS_RESULT: bool = true;

    /// Does not compile.
    pub const fn is_no_result()
    where
        Result<T, E>: NamedResult,
    {
    }
}

/// What holds for all types but `Result`.
pub trait PlainType {
    /// The type is no `Result`.
    const IS_RESULT: bool = false;

    /// Compiles.
    fn is_no_result() {}
}

impl<O> PlainType for OutputType<O> {}

/// Nothing implements it.
#[diagnostic::on_unimplemented(
    message = "this type is a `Result` by another name, with a generic parameter of the step",
    label = "write `Result<..>` here, so that the attribute sees that the step can fail"
)]
pub trait NamedResult {}

/// The step with this index in the order of declaration. From [`Plan::MAX_STEPS`](crate::scheduler::Plan::MAX_STEPS) on it
/// is the last one possible.
pub const fn step_id(index: u32) -> StepId {
    match StepId::new(index as usize) {
        Some(step) => step,
        None => StepId::from_number((crate::scheduler::Plan::MAX_STEPS - 1) as u32),
    }
}

/// The verdict of a retry predicate. The bound names the argument's type, so that a closure need not.
pub fn retry_verdict<E, R: Into<Retry>>(predicate: impl Fn(&E) -> R, error: &E) -> Retry {
    predicate(error).into()
}
