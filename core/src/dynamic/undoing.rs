//! Runs that undo what an earlier run has done, or what the run itself has done before it failed.

#[cfg(feature = "checkpoints")]
use super::beginning::Stored;
use super::{
    PipelineError, Steps,
    beginning::{Beginning, Begun},
    plan_error::PlanError,
    runner::Runner,
    steps::Undos,
    to_undo::{ReportToUndo, StepToUndo, ToUndo},
};
#[cfg(feature = "checkpoints")]
use crate::steps::ByStep;
use crate::{
    cancel::Tokens,
    diagram::StepNames,
    driver::{RunEnd, RunPanic, RunRest},
    observers::Observers,
    report::{Report, Undoing, WallClock, wall_clock},
    steps::{Kind, TakenBack, UndoRun, Watches},
    time::Timer,
};
use alloc::{boxed::Box, sync::Arc, vec, vec::Vec};
use core::{future::Future, pin::Pin};
use rungs_scheduler::{Config, OnFailure, Status, StepId};

impl<'env, E, K: Kind<'env, E>, O> Runner<'_, 'env, E, K, O> {
    /// Undoes what the run of this report has done, instead of running the steps: calls the [undo](super::PipelineOf::undo) of
    /// each step that succeeded in it.
    ///
    /// A step is undone when all have been that came after it, directly or across steps without undo: those that need it, and
    /// those that [follow](super::StepBuilder::follows) it. Of those that may start, the one goes first that ended last. An undo
    /// that fails keeps none from the next. Steps whose results were given to the run or found by a check are not undone. A step
    /// that was taken back is not undone again, so that a second undo of the report goes on where the first one ended, however
    /// that was.
    ///
    /// It is a run, with the runner's other options and observers, and has a report with a result for each step: `Success` where
    /// it was taken back, `Skipped` where there was nothing to undo. Undos are clean-up steps: a drain or one cancel does not
    /// stop them, and [`clean_up_deadline`](Self::clean_up_deadline) is the limit of those without one. The deadline of the run
    /// and what a failure does to the others do not concern them. O(V + E + n log n) for n undos.
    ///
    /// ```
    /// use rungs::{NoClock, Pipeline, Status};
    ///
    /// let mut p: Pipeline = Pipeline::new("deploy");
    /// let old = p.step("switch").run(async || Ok("version 1"));
    /// let mut switched_back = false;
    /// p.undo(old).run(async |old| Ok(assert_eq!(*old, "version 1")));
    /// p.step("announce").after(old).run(async || Ok(()));
    ///
    /// let report = futures_lite::future::block_on(p.run(&NoClock))?;
    /// // Later it turns out that the new version is no good.
    /// let undo = futures_lite::future::block_on(p.runner().undo(&report).run(&NoClock))?;
    /// assert_eq!(undo.get("switch").unwrap().status(), Status::Success);
    /// assert_eq!(undo.get("announce").unwrap().status(), Status::Skipped);
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    ///
    /// # Errors
    /// Beside those of any run: the report is not of a run of this pipeline, or its result was taken out of it.
    pub fn undo(mut self, report: &Report<E, K::Cell>) -> Self {
        let steps = self.steps.undos.as_ref().map(|undos| undos.to_undo(report)).unwrap_or_default();
        let taken_back = report.undoing.as_ref().map(|undoing| undoing.taken_back.clone());
        let (pipeline, is_undo) = (report.names.id(), report.names.is_undo());
        self.beginning.undo(ToUndo::Report(ReportToUndo { pipeline, is_undo, taken_back, steps }));
        self
    }

    /// Undoes what the run has done if it fails, with the exit code 1: as [`undo`](Self::undo) does with its report, under the
    /// run's options and told to its observers. The report holds [that of the undo](Report::undo), and the exit code remains 1.
    ///
    /// A run that is stopped from outside, or by its deadline, without a failure is not undone: it can be
    /// [later](Self::undo).
    ///
    /// ```
    /// use rungs::{NoClock, Pipeline};
    ///
    /// let mut p = Pipeline::new("move");
    /// let copied = p.step("copy").run(async || Ok("copy.txt"));
    /// p.undo(copied).run(async |_copy| Ok(())); // and remove it
    /// p.step("verify").needs(copied).run(async |_| Err::<(), _>("torn".into()));
    ///
    /// let report = futures_lite::future::block_on(p.runner().undo_on_failure().run(&NoClock))?;
    /// assert_eq!(report.undo().unwrap().get("copy").unwrap().status(), rungs::Status::Success);
    /// assert_eq!((report.exit_code(), report.undo().unwrap().exit_code()), (1, 0));
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn undo_on_failure(mut self) -> Self {
        self.beginning.undo(ToUndo::Itself);
        self
    }
}

/// What is to be undone of earlier runs.
pub(super) struct OthersToUndo<C: ?Sized> {
    pub(super) steps: Vec<StepToUndo<C>>,
    pub(super) taken_back: Option<TakenBack>,
    /// What is stored of them.
    #[cfg(feature = "checkpoints")]
    pub(super) stored: Option<Box<Stored<C>>>,
}

