//! The checks before a run: whether the result of a step is there already.

use super::{
    PipelineError, StepBuilder, Steps,
    asking::{Asking, Checks},
    beginning::{Beginning, Begun},
    body::Plain,
    needs::Values,
    plan_error::{PlanError, PlanErrorKind},
    task::Task,
};
use crate::{
    cancel::Tokens,
    diagram::StepNames,
    spawn::InPlace,
    steps::{Holds, HoldsResult, Kind, Names, Work},
    time::Timer,
};
use alloc::{boxed::Box, vec::Vec};
use core::{future::Future, pin::Pin};
use rungs_scheduler::Config;

impl<'p, 'env, E, K: Kind<'env, E>, S, N, M, C> StepBuilder<'p, 'env, E, K, S, N, M, C> {
    /// Asks before each run whether the step's result is there already, such as a file of an earlier run: `Ok(Some(result))`
    /// is taken as if it had been [given](super::Runner::given), so that what only this step needs is neither asked nor run.
    /// With `Ok(None)` the step runs.
    ///
    /// The check is called at most once per run, and only if the step has to run and is not given: from the
    /// [targets](super::Runner::only) down to what they need. Of a clean-up step that no other step needs it is not called.
    /// As many checks are in flight as there may be attempts, each under the step's `timeout`; no other setting of the step
    /// concerns them. An error, a panic or a check that takes too long is the step's failure, without an attempt. A stop from
    /// outside ends the checks.
    ///
    /// The result must be of the step's type; another one is a plan error.
    ///
    /// ```
    /// use rungs::{NoClock, Pipeline};
    ///
    /// let mut p: Pipeline = Pipeline::new("thumbnails");
    /// let photo = p.step("download").run(async || Ok(vec![7; 1_000]));
    /// let small = p.step("shrink").done_if(async || Ok(Some(vec![7]))).needs(photo).run(async |photo| Ok(photo[..9].to_vec()));
    /// let report = futures_lite::future::block_on(p.run(&NoClock))?;
    /// assert_eq!(*report.output(small).unwrap(), [7]);
    /// assert!(report.get("shrink").unwrap().is_given());
    /// assert_eq!(report.get("download").unwrap().reason().unwrap().to_string(), "up to date");
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn done_if<F, R, T>(self, check: F) -> Self
    where
        F: FnMut() -> R,
        R: Future<Output = Result<Option<T>, E>>,
        T: 'static,
        K: Holds<'env, E, Task<Plain<F>, InPlace, R, (), Values, T, K>> + HoldsResult<T, K::Cell>,
    {
        self.steps.done_if(K::hold(Task::new((), Plain(check), InPlace)));
        self
    }
}

impl<'env, E, K: Kind<'env, E>> Steps<'env, E, K> {
    /// Adds the check of the next step.
    fn done_if(&mut self, check: Pin<Box<K::Work>>) {
        self.draft.next_settings();
        self.checks.insert(self.draft.next_step(), check);
    }

    /// Finds what is wrong with the plan.
    pub(super) fn check_plan(&mut self) -> Result<(), PlanError> {
        self.forget_checked_undos();
        let compiled = self.draft.compile();
        if self.checks.is_empty() && self.durable.is_empty() && self.undos.is_none() {
            return compiled;
        }
        let mut mistakes = compiled.map_or_else(PlanError::into_mistakes, |()| Vec::new());
        check_types::<E, K>(&self.draft.names, &self.works, &self.checks, &mut mistakes);
        self.check_kept(&mut mistakes);
        self.check_undos(None, &mut mistakes);
        self.draft.no_mistakes(mistakes)
    }

    /// Whether some steps may not run, though nothing goes wrong.
    pub(super) fn leaves_out(&self, beginning: &Beginning<K::Cell>) -> bool {
        !self.checks.is_empty() || beginning.leaves_out(&self.draft.names)
    }

    /// Finds out which steps have ended before the run: those that are given, those whose checks find a result, and those that
    /// are not needed then.
    ///
    /// # Errors
    /// What is stored cannot be used, or the timer panicked.
    pub(super) async fn begin_run<T: Timer>(
        &mut self,
        beginning: &mut Beginning<K::Cell>,
        config: &Config,
        tokens: &mut Tokens,
        timer: &T,
    ) -> Result<Begun<E, K::Cell>, PipelineError> {
        #[cfg(feature = "checkpoints")]
        let stored = match beginning.take_store() {
            Some(store) => {
                // Nothing is held meanwhile of what cannot be shared between threads.
                // Of a run that is stopped meanwhile nothing is given.
                let loaded = tokens.unless_stopped(store.load()).await.unwrap_or(Ok(Vec::new()));
                Some(self.sort_out(loaded, store, beginning)?)
            }
            None => None,
        };
        let Self { draft, checks, .. } = self;
        let selection = draft.select(beginning).expect("`check` has compiled the plan");
        #[cfg(feature = "checkpoints")]
        let selection = selection.with_ended(stored.iter().flat_map(|stored| stored.given()));
        let limit = config.get_max_concurrent().map_or(usize::MAX, |limit| limit as usize);
        let timeout = |step| draft.settings_of(step).get_timeout();
        let asking = Asking::new(&draft.names, checks, selection, limit, timeout, tokens);
        let asked = asking.ask(timer, config.get_poll_budget()).await;
        let begun = asked.map_err(|panic| self.broke_off(panic))?;
        #[cfg(feature = "checkpoints")]
        let begun = Begun { stored, ..begun };
        Ok(begun)
    }
}

/// Finds the checks whose results are of another type than those of their steps.
pub(super) fn check_types<'env, E, K: Kind<'env, E>>(
    names: &Names,
    works: &[Pin<Box<K::Work>>],
    checks: &Checks<K::Work>,
    mistakes: &mut Vec<PlanErrorKind>,
) {
    for (step, check) in checks.iter() {
        let (found, work) = (check.result_type(), works.get(step.index()));
        if let Some(expected) = work.map(|work| work.result_type()).filter(|expected| expected.id != found.id) {
            let step = names.name(step).into();
            mistakes.push(PlanErrorKind::CheckOfOtherType { step, expected: expected.name, found: found.name });
        }
    }
}
