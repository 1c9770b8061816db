//! What generated code says in few words.

use rungs_scheduler::{Retry, StepId};

/// What a step returns: a `Result`, or an alias of one, which generated code cannot tell apart.
///
/// ```
/// use rungs::fixed::StepOutput;
///
/// type Outcome = Result<u32, &'static str>;
/// let value: <Outcome as StepOutput>::Value = 7;
/// assert_eq!(Outcome::Ok(value).into_result(), Ok(7));
/// ```
#[diagnostic::on_unimplemented(message = "a step returns a `Result`, and `{Self}` is none", label = "not a `Result`")]
pub trait StepOutput {
    /// The value of a success.
    type Value;
    /// The error of a failure.
    type Error;

    /// The `Result` itself.
    fn into_result(self) -> Result<Self::Value, Self::Error>;
}

impl<T, E> StepOutput for Result<T, E> {
    type Value = T;
    type Error = E;

    #[inline]
    fn into_result(self) -> Self {
        self
    }
}

/// What an attempt came to as a `Result`, if it was not cut off.
#[doc(hidden)]
#[inline]
pub fn result_of<O: StepOutput>(came: Option<O>) -> Option<Result<O::Value, O::Error>> {
    came.map(O::into_result)
}

/// The step declared as the `index`-th, from 0. Beyond [`Plan::MAX_STEPS`](crate::scheduler::Plan::MAX_STEPS), the last
/// that there can be.
pub const fn step_id(index: u32) -> StepId {
    match StepId::new(index as usize) {
        Some(step) => step,
        None => StepId::from_number((crate::scheduler::Plan::MAX_STEPS - 1) as u32),
    }
}

/// Asks a `retry_if` what an error means. Its argument stands in the bound, so that a closure knows it.
#[doc(hidden)]
pub fn judge<E, R: Into<Retry>>(judge: impl Fn(&E) -> R, error: &E) -> Retry {
    judge(error).into()
}