/// What a run comes to.
type RunResult<E, C> = Result<Report<E, C>, PipelineError>;

/// The report of a run, or the run that undoes it.
type Ended<E, C, F> = Result<Result<Report<E, C>, Pin<Box<F>>>, PipelineError>;

/// The steps of an undo, and the results that they take back.
type PlannedUndo<'p, 'env, E, K> = (&'p mut Steps<'env, E, K>, Vec<(StepId, Arc<<K as Kind<'env, E>>::Cell>)>);

/// The configuration of an undo, which neither a deadline nor a failure stops.
pub(super) fn for_undo(config: &Config) -> Config {
    let mut undo = Config::DEFAULT.order(config.get_order()).poll_budget(config.get_poll_budget());
    undo = undo.on_failure(OnFailure::GoOn);
    if let Some(limit) = config.get_max_concurrent() {
        undo = undo.max_concurrent(limit);
    }
    if let Some(limit) = config.get_grace() {
        undo = undo.grace(limit);
    }
    if let Some(limit) = config.get_clean_up_deadline() {
        undo = undo.clean_up_deadline(limit);
    }
    if let Some(seed) = config.get_seed() {
        undo = undo.seed(seed);
    }
    undo
}

impl<'env, E, K: Kind<'env, E>> Undos<'env, E, K> {
    /// What the report of a run of so many steps knows of its undo.
    pub(super) fn undoing(&mut self, steps: usize) -> Box<Undoing<E, K::Cell>> {
        Box::new(Undoing {
            stored: core::mem::take(&mut self.stored),
            taken_back: TakenBack::none(steps),
            report: None,
        })
    }

    /// What is to be undone of a run: of the steps with an undo those that have succeeded in it, or in an earlier run that stored
    /// them, and that have not been taken back.
    pub(super) fn to_undo(&self, report: &Report<E, K::Cell>) -> Vec<StepToUndo<K::Cell>> {
        let Some(undoing) = &report.undoing else { return Vec::new() };
        let is_stored = |step: &StepId| undoing.stored.binary_search(step).is_ok();
        let to_undo = self.steps().filter(|step| !undoing.taken_back.contains(*step)).filter_map(|step| {
            let state = report.record.states.get(step.index())?;
            let is_done = state.status() == Status::Success && (!state.is_given() || is_stored(&step));
            let result = report.record.results.get(step.index())?.clone();
            let ended = state.finished_at().filter(|_| !state.is_given());
            is_done.then_some(StepToUndo { step, result, ended })
        });
        to_undo.collect()
    }
}

impl<'env, E, K: Kind<'env, E>> Steps<'env, E, K> {
    /// Finds what is to be undone of earlier runs.
    ///
    /// # Errors
    /// What is stored cannot be read, or is outdated, and the run is strict.
    pub(super) async fn find_to_undo(
        &mut self,
        beginning: &mut Beginning<K::Cell>,
    ) -> Result<OthersToUndo<K::Cell>, PipelineError> {
        #[cfg(feature = "checkpoints")]
        let (stored, ends) = match beginning.take_store() {
            Some(store) => {
                // Nothing is held meanwhile of what cannot be shared between threads.
                let loaded = store.load().await;
                self.sort_out_to_undo(loaded, store, beginning)?
            }
            None => (None, Vec::new()),
        };
        let report = beginning.take_report();
        #[cfg(feature = "checkpoints")]
        let (steps, taken_back) = match (report, &stored) {
            (Some(report), None) => (report.steps, report.taken_back),
            (Some(report), Some(stored)) => (self.those_still_stored(report.steps, stored), report.taken_back),
            (None, Some(stored)) => (self.stored_to_undo(stored, &ends), None),
            (None, None) => (Vec::new(), None),
        };
        #[cfg(not(feature = "checkpoints"))]
        let (steps, taken_back) = report.map_or((Vec::new(), None), |report| (report.steps, report.taken_back));
        Ok(OthersToUndo {
            steps,
            taken_back,
            #[cfg(feature = "checkpoints")]
            stored,
        })
    }

    /// Undoes what earlier runs have done.
    pub(super) async fn undo_others<T: Timer, O: Observers<E>>(
        &mut self,
        config: Config,
        mut beginning: Beginning<K::Cell>,
        observers: O,
        tokens: Tokens,
        timer: &T,
    ) -> Result<Report<E, K::Cell>, PipelineError> {
        let others = self.find_to_undo(&mut beginning).await?;
        #[cfg(feature = "checkpoints")]
        let stored_steps = others.stored.as_ref().map_or_else(Vec::new, |stored| stored.steps());
        let run = UndoRun {
            taken_back: others.taken_back,
            #[cfg(feature = "checkpoints")]
            removes: self.removals(&others.steps, &stored_steps),
        };
        let begun = Begun::of_undo(run);
        #[cfg(feature = "checkpoints")]
        let begun = Begun { stored: others.stored.map(|stored| stored.of_undo()), ..begun };
        self.undo(config, others.steps, begun, observers, tokens, timer).await
    }

    /// The report of a run that has ended, or the undo of that run if it has failed and is to be undone then.
    // The undo is in a box, as most runs have none. By itself, so that the run's future holds nothing of it.
    #[inline]
    pub(super) fn end_run<T: Timer, O: Observers<E>>(
        &mut self,
        ran: Result<RunEnd<E, O>, RunPanic>,
        wall_clock: WallClock,
        timer: &T,
    ) -> Ended<E, K::Cell, impl Future<Output = RunResult<E, K::Cell>>> {
        let (report, rest) = self.report(ran, wall_clock)?;
        let undoes = self.undos.as_ref().is_some_and(|undos| undos.undoes_run.is_some());
        if undoes && report.exit_code() == 1 {
            return Ok(Err(Box::pin(self.undo_failed(report, rest, timer))));
        }
        rest.discard();
        Ok(Ok(report))
    }

    /// Undoes what a run has done that has failed.
    async fn undo_failed<T: Timer, O: Observers<E>>(
        &mut self,
        mut report: Report<E, K::Cell>,
        rest: RunRest<O>,
        timer: &T,
    ) -> Result<Report<E, K::Cell>, PipelineError> {
        let (Some(undos), Some(undoing)) = (&self.undos, &report.undoing) else {
            rest.discard();
            return Ok(report);
        };
        let config = undos.undoes_run.unwrap_or_default();
        let (steps, taken_back) = (undos.to_undo(&report), Some(undoing.taken_back.clone()));
        let run = UndoRun {
            taken_back,
            #[cfg(feature = "checkpoints")]
            removes: match rest.store {
                Some(_) => self.removals(&steps, &self.stored_in(&report.record.states)),
                None => ByStep::new(),
            },
        };
        let begun = Begun::of_undo(run);
        #[cfg(feature = "checkpoints")]
        let begun = Begun { stored: rest.store.map(|store| Stored::after_end(&store)), ..begun };
        let mut tokens = rest.tokens;
        tokens.see_again();
        let observers = rest.observers.expect("they are there until they are dropped");
        let undone = self.undo(config, steps, begun, observers, tokens, timer).await?;
        if let Some(undoing) = &mut report.undoing {
            undoing.report = Some(undone);
        }
        Ok(report)
    }

    /// Undoes these steps: an ordinary run of the undos' own plan, in which the results lie where the undos find them.
    async fn undo<T: Timer, O: Observers<E>>(
        &mut self,
        config: Config,
        steps: Vec<StepToUndo<K::Cell>>,
        begun: Begun<E, K::Cell>,
        observers: O,
        tokens: Tokens,
        timer: &T,
    ) -> Result<Report<E, K::Cell>, PipelineError> {
        let config = for_undo(&config);
        let (steps, results) = self.plan_undo(steps)?;
        let begun = Some(Box::new(Begun { results, ..begun }));
        let wall_clock = wall_clock();
        let (started, begun) = steps.make_ready(config, Beginning::nothing(), begun, timer)?;
        let ran = steps.driver(config, tokens, Watches::new(), observers, begun, started).run(started, timer).await;
        let (report, rest) = steps.report(ran, wall_clock)?;
        rest.discard();
        Ok(report)
    }

    /// Makes the plan in which these steps are undone, and returns it with their results.
    pub(super) fn plan_undo(
        &mut self,
        mut steps: Vec<StepToUndo<K::Cell>>,
    ) -> Result<PlannedUndo<'_, 'env, E, K>, PlanError> {
        self.sort_last_first(&mut steps);
        let undone: Vec<StepId> = steps.iter().map(|undone| undone.step).collect();
        self.undos();
        let Self { draft, undos, .. } = self;
        let undos = undos.as_mut().expect("they have been made");
        undos.plan(draft, &undone);
        undos.steps.draft.compile()?;
        let results = steps.into_iter().filter_map(|undone| Some((undone.step, undone.result?)));
        Ok((&mut undos.steps, results.collect()))
    }

    /// Sorts steps by their ends, the last first; one that ended in an earlier run comes after all others. Of steps that ended at
    /// once, those come first that others do not wait for. O(n log n).
    fn sort_last_first(&self, steps: &mut [StepToUndo<K::Cell>]) {
        let order = self.draft.compiled.as_ref().map_or(&[][..], |compiled| &compiled.order);
        let mut places = vec![0; order.len()];
        for (place, step) in (0..).zip(order) {
            if let Some(entry) = places.get_mut(*step as usize) {
                *entry = place;
            }
        }
        let place = |step: StepId| places.get(step.index()).copied().unwrap_or(step.number());
        steps.sort_by_key(|undone| core::cmp::Reverse((undone.ended, place(undone.step))));
    }
}
