//! A case played on the real scheduler, with a clock that is moved by hand.
//!
//! The order at each instant is that of the oracle: first the attempts that are over by themselves report, in the order
//! of the steps; then the token's requests are passed on; then the scheduler's actions are carried out one at a time
//! until it has none. An attempt that takes no time reports as soon as it starts; an abandoned one is confirmed at once
//! unless it lingers.

use std::collections::BTreeSet;
use std::time::Duration;

use rungs::scheduler::{self, Action, Outcome, Scheduler, StepId, Verdict};
use rungs::{Cause, Instant, Retry, Stop};

use crate::layout::{Buffers, Layout, id};
use crate::oracle::{Attempt, Case, Ends, Expected, Given, LastError, Rule, Spec, Status, StepEnd, StopRequest, Why};

/// The outcome of a case, and everything that happened on the way, in order.
pub(crate) struct Playback {
    pub(crate) outcome: Expected,
    pub(crate) trace: Vec<(u64, Event)>,
}

/// Something that happened to a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// An attempt was started.
    Started(usize),
    /// The scheduler asked to abandon the attempt in flight.
    Abandoned(usize),
    /// The attempt in flight was over, by itself or after it was abandoned.
    Over(usize),
    /// The step ended, with an attempt or without.
    Ended(usize),
}

/// Plays a case and returns its outcome.
pub(crate) fn play(case: &Case) -> Expected {
    play_traced(case).outcome
}

/// Plays a case whose classes queue for their resources, and returns its outcome.
pub(crate) fn play_with_queues(case: &Case) -> Expected {
    play_on(&mut Buffers { queues: true, ..Buffers::default() }, case).outcome
}

pub(crate) fn play_traced(case: &Case) -> Playback {
    play_on(&mut Buffers::default(), case)
}

/// Plays a case on storage that may be larger than needed and may have been used before.
pub(crate) fn play_on(storage: &mut Buffers, case: &Case) -> Playback {
    let layout = Layout::new(case);
    let mut sim = Sim {
        case,
        run: layout.run_given(storage, given(case), Instant::ZERO),
        now: 0,
        steps: vec![Step::default(); case.steps.len()],
        results: BTreeSet::new(),
        trace: Vec::new(),
    };
    while !sim.run.has_ended() {
        sim.report_results();
        sim.pass_requests_on();
        sim.act();
        sim.wait();
    }
    Playback { outcome: sim.outcome(), trace: sim.trace }
}

struct Sim<'a> {
    case: &'a Case,
    run: Scheduler<'a>,
    now: u64,
    steps: Vec<Step>,
    /// The times at which attempts in flight are over by themselves.
    results: BTreeSet<(u64, usize)>,
    trace: Vec<(u64, Event)>,
}

#[derive(Clone, Default)]
struct Step {
    started_at: Option<u64>,
    ended_at: Option<u64>,
    /// When the latest attempt was started.
    since: u64,
    attempts: u32,
    last_error: Option<LastError>,
    /// While an abandoned attempt has not ended: whether it timed out.
    lingering: Option<bool>,
    /// While an attempt that was given up has not ended.
    given_up: bool,
    /// Until when the start of the next attempt is put off, or was.
    put_off_until: Option<u64>,
}

