//! One run: its options, and how it is carried out.

use super::{
    PipelineError, PlanError, Steps,
    beginning::{Beginning, MaybeBegun},
    done_if::check_types,
    run_storage::RunStorage,
};
use crate::{
    cancel::{CancelToken, Tokens},
    driver::{Driver, DriverParts, RunEnd, RunPanic, RunRest, TracedObservers, poll_cancel, poll_to_end},
    observe::Event,
    observer::Observer,
    observers::{Added, Closure, Observers},
    panics::guard,
    report::{Report, RunNotes, WallClock, wall_clock},
    steps::{Handle, Kind, ReportRecord, StepWatch, Watches, Work},
    time::Timer,
};
use alloc::{boxed::Box, vec::Vec};
use core::{
    fmt,
    future::{Future, poll_fn},
    task::{Context, Poll},
    time::Duration,
};
use rungs_scheduler::{Config, DynamicSetup, OnFailure, Order, Scheduler, StepId, StepState, Storage};

/// A run with settings of its own. `pipeline.run(&timer)` is short for `pipeline.runner().run(&timer)`.
///
/// ```
/// use rungs::{NoClock, OnFailure, Pipeline};
///
/// let mut p = Pipeline::new("watched");
/// p.step("only").run(|| async { Ok(()) });
/// let mut events = Vec::new();
/// let run = p
///     .runner()
///     .max_concurrent(2)
///     .on_failure(OnFailure::Drain)
///     .on_event(|event| events.push(event.to_string()))
///     .run(&NoClock);
/// futures_lite::future::block_on(run)?;
/// assert_eq!(events, [
///     "watched: run started: 1 step, at most 2 at once",
///     "only: started",
///     "only: success",
///     "watched: run ended: 1 success, exit code 0",
/// ]);
/// # Ok::<(), rungs::PipelineError>(())
/// ```
#[must_use = "nothing runs until `run` is awaited"]
pub struct Runner<'p, 'env, E, K: Kind<'env, E>, O = ()> {
    pub(super) steps: &'p mut Steps<'env, E, K>,
    pub(super) config: Config,
    pub(super) tokens: Tokens,
    pub(super) beginning: Beginning<K::Cell>,
    watches: Watches<K::Cell>,
    observers: O,
}

impl<'env, E, K: Kind<'env, E>, O> fmt::Debug for Runner<'_, 'env, E, K, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { steps, config, tokens, .. } = self;
        let mut shown = f.debug_struct("Runner");
        shown.field("pipeline", &steps.draft.names.pipeline()).field("config", config).field("tokens", tokens);
        shown.finish_non_exhaustive()
    }
}

impl<'p, 'env, E, K: Kind<'env, E>> Runner<'p, 'env, E, K> {
    pub(super) fn new(steps: &'p mut Steps<'env, E, K>) -> Self {
        steps.draft.forget_expected();
        Self {
            steps,
            config: Config::DEFAULT,
            tokens: Tokens::default(),
            beginning: Beginning::nothing(),
            watches: Watches::new(),
            observers: (),
        }
    }
}

