//! The checks before a run: whether the result of a step is there already.

use super::{
    StepBuilder, Steps,
    beginning::Beginning,
    body::Plain,
    needs::Values,
    plan_error::{PlanError, PlanErrorKind},
    selection::Selection,
    task::Task,
};
use crate::{
    cancel::Tokens,
    diagram::StepNames,
    driver::RunPanic,
    error::StepError,
    panics::{call_caught, guard, message},
    sleep::ArmedSleep,
    spawn::InPlace,
    steps::{Attempt, AttemptError, ByStep, Errors, Holds, HoldsResult, Kind, Names, RunParts, Work},
    time::Timer,
};
use alloc::{boxed::Box, collections::VecDeque, sync::Arc, vec::Vec};
use core::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::{Context, Poll},
};
use rungs_scheduler::{Config, Edges, Given, Instant, Numbering, Plan, Scheduler, StepId, Storage, StorageSize};

impl<'p, 'env, E, K: Kind<'env, E>, S, N, M> StepBuilder<'p, 'env, E, K, S, N, M> {
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

/// The checks of a pipeline, by step. Each is a step's work without needs, which skips itself if there is no result.
pub(super) type Checks<W> = ByStep<Pin<Box<W>>>;

/// How a run begins: the steps that have ended before it, and what is to be kept of them.
pub(super) struct Begun<E, C: ?Sized> {
    pub(super) given: Vec<(StepId, Given)>,
    /// The results that checks have found.
    pub(super) results: Vec<(StepId, Arc<C>)>,
    /// The errors of checks.
    pub(super) errors: Errors<E>,
}

/// In most runs, in which no step has ended before, it is none.
pub(super) type MaybeBegun<E, C> = Option<Box<Begun<E, C>>>;

