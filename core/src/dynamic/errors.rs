//! The error types of pipelines, and how reports get their sources.

use super::{BoxError, Kind, PipelineOf};
use crate::report::{ErrorChain, ErrorViews};

// `By` stands where the spawner does in the type by which the function is named: so it is inferred, and a turbofish names
// `E` alone.
impl<'env, K: Kind<'env, BoxError>, By> PipelineOf<'env, BoxError, K, By> {
    /// A pipeline without steps, which run in place and fail with an `E`: an enum of your own, `anyhow::Error`, a text.
    /// Reports show such an error with its sources, and the errors that they give have it as their source.
    ///
    /// ```
    /// use rungs::{NoClock, Pipeline};
    ///
    /// let mut p = Pipeline::with_error::<std::num::ParseIntError>("numbers");
    /// p.step("one").run(|| async { "one".parse::<u8>() });
    /// let report = futures_lite::future::block_on(p.run(&NoClock))?;
    /// assert_eq!(report.get("one").unwrap().reason().unwrap().to_string(), "invalid digit found in string");
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn with_error<E: ErrorChain<By>>(name: &str) -> PipelineOf<'env, E, K>
    where
        K: Kind<'env, E>,
    {
        PipelineOf::build(name, ErrorViews::of::<By>())
    }
}

impl<'env, K: Kind<'env, BoxError>> PipelineOf<'env, BoxError, K> {
    /// A pipeline without steps, which run in place and fail with a value of any type: a code, an enum that is no
    /// [`Error`](core::error::Error). Nothing is asked of it, and it has no source.
    ///
    /// ```
    /// use rungs::{NoClock, Pipeline, StepError};
    ///
    /// let mut p = Pipeline::with_code::<u8>("codes");
    /// p.step("one").run(|| async { Err::<(), _>(7) });
    /// let report = futures_lite::future::block_on(p.run(&NoClock))?;
    /// assert_eq!(report.get("one").unwrap().error(), Some(StepError::Failed(&7)));
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn with_code<E>(name: &str) -> PipelineOf<'env, E, K>
    where
        K: Kind<'env, E>,
    {
        PipelineOf::build(name, ErrorViews::of_codes())
    }
}