impl<'p, 'env, E, K: Kind<'env, E>, O> Runner<'p, 'env, E, K, O> {
    /// All settings at once.
    pub fn config(mut self, config: Config) -> Self {
        self.config = config;
        self
    }

    /// At most this many attempts in flight.
    pub fn max_concurrent(mut self, attempts: u32) -> Self {
        self.config = self.config.max_concurrent(attempts);
        self
    }

    /// The seed of jitter; see [`Config::seed`].
    pub fn seed(mut self, seed: u64) -> Self {
        self.config = self.config.seed(seed);
        self
    }

    /// How long the run may take; then it is cancelled, and clean-up steps still run.
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.config = self.config.deadline(limit);
        self
    }

    /// How long an attempt that was told to end is waited for: see [`Config::grace`].
    pub fn grace(mut self, limit: Duration) -> Self {
        self.config = self.config.grace(limit);
        self
    }

    /// The deadline of each clean-up step that has no time limit of its own: see [`Config::clean_up_deadline`].
    pub fn clean_up_deadline(mut self, limit: Duration) -> Self {
        self.config = self.config.clean_up_deadline(limit);
        self
    }

    /// When a step may start.
    pub fn order(mut self, order: Order) -> Self {
        self.config = self.config.order(order);
        self
    }

    /// What the failure of a required step does to the others: nothing by default; or it stops the run, which lets
    /// attempts in flight end ([`OnFailure::Drain`]) or abandons them ([`OnFailure::Cancel`]).
    pub fn on_failure(mut self, on_failure: OnFailure) -> Self {
        self.config = self.config.on_failure(on_failure);
        self
    }

    /// How many attempts one poll of the run polls at most, before it lets other tasks have a turn; see
    /// [`Config::poll_budget`].
    pub fn poll_budget(mut self, attempts: u32) -> Self {
        self.config = self.config.poll_budget(attempts);
        self
    }

    /// Adds a token that stops the run from outside. Of several, any does.
    ///
    /// Clean-up steps are prevented by the second cancel of one token, not by the first ones of two.
    pub fn cancel(mut self, token: &CancelToken) -> Self {
        self.tokens.add(token.clone());
        self
    }

    /// Adds an observer, which is called with each event. `&mut observer` is an observer as well.
    pub fn observe<O2: Observer<E>>(self, observer: O2) -> Runner<'p, 'env, E, K, Added<O, O2>> {
        let Self { steps, config, tokens, beginning, watches, observers: others } = self;
        Runner { steps, config, tokens, beginning, watches, observers: Added { others, observer } }
    }

    /// Adds a closure that is called with each event.
    pub fn on_event<F: FnMut(&Event<'_, E>)>(self, closure: F) -> Runner<'p, 'env, E, K, Added<O, Closure<F>>> {
        self.observe(Closure(closure))
    }

    /// The end of a step, which another task may await while the run goes on. [`StepWatch`] has an example.
    pub fn watch<T>(&mut self, step: Handle<T>) -> StepWatch<T, K::Cell> {
        let is_own = step.pipeline == self.steps.draft.names.id();
        self.watches.add(is_own.then_some(step.step))
    }

    /// Runs all steps, and reports.
    ///
    /// Dropping the future drops every step that runs in place and cancels every spawned one. What has not ended by then, the
    /// next run of the pipeline waits for before it starts anything.
    ///
    /// # Errors
    /// The plan is wrong, and nothing was started; or an observer or the timer panicked, and the attempts in flight were
    /// dropped. Step failures appear only in the report; check it.
    pub fn run<T: Timer>(self, timer: &T) -> impl Future<Output = Result<Report<E, K::Cell>, PipelineError>>
    where
        O: Observers<E>,
    {
        let Self { steps, config, mut tokens, mut beginning, watches, observers } = self;
        // Not an asynchronous function, which would hold the options twice.
        async move {
            steps.check_run::<T>(&config, &beginning)?;
            poll_fn(|cx| steps.poll_left(cx)).await;
            if beginning.undoes_others() {
                return Box::pin(steps.undo_others(config, beginning, observers, tokens, timer)).await;
            }
            let wall_clock = wall_clock();
            let begun = if steps.leaves_out(&beginning) {
                // In a box, as most runs have none.
                let asked = Box::pin(steps.begin_run(&mut beginning, &config, &mut tokens, timer)).await;
                Some(Box::new(asked?))
            } else {
                None
            };
            let (started, begun) = steps.make_ready(config, beginning, begun, timer)?;
            let ran = steps.driver(config, tokens, watches, observers, begun, started).run(started, timer).await;
            match steps.end_run(ran, wall_clock, timer)? {
                Ok(report) => Ok(report),
                Err(undo) => undo.await,
            }
        }
    }
}

