//! Small functions that generated code calls.

use super::sealed::Sealed;
use rungs_scheduler::{Retry, StepId};

/// What a step returns: a `Result`, or an alias of one, which generated code cannot tell apart.
#[diagnostic::on_unimplemented(message = "a step returns a `Result`, and `{Self}` is none", label = "not a `Result`")]
pub trait StepOutput: Sealed {
    /// The value of a success.
    type Value;
    /// The error of a failure.
    type Error;

    /// The `Result` itself.
    fn into_result(self) -> Result<Self::Value, Self::Error>;
}

impl<T, E> Sealed for Result<T, E> {}

impl<T, E> StepOutput for Result<T, E> {
    type Value = T;
    type Error = E;

    #[inline]
    fn into_result(self) -> Self {
        self
    }
}

/// The output of an attempt as a `Result`, unless the attempt was abandoned.
#[inline]
pub fn result_of<O: StepOutput>(output: Option<O>) -> Option<Result<O::Value, O::Error>> {
    output.map(O::into_result)
}

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
