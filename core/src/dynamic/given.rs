//! What a run begins with: given results, and the steps that it is asked for.

use super::{beginning::StepRef, needs::Handles, runner::Runner};
use crate::steps::{Handle, HoldsResult, Kind};
use alloc::vec::Vec;

impl<'env, E, K: Kind<'env, E>, O> Runner<'_, 'env, E, K, O> {
    /// Gives the result of a step for this run: the value of an [input](super::PipelineOf::input), or what another step would
    /// come to, such as the result of an earlier run.
    ///
    /// A given step has succeeded before the run begins: it has no attempt, and its report [says so](crate::StepResult::is_given).
    /// What only given steps need does not run either: it is skipped with [`Cause::UpToDate`](crate::Cause::UpToDate), which
    /// leaves the exit code alone. A clean-up step runs again.
    ///
    /// Each input that a run needs must be given. A step that is given twice, or that is of another pipeline, is a plan error.
    ///
    /// ```
    /// use rungs::{Cause, NoClock, Pipeline};
    ///
    /// let mut p: Pipeline = Pipeline::new("page");
    /// let number = p.input::<u64>("number");
    /// let text = p.step("fetch").needs(number).run(async |number| Ok(format!("page {number}")));
    /// let length = p.step("measure").needs(text).run(async |text| Ok(text.len()));
    ///
    /// let error = futures_lite::future::block_on(p.run(&NoClock)).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "pipeline `page` cannot run, 1 mistake:\n\
    ///      - input `number` of type `u64` is missing: call `.given(..)` on the runner",
    /// );
    /// let report = futures_lite::future::block_on(p.runner().given(number, 7).run(&NoClock))?;
    /// assert_eq!(*report.output(length).unwrap(), 6);
    ///
    /// // The text is there already, so no number is needed.
    /// let report = futures_lite::future::block_on(p.runner().given(text, "page 10".into()).run(&NoClock))?;
    /// assert_eq!(*report.output(length).unwrap(), 7);
    /// assert!(report.get("fetch").unwrap().is_given());
    /// assert_eq!(report.get("number").unwrap().cause(), Some(Cause::UpToDate));
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn given<T>(mut self, step: Handle<T>, value: T) -> Self
    where
        T: 'static,
        K: HoldsResult<T, K::Cell>,
    {
        self.beginning.give::<T, K, E>(StepRef::of(step), value);
        self
    }

    /// As [`given`](Self::given), by name. A value of another type than the step's result is a plan error.
    ///
    /// ```
    /// use rungs::{NoClock, Pipeline};
    ///
    /// let mut p: Pipeline = Pipeline::new("page");
    /// let number = p.input::<u64>("number");
    /// let error = futures_lite::future::block_on(p.runner().given_named("number", "7").run(&NoClock)).unwrap_err();
    /// assert!(error.to_string().ends_with("step `number` is of type `u64`, and is given a value of type `&str`"));
    /// let report = futures_lite::future::block_on(p.runner().given_named("number", 7_u64).run(&NoClock))?;
    /// assert_eq!(*report.output(number).unwrap(), 7);
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn given_named<T>(mut self, step: &str, value: T) -> Self
    where
        T: 'static,
        K: HoldsResult<T, K::Cell>,
    {
        self.beginning.give::<T, K, E>(StepRef::Name(step.into()), value);
        self
    }

    /// Runs these steps and what they need, and no other; several calls add up. All others are skipped with
    /// [`Cause::NotSelected`](crate::Cause::NotSelected), which leaves the exit code alone.
    ///
    /// A step [`when_all_done`](super::StepBuilder::when_all_done) or [`when_any_failed`](super::StepBuilder::when_any_failed)
    /// that no target needs belongs to the run if one of its needs does, and no step runs for its sake alone. A step that a
    /// target only [follows](super::StepBuilder::follows) does not belong to the run; it counts as ended. Handles of another
    /// pipeline are a plan error. O(V + E).
    ///
    /// ```
    /// use rungs::{Cause, NoClock, Pipeline, Status};
    ///
    /// let mut p: Pipeline = Pipeline::new("site");
    /// let pages = p.step("pages").run(async || Ok(3));
    /// let index = p.step("index").needs(pages).run(async |pages| Ok(*pages));
    /// p.step("search").needs(pages).run(async |_| Ok(()));
    /// p.step("close").after(pages).when_all_done().run(async || Ok(()));
    /// let report = futures_lite::future::block_on(p.runner().only(index).run(&NoClock))?;
    /// let status = |name| report.get(name).unwrap().status();
    /// assert_eq!(["pages", "index", "close"].map(status), [Status::Success; 3]);
    /// assert_eq!(report.get("search").unwrap().cause(), Some(Cause::NotSelected));
    /// assert_eq!(report.exit_code(), 0);
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn only(mut self, targets: impl Handles) -> Self {
        let mut steps = Vec::new();
        targets.each(|pipeline, step| steps.push(StepRef::Handle { pipeline, step }));
        self.beginning.select(steps.into_iter());
        self
    }

    /// As [`only`](Self::only), by name. A name that no step has is a plan error.
    ///
    /// ```
    /// use rungs::{NoClock, Pipeline};
    ///
    /// let mut p: Pipeline = Pipeline::new("site");
    /// p.step("pages").run(async || Ok(3));
    /// p.step("search").run(async || Ok(()));
    /// let report = futures_lite::future::block_on(p.runner().only_named(["pages"]).run(&NoClock))?;
    /// assert_eq!(report.get("search").unwrap().reason().unwrap().to_string(), "not selected");
    /// let error = futures_lite::future::block_on(p.runner().only_named(["page"]).run(&NoClock)).unwrap_err();
    /// assert!(error.to_string().ends_with("the run is asked for `page`, which does not exist; did you mean `pages`?"));
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn only_named<I>(mut self, targets: I) -> Self
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        self.beginning.select(targets.into_iter().map(|name| StepRef::Name(name.as_ref().into())));
        self
    }
}