/// The report of a run, and what an undo of it goes on with.
type Reported<E, C, O> = Result<(Report<E, C>, RunRest<O>), PipelineError>;

impl<'env, E, K: Kind<'env, E>> Steps<'env, E, K> {
    /// The report of a run that has ended, and what an undo of it goes on with.
    #[inline(always)]
    pub(super) fn report<O>(
        &mut self,
        ran: Result<RunEnd<E, O>, RunPanic>,
        wall_clock: WallClock,
    ) -> Reported<E, K::Cell, O> {
        let RunEnd { errors, pauses, started, finished, rest } = ran.map_err(|panic| self.broke_off(panic))?;
        let record = self.record.take().unwrap_or_default();
        let report = Report {
            names: self.draft.names.clone(),
            undoing: self.undos.as_mut().map(|undos| undos.undoing(record.states.len())),
            record: ReportRecord::new(record, &self.shelf),
            notes: RunNotes { errors, pauses, as_error: self.errors.as_error, started, finished, wall_clock },
            #[cfg(feature = "serde")]
            dependents: self.draft.compiled.as_ref().map(|compiled| compiled.dependents.clone()),
        };
        #[cfg(feature = "checkpoints")]
        if let Some(store) = &rest.store {
            self.end_store(store, &report);
        }
        Ok((report, rest))
    }

    /// Makes everything ready for a run, and returns the time.
    // A function of its own, so that the future of the run holds nothing of it.
    pub(super) fn make_ready<T: Timer>(
        &mut self,
        config: Config,
        beginning: Beginning<K::Cell>,
        mut begun: MaybeBegun<E, K::Cell>,
        timer: &T,
    ) -> Result<(crate::Instant, MaybeBegun<E, K::Cell>), PipelineError> {
        self.prepare(&config);
        self.renew();
        if let Some(undos) = &mut self.undos {
            undos.undoes_run = beginning.undoes_itself().then_some(config);
        }
        if let Some(record) = &mut self.record {
            beginning.put(&self.draft.names, &mut record.results);
            #[cfg(feature = "checkpoints")]
            if let Some(undos) = &mut self.undos {
                undos.note_stored(begun.as_ref().and_then(|begun| begun.stored.as_deref()));
            }
            if let Some(begun) = &mut begun {
                begun.put(&mut record.results);
                #[cfg(feature = "checkpoints")]
                begun
                    .stored
                    .iter_mut()
                    .for_each(|stored| record.warnings.extend(core::mem::take(&mut stored.warnings)));
            }
        }
        let started = guard(|| timer.now());
        started.map(|started| (started, begun)).map_err(|payload| self.broke_off(RunPanic::of_timer::<T>(payload)))
    }

    /// Checks the plan, and a run of it.
    pub(super) fn check_run<T: Timer>(
        &mut self,
        config: &Config,
        beginning: &Beginning<K::Cell>,
    ) -> Result<(), PipelineError> {
        self.forget_checked_undos();
        let Self { draft, works, checks, .. } = self;
        let result_type = |step: StepId| works.get(step.index()).map(|work| work.result_type());
        let mut mistakes = if beginning.undoes_others() {
            draft.compile().map_or_else(PlanError::into_mistakes, |()| Vec::new())
        } else {
            draft.check(config, T::TICKS, beginning, result_type)
        };
        if !checks.is_empty() {
            check_types::<E, K>(&draft.names, works, checks, &mut mistakes);
        }
        if !self.durable.is_empty() {
            self.check_kept(&mut mistakes);
        }
        if self.undos.is_some() || beginning.to_undo().is_some() {
            self.check_undos(Some((config, T::TICKS, beginning)), &mut mistakes);
        }
        Ok(self.draft.no_mistakes(mistakes)?)
    }

    #[cold]
    pub(super) fn broke_off(&self, panic: RunPanic) -> PipelineError {
        PipelineError::panicked(self.draft.names.pipeline(), panic)
    }

    /// Waits for the end of attempts that an earlier run left: those of a forgotten run, and spawned ones that had not ended
    /// when their run was dropped or gave them up. No attempt of this run starts before, so that none overlaps another.
    fn poll_left(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let has_undo_ended = self.undos.as_mut().is_none_or(|undos| undos.steps.poll_left(cx).is_ready());
        let Self { draft, works, storage: RunStorage { slots, rare, .. }, .. } = self;
        let Some(slots) = slots.as_mut().filter(|slots| slots.may_lead_to_attempts()) else {
            return if has_undo_ended { Poll::Ready(()) } else { Poll::Pending };
        };
        slots.is_running = false;
        let is_any_left = slots.retain(|step| {
            let may_go_on = draft.settings_of(StepId::from_number(step)).get_never_cancel();
            works.get_mut(step as usize).is_some_and(|work| {
                let is_waited_for = may_go_on && !work.is_in_place();
                let polled =
                    if is_waited_for { poll_to_end(work.as_mut(), cx) } else { poll_cancel(work.as_mut(), cx) };
                polled.is_pending()
            })
        });
        if let Some(rare) = rare {
            rare.claims.end_all_but(|step| slots.slot_of(step).is_some());
        }
        if is_any_left || !has_undo_ended { Poll::Pending } else { Poll::Ready(()) }
    }

    /// Resets what the previous run left behind of results.
    fn renew(&mut self) {
        if !core::mem::replace(&mut self.storage.is_used, true) {
            return;
        }
        let Some(record) = &mut self.record else { return };
        record.states.fill(StepState::NEW);
        for (work, result) in self.works.iter_mut().zip(&mut record.results) {
            work.as_mut().renew(result.take());
        }
    }

    /// Begins a run of a plan that was checked and prepared for it.
    // Always inlined, so that the driver is made where the run holds it: to move it costs as much as a step.
    #[inline(always)]
    pub(super) fn driver<O: Observers<E>>(
        &mut self,
        config: Config,
        tokens: Tokens,
        watches: Watches<K::Cell>,
        observers: O,
        mut begun: MaybeBegun<E, K::Cell>,
        now: crate::Instant,
    ) -> Driver<'_, 'env, E, K, O> {
        let Self { draft, works, retry_predicates, record, storage, .. } = self;
        let record = record.as_mut().expect("`prepare` has made one");
        let compiled = draft.compiled.as_ref().expect("`check` has compiled the plan");
        let plan = draft.plan(compiled);
        storage.renew_rare(draft.released_results(), &plan, watches);
        storage.renew_emissions(O::LISTEN);
        if let Some(begun) = &mut begun {
            storage.extras.undo = begun.undo.take();
        }
        #[cfg(feature = "checkpoints")]
        {
            let stored = begun.as_mut().and_then(|begun| begun.stored.take());
            storage.extras.store = stored.map(|stored| stored.store);
        }
        let RunStorage { ready, timers, free, open, slots, rare, extras, .. } = storage;
        let state = Storage { states: &mut record.states, ready, timers, free, open };
        let setup = DynamicSetup { plan, numbering: draft.numbering(), config };
        let scheduler = Scheduler::not_begun(setup, state, now, 0);
        let slots = slots.as_mut().expect("`prepare` has made the slots");
        slots.is_running = true;
        let parts = DriverParts {
            scheduler: scheduler.expect("`prepare` has made the storage for this plan"),
            works,
            results: &mut record.results,
            retry_predicates,
            slots,
            rare: rare.as_deref_mut(),
            tokens,
            observers: TracedObservers::new(observers),
        };
        let mut driver = Driver::new(parts, &draft.names, Some(extras).filter(|extras| extras.is_any()));
        match begun {
            None => driver.begin(),
            Some(begun) => driver.resume(begun.given, begun.errors),
        }
        driver
    }
}