impl Sim<'_> {
    fn report_results(&mut self) {
        while let Some(&(time, step)) = self.results.first()
            && time <= self.now
        {
            self.results.pop_first();
            self.report(step);
        }
        for (step, state) in self.steps.iter().enumerate() {
            if state.put_off_until == Some(self.now) {
                self.run.put_on(id(step));
            }
        }
    }

    fn pass_requests_on(&mut self) {
        let now = self.now;
        for (_, request) in self.case.stops.iter().filter(|(time, _)| *time == now) {
            self.run.handle_stop(match request {
                StopRequest::Drain => Stop::Drain,
                StopRequest::Cancel => Stop::Cancel,
            });
        }
    }

    fn act(&mut self) {
        while let Some(action) = self.run.poll_action(self.now()) {
            match action {
                Action::Start(step) => self.start(step.index()),
                Action::Abandon(step) => self.abandon(step.index()),
                Action::Ended(step) => self.ended_without_outcome(step.index()),
            }
        }
    }

    /// Moves the clock to the next instant at which anything can happen, and checks that nothing happens before it.
    fn wait(&mut self) {
        if self.run.has_ended() {
            return;
        }
        let result = self.results.first().map(|(time, _)| *time);
        let requests = self.case.stops.iter().map(|(time, _)| *time).filter(|time| *time > self.now);
        let deadline = self.run.poll_deadline().map(Instant::as_nanos);
        let put_off = self.steps.iter().filter_map(|step| step.put_off_until).filter(|time| *time > self.now);
        let next = result.into_iter().chain(requests).chain(deadline).chain(put_off).min();
        let next = next.unwrap_or_else(|| panic!("nothing will ever happen again at {}: {}", self.now, self.case));
        assert!(next > self.now, "the clock stands still at {next}: {}", self.case);
        let early = self.run.poll_action(Instant::from_nanos(next - 1));
        assert_eq!(early, None, "an action before its time, which is {next}: {}", self.case);
        self.now = next;
    }

    fn start(&mut self, step: usize) {
        let now = self.now;
        if let Some(span) = self.case.steps[step].put_off
            && self.steps[step].put_off_until.is_none()
        {
            self.steps[step].put_off_until = Some(now + span);
            return self.run.put_off(id(step), self.now());
        }
        self.steps[step].put_off_until = None;
        self.trace.push((now, Event::Started(step)));
        let state = &mut self.steps[step];
        state.started_at.get_or_insert(now);
        state.since = now;
        state.attempts += 1;
        let attempts = state.attempts as usize;
        assert!(attempts as u32 <= 1 + self.case.steps[step].retries, "too many attempts of {step}: {}", self.case);
        let limits = self.limits(step);
        let limit = self.run.attempt_limit(id(step), self.now()).map(Instant::as_nanos);
        assert_eq!(limit, limits.into_iter().flatten().min(), "the limit of step {step} at {now}: {}", self.case);
        let script = &self.case.steps[step].script;
        let attempt = script[script.len().min(attempts) - 1];
        if attempt.ends == Ends::Never {
            return;
        }
        match attempt.takes {
            0 => self.report(step),
            takes => _ = self.results.insert((now.saturating_add(takes), step)),
        }
    }

    /// The attempt in flight is over, by itself or some time after it was abandoned.
    fn report(&mut self, step: usize) {
        if std::mem::take(&mut self.steps[step].given_up) {
            return self.end_late(step);
        }
        let spec = &self.case.steps[step];
        let attempt = match (self.steps[step].lingering.take(), spec.lingers) {
            (Some(timed_out), None | Some(Attempt { ends: Ends::Never, .. })) => return self.confirm(step, timed_out),
            (Some(_), Some(late)) => late,
            (None, _) => spec.script[spec.script.len().min(self.steps[step].attempts as usize) - 1],
        };
        let outcome = match attempt.ends {
            Ends::Ok => Outcome::Success,
            Ends::Err => Outcome::Failed(Retry::Yes),
            Ends::ErrFinal => Outcome::Failed(Retry::No),
            Ends::ErrAfter(delay) => Outcome::Failed(Retry::After(Duration::from_nanos(delay))),
            Ends::Panic => Outcome::Panicked,
            Ends::Skips => Outcome::SkippedItself,
            Ends::Never => unreachable!("such an attempt never reports"),
        };
        if matches!(outcome, Outcome::Failed(_)) {
            self.steps[step].last_error = Some(LastError::Own);
        }
        self.hand_in(step, outcome);
    }

    fn abandon(&mut self, step: usize) {
        if self.case.steps[step].never_cancel {
            return self.give_up(step);
        }
        self.trace.push((self.now, Event::Abandoned(step)));
        self.steps[step].lingering = Some(self.has_timed_out(step));
        self.results.retain(|(_, other)| *other != step);
        match self.case.steps[step].lingers.map_or(0, |late| late.takes) {
            0 => self.report(step),
            takes => _ = self.results.insert((self.now.saturating_add(takes), step)),
        }
    }

    /// A second cancel gives an attempt up that is never cancelled, if it is one that would linger; any other goes on.
    fn give_up(&mut self, step: usize) {
        let Some(late) = self.case.steps[step].lingers else { return };
        let verdict = self.run.handle_outcome(id(step), Outcome::GivenUp, self.now());
        assert_eq!(verdict, Verdict::Ended, "step {step} at {}: {}", self.now, self.case);
        assert!(self.is_still_running(step), "step {step} at {}: {}", self.now, self.case);
        self.steps[step].given_up = true;
        self.results.retain(|(_, other)| *other != step);
        self.results.insert((self.now.saturating_add(late.takes.max(1)), step));
        self.ended(step);
    }

    /// An abandoned attempt has ended without a result.
    fn confirm(&mut self, step: usize, timed_out: bool) {
        if timed_out {
            self.steps[step].last_error = Some(LastError::TimedOut);
        }
        self.hand_in(step, Outcome::Abandoned);
    }

    fn hand_in(&mut self, step: usize, outcome: Outcome) {
        self.trace.push((self.now, Event::Over(step)));
        let verdict = self.run.handle_outcome(id(step), outcome, self.now());
        match verdict {
            Verdict::Ended => self.ended(step),
            Verdict::Retry(at) => assert!(at >= self.now(), "a retry in the past: {}", self.case),
            other => panic!("step {step}: {other:?} at {}: {}", self.now, self.case),
        }
    }

    /// The step has ended by an action; if its attempt was given up, it goes on without counting for anything.
    fn ended_without_outcome(&mut self, step: usize) {
        let lingering = self.steps[step].lingering.take();
        let is_still_running = self.is_still_running(step);
        assert_eq!(lingering.is_some(), is_still_running, "the attempt of {step} at {}: {}", self.now, self.case);
        self.steps[step].given_up = is_still_running;
        if lingering == Some(true) {
            self.steps[step].last_error = Some(LastError::TimedOut);
        }
        self.ended(step);
    }

    /// An attempt that was given up is over: whatever its result is, it is dropped.
    fn end_late(&mut self, step: usize) {
        let verdict = self.run.handle_outcome(id(step), Outcome::Success, self.now());
        assert_eq!(verdict, Verdict::Ignored, "step {step} at {}: {}", self.now, self.case);
        assert!(!self.is_still_running(step), "step {step} at {}: {}", self.now, self.case);
    }

    fn is_still_running(&self, step: usize) -> bool {
        self.run.state(id(step)).is_some_and(|state| state.is_still_running())
    }

    fn ended(&mut self, step: usize) {
        self.trace.push((self.now, Event::Ended(step)));
        let before = self.steps[step].ended_at.replace(self.now);
        assert_eq!(before, None, "step {step} ended twice: {}", self.case);
    }

    /// Whether the attempt in flight has reached its timeout, and not its step's deadline at the same time. A time
    /// limit comes before a stop.
    fn has_timed_out(&self, step: usize) -> bool {
        let [limit, deadline] = self.limits(step);
        limit.is_some_and(|limit| limit <= self.now && deadline.is_none_or(|deadline| limit < deadline))
    }

    /// The timeout of the attempt in flight, and the step's deadline.
    fn limits(&self, step: usize) -> [Option<u64>; 2] {
        let (spec, state) = (&self.case.steps[step], &self.steps[step]);
        let limit = spec.timeout.map(|timeout| state.since.saturating_add(timeout));
        let cleans_up = matches!(spec.rule, Rule::AllDone | Rule::AnyFailed);
        let has_no_limit = spec.timeout.is_none() && spec.deadline.is_none();
        let span = if cleans_up && has_no_limit { self.case.clean_up_deadline } else { spec.deadline };
        let deadline = state.started_at.zip(span).map(|(start, span)| start.saturating_add(span));
        [limit, deadline]
    }

    fn now(&self) -> Instant {
        Instant::from_nanos(self.now)
    }

    fn outcome(&self) -> Expected {
        let steps = (0..self.steps.len()).map(|step| self.step_end(step)).collect();
        let starts = self.trace.iter().filter_map(|&(time, event)| match event {
            Event::Started(step) => Some((time, step)),
            _ => None,
        });
        Expected { steps, starts: starts.collect(), finished_at: self.now, exit_code: self.exit_code() }
    }

    fn step_end(&self, step: usize) -> StepEnd {
        let state = self.run.state(id(step)).expect("a state for every step");
        let seen = &self.steps[step];
        let is_given = matches!(self.case.steps[step].given, Some(Given::Success | Given::Skip));
        assert_eq!(state.is_given(), is_given, "whether step {step} was given: {}", self.case);
        assert_eq!(state.attempts(), seen.attempts, "attempts of step {step}: {}", self.case);
        let status = match state.status() {
            rungs::Status::Success => Status::Success,
            rungs::Status::Failed => Status::Failed,
            rungs::Status::Skipped => Status::Skipped,
            rungs::Status::Cancelled => Status::Cancelled,
            other => panic!("step {step} is {other} after the end: {}", self.case),
        };
        let why = why(state.cause());
        assert!(why != Why::TimedOut || state.timed_out_last(), "step {step} timed out: {}", self.case);
        let keeps_error = status == Status::Cancelled || matches!(why, Why::Own | Why::TimedOut);
        StepEnd {
            status,
            why,
            last_error: seen.last_error.filter(|_| keeps_error),
            attempts: seen.attempts,
            started_at: seen.started_at,
            ended_at: seen.ended_at.unwrap_or_else(|| panic!("the end of step {step} was not reported: {}", self.case)),
            still_running: state.is_still_running(),
            late: state.is_late(),
        }
    }

    /// 1 if a required step failed, 2 if one did not succeed because of a stop, else 0.
    fn exit_code(&self) -> u8 {
        let is_required = |step: usize| !self.run.plan().settings(id(step)).is_optional();
        let failed = |(_, state): &(usize, &scheduler::StepState)| state.status() == rungs::Status::Failed;
        if self.run.states().iter().enumerate().filter(failed).any(|(step, _)| is_required(step)) {
            return 1;
        }
        let was_stopped = |step: StepId| {
            let cause = self.run.state(step).and_then(|state| state.cause());
            matches!(cause, Some(Cause::Stopped { .. } | Cause::Drained | Cause::Cancelled | Cause::RunDeadline))
        };
        let is_missing = |(step, state): (usize, &scheduler::StepState)| {
            is_required(step)
                && match state.cause() {
                    Some(Cause::Dependency { root, .. }) => was_stopped(root),
                    _ => was_stopped(id(step)),
                }
        };
        if self.run.states().iter().enumerate().any(is_missing) { 2 } else { 0 }
    }
}

