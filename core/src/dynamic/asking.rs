//! The checks before a run, in progress.

use super::{beginning::Begun, selection::Selection};
use crate::{
    cancel::Tokens,
    driver::RunPanic,
    error::StepError,
    panics::{call_caught, guard, message},
    sleep::ArmedSleep,
    steps::{Attempt, AttemptError, ByStep, Errors, Names, RunParts, Work},
    time::Timer,
};
use alloc::{boxed::Box, collections::VecDeque, sync::Arc, vec::Vec};
use core::{
    future::poll_fn,
    mem,
    pin::{Pin, pin},
    task::{Context, Poll},
    time::Duration,
};
use rungs_scheduler::{Config, Edges, Given, Instant, Numbering, Plan, Scheduler, StepId, Storage, StorageSize};

/// The checks of a pipeline, by step. Each is a step's work without needs, which skips itself if there is no result.
pub(super) type Checks<W> = ByStep<Pin<Box<W>>>;

/// The checks before a run, in progress.
pub(super) struct Asking<'s, W: Work<E, C> + ?Sized, E, C: ?Sized, F> {
    names: &'s Arc<Names>,
    timeout: F,
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

impl<'s, W: Work<E, C> + ?Sized, E, C: ?Sized, F: Fn(StepId) -> Option<Duration>> Asking<'s, W, E, C, F> {
    /// At most `limit` checks are in flight at once, each for as long as `timeout` says.
    pub(super) fn new(
        names: &'s Arc<Names>,
        checks: &'s mut Checks<W>,
        selection: Selection<'s>,
        limit: usize,
        timeout: F,
        tokens: &'s mut Tokens,
    ) -> Self {
        let (results, errors, asks, in_flight) = (Vec::new(), Errors::new(), VecDeque::new(), Vec::new());
        Self { names, timeout, checks, selection, asks, in_flight, limit, results, errors, tokens }
    }

    /// Asks until it is known which steps have ended before the run.
    ///
    /// # Errors
    /// The timer panicked.
    pub(super) async fn ask<T: Timer>(mut self, timer: &T, budget: u32) -> Result<Begun<E, C>, RunPanic> {
        let mut sleep = pin!(ArmedSleep::new());
        let asked = poll_fn(|cx| {
            // The checks' own panics are caught where they are polled.
            guard(|| self.poll(cx, sleep.as_mut(), timer, budget))
                .map_or_else(|payload| Poll::Ready(Err(RunPanic::of_timer::<T>(payload))), |polled| polled.map(Ok))
        });
        asked.await?;
        let (results, errors) = (mem::take(&mut self.results), mem::take(&mut self.errors));
        Ok(Begun {
            undo: None,
            given: self.selection.ended(),
            results,
            errors,
            #[cfg(feature = "checkpoints")]
            stored: None,
        })
    }

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
        // A check is an attempt of no run.
        let run = RunParts { names: self.names, extras: None, errors: Errors::new() };
        let none = Edges::new(&[0], &[]);
        let (plan, mut ready) = (Plan::new(none, none, &[], &[]), [0; StorageSize::ready_words(0)]);
        let storage = Storage { ready: &mut ready, ..Storage::default() };
        let scheduler = Scheduler::new(plan, Numbering::default(), Config::DEFAULT, storage, Instant::ZERO)
            .expect("a run without steps needs no more storage");
        let begin = Attempt { step, started, scheduler: &scheduler, run: &run, scope: None };
        let answer = self.poll_check(step, Some(&begin), cx);
        let limit = (self.timeout)(step).map_or(Instant::NEVER, |timeout| started + timeout);
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

    /// Polls a check, which begins first if it is to.
    fn poll_check(
        &mut self,
        step: StepId,
        begin: Option<&Attempt<'_, E>>,
        cx: &mut Context<'_>,
    ) -> Result<Answer<E, C>, StepError<E>> {
        let check = self.checks.get_mut(step);
        let polled = guard(|| check.map(|check| check.as_mut().poll(cx, begin, &mut [])));
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
        for InFlight { step, .. } in mem::take(&mut self.in_flight) {
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
