//! The arguments of one run.

use super::{
    input::{Given, GivenKey},
    runner::Runner,
};
use crate::steps::{Handle, HoldsResult, Kind};

impl<'env, E, K: Kind<'env, E>, O> Runner<'_, 'env, E, K, O> {
    /// Gives the value of an [input](super::PipelineOf::input) for this run.
    ///
    /// Each input must be given once. One that is missing, that is given twice, or that is not an input of this pipeline is a
    /// plan error.
    ///
    /// ```
    /// use rungs::{NoClock, Pipeline};
    ///
    /// let mut p: Pipeline = Pipeline::new("page");
    /// let number = p.input::<u64>("number");
    /// let error = futures_lite::future::block_on(p.run(&NoClock)).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "pipeline `page` cannot run, 1 mistake:\n\
    ///      - input `number` of type `u64` is missing: call `.given(..)` on the runner",
    /// );
    /// let report = futures_lite::future::block_on(p.runner().given(number, 7).run(&NoClock))?;
    /// assert_eq!(*report.output(number).unwrap(), 7);
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn given<T>(mut self, input: Handle<T>, value: T) -> Self
    where
        T: 'static,
        K: HoldsResult<T, K::Cell>,
    {
        let key = GivenKey::Handle { pipeline: input.pipeline, step: input.step };
        self.given.add(Given::new::<T, K, E>(key, value));
        self
    }

    /// As [`given`](Self::given), by name. A value of another type than the input's is a plan error.
    ///
    /// ```
    /// use rungs::{NoClock, Pipeline};
    ///
    /// let mut p: Pipeline = Pipeline::new("page");
    /// let number = p.input::<u64>("number");
    /// let error = futures_lite::future::block_on(p.runner().given_named("number", "7").run(&NoClock)).unwrap_err();
    /// assert!(error.to_string().ends_with("input `number` is of type `u64`, and is given a value of type `&str`"));
    /// let report = futures_lite::future::block_on(p.runner().given_named("number", 7_u64).run(&NoClock))?;
    /// assert_eq!(*report.output(number).unwrap(), 7);
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn given_named<T>(mut self, input: &str, value: T) -> Self
    where
        T: 'static,
        K: HoldsResult<T, K::Cell>,
    {
        self.given.add(Given::new::<T, K, E>(GivenKey::Name(input.into()), value));
        self
    }
}