impl<E, C: ?Sized> Begun<E, C> {
    /// Puts the results that checks have found into those of the run.
    pub(super) fn put(&mut self, results: &mut [Option<Arc<C>>]) {
        for (step, found) in self.results.drain(..) {
            if let Some(result) = results.get_mut(step.index()) {
                *result = Some(found);
            }
        }
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
        let compiled = self.draft.compile();
        if self.checks.is_empty() {
            return compiled;
        }
        let mut mistakes = compiled.map_or_else(PlanError::into_mistakes, |()| Vec::new());
        check_types::<E, K>(&self.draft.names, &self.works, &self.checks, &mut mistakes);
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
    /// The timer panicked.
    pub(super) async fn begin_run<T: Timer>(
        &mut self,
        beginning: &Beginning<K::Cell>,
        config: &Config,
        tokens: &mut Tokens,
        timer: &T,
    ) -> Result<Begun<E, K::Cell>, RunPanic> {
        let Self { draft, checks, .. } = self;
        let selection = draft.select(beginning).expect("`check` has compiled the plan");
        let mut asking = Asking {
            names: &draft.names,
            timeouts: |step| draft.settings_of(step).get_timeout(),
            checks,
            selection,
            asks: VecDeque::new(),
            in_flight: Vec::new(),
            limit: config.get_max_concurrent().map_or(usize::MAX, |limit| limit as usize),
            results: Vec::new(),
            errors: Errors::new(),
            tokens,
        };
        let budget = config.get_poll_budget();
        let mut sleep = pin!(ArmedSleep::new());
        let asked = poll_fn(|cx| {
            // The checks' own panics are caught where they are polled.
            guard(|| asking.poll(cx, sleep.as_mut(), timer, budget))
                .map_or_else(|payload| Poll::Ready(Err(RunPanic::of_timer::<T>(payload))), |polled| polled.map(Ok))
        });
        asked.await?;
        let (results, errors) = (core::mem::take(&mut asking.results), core::mem::take(&mut asking.errors));
        Ok(Begun { given: asking.selection.ended(), results, errors })
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

/// The checks before a run, in progress.
struct Asking<'s, W: Work<E, C> + ?Sized, E, C: ?Sized, F> {
    names: &'s Arc<Names>,
    timeouts: F,
    checks: &'s mut Checks<W>,
    selection: Selection<'s>,
    /// The steps that are to be asked, in this order.
    asks: VecDeque<StepId>,
    in_flight: Vec<InFlight>,
    limit: usize,
    results: Vec<(StepId, Arc<C>)>,
    errors: Errors<E>,
    tokens: &'s mut Tokens,
}

/// A check in flight, and until when it may take.
struct InFlight {
    step: StepId,
    limit: Instant,
}

type Answer<E, C> = Poll<Result<Arc<C>, AttemptError<E>>>;

impl<W: Work<E, C> + ?Sized, E, C: ?Sized, F: Fn(StepId) -> Option<core::time::Duration>> Asking<'_, W, E, C, F> {
    /// Ready when nothing is left to ask. Each poll polls all checks in flight, and starts as many as the budget allows.
    fn poll<T: Timer>(
        &mut self,
        cx: &mut Context<'_>,
        mut sleep: Pin<&mut ArmedSleep<T>>,
        timer: &T,
        mut budget: u32,
    ) -> Poll<()> {
        self.poll_in_flight(cx);
        loop {
            self.follow();
            if self.tokens.poll_next(cx).is_some() {
                self.stop();
                return Poll::Ready(());
            }
            self.time_out(timer);
            while self.in_flight.len() < self.limit
                && budget > 0
                && let Some(step) = self.asks.pop_front()
            {
                budget -= 1;
                self.start(step, cx, timer);
                self.follow();
            }
            if self.in_flight.is_empty() && self.asks.is_empty() {
                return Poll::Ready(());
            }
            if budget == 0 && self.in_flight.len() < self.limit {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            let first = self.in_flight.iter().map(|check| check.limit).min().filter(|limit| *limit < Instant::NEVER);
            if sleep.as_mut().poll_until(first, timer, cx).is_pending() {
                return Poll::Pending;
            }
        }
    }

    /// Finds the steps that are needed by what is known now.
    fn follow(&mut self) {
        let Self { selection, checks, asks, .. } = self;
        selection.follow(|step| checks.get(step).is_some(), asks);
    }

    fn start<T: Timer>(&mut self, step: StepId, cx: &mut Context<'_>, timer: &T) {
        let started = timer.now();
        let answer = self.poll_check(step, Some(started), cx);
        let limit = (self.timeouts)(step).map_or(Instant::NEVER, |timeout| started + timeout);
        self.in_flight.push(InFlight { step, limit });
        self.take_answer(self.in_flight.len() - 1, answer);
    }

    fn poll_in_flight(&mut self, cx: &mut Context<'_>) {
        for nth in (0..self.in_flight.len()).rev() {
            if let Some(check) = self.in_flight.get(nth) {
                let answer = self.poll_check(check.step, None, cx);
                self.take_answer(nth, answer);
            }
        }
    }

    /// Polls a check, which begins first if it is to start.
    fn poll_check(
        &mut self,
        step: StepId,
        start: Option<Instant>,
        cx: &mut Context<'_>,
    ) -> Result<Answer<E, C>, StepError<E>> {
        let check = self.checks.get_mut(step);
        let run = RunParts { names: self.names, emissions: None, errors: Errors::new() };
        let none = Edges::new(&[0], &[]);
        let (plan, mut ready) = (Plan::new(none, none, &[], &[]), [0; StorageSize::ready_words(0)]);
        // A check is an attempt of no run.
        let storage = Storage { ready: &mut ready, ..Storage::default() };
        let scheduler = Scheduler::new(plan, Numbering::default(), Config::DEFAULT, storage, Instant::ZERO).ok();
        let begin = start.zip(scheduler.as_ref()).map(|(started, scheduler)| Attempt {
            step,
            started,
            scheduler,
            run: &run,
            scope: None,
        });
        let polled = guard(|| check.map(|check| check.as_mut().poll(cx, begin.as_ref(), &mut [])));
        match polled {
            Ok(answer) => Ok(answer.unwrap_or(Poll::Ready(Err(AttemptError::SkippedItself)))),
            Err(payload) => Err(StepError::Panicked(message(payload))),
        }
    }

    fn take_answer(&mut self, nth: usize, answer: Result<Answer<E, C>, StepError<E>>) {
        let step = match (&answer, self.in_flight.get(nth)) {
            (Ok(Poll::Pending), _) | (_, None) => return,
            (_, Some(check)) => check.step,
        };
        self.in_flight.swap_remove(nth);
        let given = match answer {
            Ok(Poll::Ready(Ok(result))) => {
                self.results.push((step, result));
                Some(Given::Success)
            }
            Ok(Poll::Ready(Err(AttemptError::Error(error)))) => Some(self.fail(step, StepError::Failed(error))),
            Err(panic) => Some(self.fail(step, panic)),
            _ => None,
        };
        self.discard(step);
        self.selection.answer(step, given);
    }

    fn fail(&mut self, step: StepId, error: StepError<E>) -> Given {
        let given = if matches!(error, StepError::Panicked(_)) { Given::Panicked } else { Given::Failed };
        self.errors.get_or_default(step).note(0, error);
        given
    }

    /// Ends the checks that have taken too long.
    fn time_out<T: Timer>(&mut self, timer: &T) {
        if !T::TICKS || self.in_flight.iter().all(|check| check.limit == Instant::NEVER) {
            return;
        }
        let now = timer.now();
        for nth in (0..self.in_flight.len()).rev() {
            if self.in_flight.get(nth).is_some_and(|check| check.limit <= now) {
                let InFlight { step, .. } = self.in_flight.swap_remove(nth);
                self.discard(step);
                self.selection.answer(step, Some(Given::TimedOut));
            }
        }
        self.follow();
    }

    /// Asks nothing more: the run sees the stop as well, and tells what becomes of its steps.
    fn stop(&mut self) {
        self.tokens.see_again();
        self.discard_all();
        while let Some(step) = self.asks.pop_front() {
            self.selection.answer(step, None);
            self.selection.follow(|_| false, &mut self.asks);
        }
    }
}

impl<W: Work<E, C> + ?Sized, E, C: ?Sized, F> Asking<'_, W, E, C, F> {
    fn discard(&mut self, step: StepId) {
        if let Some(check) = self.checks.get_mut(step) {
            call_caught(&mut || check.as_mut().discard());
        }
    }

    /// Ends the checks in flight.
    fn discard_all(&mut self) {
        for InFlight { step, .. } in core::mem::take(&mut self.in_flight) {
            self.discard(step);
            self.asks.push_back(step);
        }
    }
}

/// A run that is dropped meanwhile drops its checks.
impl<W: Work<E, C> + ?Sized, E, C: ?Sized, F> Drop for Asking<'_, W, E, C, F> {
    fn drop(&mut self) {
        self.discard_all();
    }
}