/// How steps have ended before the run, in the order of their ids.
fn given(case: &Case) -> impl Iterator<Item = (StepId, scheduler::Given)> {
    let given = |(step, spec): (usize, &Spec)| {
        let given = match spec.given? {
            Given::Success => scheduler::Given::Success,
            Given::Skip => scheduler::Given::SkippedItself,
            Given::NotSelected => scheduler::Given::NotSelected,
            Given::UpToDate => scheduler::Given::UpToDate,
            Given::Failed => scheduler::Given::Failed,
            Given::Panicked => scheduler::Given::Panicked,
            Given::TimedOut => scheduler::Given::TimedOut,
        };
        Some((id(step), given))
    };
    case.steps.iter().enumerate().filter_map(given)
}

fn why(cause: Option<Cause>) -> Why {
    match cause {
        None => Why::Done,
        Some(Cause::Failed) => Why::Own,
        Some(Cause::TimedOut) => Why::TimedOut,
        Some(Cause::Deadline) => Why::Deadline,
        Some(Cause::Panicked) => Why::Panicked,
        Some(Cause::Dependency { root, via }) => Why::Dependency { root: root.index(), via: via.index() },
        Some(Cause::Blocked { by }) => Why::Blocked { by: by.index() },
        Some(Cause::Stopped { by }) => Why::Stopped { by: by.index() },
        Some(Cause::Drained) => Why::Drain,
        Some(Cause::Cancelled) => Why::Token,
        Some(Cause::RunDeadline) => Why::RunDeadline,
        Some(Cause::NotNeeded) => Why::NotNeeded,
        Some(Cause::SkippedItself) => Why::ByItself,
        Some(Cause::NotSelected) => Why::NotSelected,
        Some(Cause::UpToDate) => Why::UpToDate,
        Some(other) => panic!("a cause that cannot come up: {other:?}"),
    }
}
