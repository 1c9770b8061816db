//! When a step runs: the rules about the ends of its needs, and orders that are no needs.

use super::{
    StepBuilder,
    needs::{Handles, Joined, Settled},
};
use crate::steps::Kind;
use rungs_scheduler::{Need, When};

impl<'p, 'env, E, K: Kind<'env, E>, S, N, M, C> StepBuilder<'p, 'env, E, K, S, N, M, C> {
    /// Steps whose end this one waits for, whatever that is: an order and no need. If one fails, this step runs nevertheless;
    /// it does not make the step clean-up, so a stop skips it.
    ///
    /// ```
    /// use rungs::{NoClock, Pipeline, Status};
    ///
    /// let mut p = Pipeline::new("bus");
    /// let imu = p.step("imu").run(async || Err::<u8, _>("no answer".into()));
    /// p.step("baro").follows(imu).run(async || Ok(())); // the next on the same bus
    /// let report = futures_lite::future::block_on(p.run(&NoClock))?;
    /// assert_eq!(report.get("baro").unwrap().status(), Status::Success);
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn follows(self, steps: impl Handles) -> Self {
        self.steps.draft.follow(&steps);
        self
    }

    /// As [`follows`](Self::follows), by name; they may be added later.
    pub fn follows_named<I>(self, names: I) -> Self
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        names.into_iter().for_each(|name| {
            self.steps.draft.need_by_name(name.as_ref(), Need::order);
        });
        self
    }

    /// As [`after`](Self::after) with every step that was added before this one: for a step that cleans up after the whole
    /// pipeline, or tells how it went. It is one mark and no edge for each of these steps. It takes a rule with which the step
    /// runs though needs have no result: [`when_all_done`](Self::when_all_done), [`when_any_failed`](Self::when_any_failed) or
    /// [`when_none_failed`](Self::when_none_failed); without one the plan is wrong.
    ///
    /// ```
    /// use rungs::Pipeline;
    ///
    /// let mut p: Pipeline = Pipeline::new("nightly");
    /// p.step("fetch").run(async || Ok(()));
    /// p.step("store").run(async || Ok(()));
    /// p.step("close").after_all().when_all_done().run(async || Ok(()));
    /// assert!(p.plan()?.get("close").unwrap().is_after_all());
    /// # Ok::<(), rungs::PlanError>(())
    /// ```
    pub fn after_all(self) -> Self {
        self.steps.draft.after_all();
        self
    }

    /// Runs when all needs have ended, whatever their outcome, and also after a stop: for cleaning up. Arguments are
    /// `Result<Out<T>, Unmet<E>>`: see [`Unmet`](crate::Unmet).
    pub fn when_all_done(self) -> StepBuilder<'p, 'env, E, K, S, N, Settled<E>, C> {
        self.set(|settings| settings.when(When::AllDone)).of_types()
    }

    /// Runs when all needs have ended and at least one of them did not succeed, and also after a stop: for handling a
    /// failure. Arguments are `Result<Out<T>, Unmet<E>>`: see [`Unmet`](crate::Unmet).
    ///
    /// ```
    /// use rungs::{NoClock, Pipeline};
    ///
    /// let mut p = Pipeline::new("alarmed");
    /// let good = p.step("good").run(async || Ok(1));
    /// let bad = p.step("bad").run(async || Ok("eighty".parse::<u16>()?));
    /// let alarm = p.step("alarm").needs((good, bad)).when_any_failed().run(|good, bad| async move {
    ///     Ok((good.is_ok(), bad.err().map(|unmet| unmet.to_string())))
    /// });
    /// let report = futures_lite::future::block_on(p.run(&NoClock))?;
    /// assert_eq!(*report.output(alarm).unwrap(), (true, Some("`bad` failed: invalid digit found in string".into())));
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn when_any_failed(self) -> StepBuilder<'p, 'env, E, K, S, N, Settled<E>, C> {
        self.set(|settings| settings.when(When::AnyFailed)).of_types()
    }

    /// Joins branches: runs when all needs have ended, if one of them succeeded and in none of the others something went
    /// wrong, because these [skipped themselves](Self::run_maybe) or came after steps that did. It ends as a usual step does
    /// with the first need that failed, was cancelled, or was skipped because of a failure or a stop. If no need succeeded, it is
    /// skipped, and a stop skips it as well. Arguments are `Option<Out<T>>`.
    ///
    /// ```
    /// use rungs::{NoClock, Pipeline, Status};
    ///
    /// let mut p = Pipeline::new("branch");
    /// let number = p.step("number").run(async || Ok(7));
    /// let even = p.step("even").needs(number).run_maybe(async |n| Ok((*n % 2 == 0).then_some("even")));
    /// let odd = p.step("odd").needs(number).run_maybe(async |n| Ok((*n % 2 == 1).then_some("odd")));
    /// let told = p.step("told").needs((even, odd)).when_none_failed().run(async |even, odd| Ok(*even.or(odd).unwrap()));
    /// let report = futures_lite::future::block_on(p.run(&NoClock))?;
    /// assert_eq!(*report.output(told).unwrap(), "odd");
    /// assert_eq!((report.get("even").unwrap().status(), report.exit_code()), (Status::Skipped, 0));
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn when_none_failed(self) -> StepBuilder<'p, 'env, E, K, S, N, Joined, C> {
        self.set(|settings| settings.when(When::NoneFailed)).of_types()
    }

    /// No time limit and no stop ends an attempt of this step, as for a flash write or a commit, which must not end half-way:
    /// see [`Settings::never_cancel`](crate::Settings::never_cancel). A second cancel gives up a spawned attempt, and does not end one in place. Dropping the
    /// run drops one in place; a spawned one goes on until it ends, or until the pipeline is dropped.
    ///
    /// ```
    /// # #[cfg(feature = "sim")] {
    /// use std::time::Duration;
    /// use rungs::{Pipeline, Status, sim::Sim};
    ///
    /// let sim = Sim::new();
    /// let write = sim.script().succeed_in(Duration::from_secs(3), 4_096);
    /// let mut p = Pipeline::with_error::<&str>("update");
    /// p.step("write").timeout(Duration::from_secs(1)).never_cancel().run(|| write.play());
    /// let report = sim.run(p.runner()).unwrap();
    /// let write = report.get("write").unwrap();
    /// assert_eq!((write.status(), write.is_late()), (Status::Success, true));
    /// # }
    /// ```
    pub fn never_cancel(self) -> Self {
        self.set(|settings| settings.never_cancel())
    }
}
