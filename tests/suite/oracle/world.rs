//! The simulation itself: what happens at each instant, and in what order.

use super::rank::{Rank, ranks};
use super::{Case, Expected, LastError, Rule, Status, StepEnd, StopRequest, Why};

/// Everything that is true at one instant of a run.
pub(super) struct World<'a> {
    pub(super) case: &'a Case,
    pub(super) steps: Vec<Step>,
    /// The steps that have ended, in the order of their ends.
    pub(super) ends: Vec<usize>,
    pub(super) stop: Option<Stop>,
    pub(super) ranks: Vec<Rank>,
    starts: Vec<(u64, usize)>,
    /// How many cancels the token has requested; those of other origin do not count towards the second.
    cancels: u32,
    pub(super) now: u64,
}

/// What has become of a step so far.
#[derive(Clone)]
pub(super) struct Step {
    pub(super) phase: Phase,
    pub(super) started_at: Option<u64>,
    pub(super) attempts: u32,
    pub(super) last_error: Option<LastError>,
}

#[derive(Clone)]
pub(super) enum Phase {
    /// Never started.
    Fresh,
    /// An attempt is in flight.
    Running {
        since: u64,
    },
    /// An abandoned attempt has not ended yet.
    Lingering {
        until: u64,
        /// What becomes of it without a result.
        gone: Gone,
    },
    /// Between two attempts, not yet ready for the next.
    Backoff {
        until: u64,
    },
    /// Ready for another attempt after a failed one.
    Again,
    Ended {
        end: StepEnd,
        by: By,
    },
}

/// Why an attempt was abandoned.
#[derive(Clone, Copy)]
pub(super) enum Gone {
    TimedOut,
    Deadline,
    Stop(Why),
}

/// What ended a step.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum By {
    /// The outcome of an attempt, or a timer.
    Itself,
    /// The ends of its needs, which sealed its fate. Of the steps sealed together those sealed by the others come in
    /// later waves; the first wave is 1.
    Needs { wave: usize },
    /// The stop: its sweep, or its refusal of another attempt.
    Stop,
}

/// The stop in force.
#[derive(Clone, Copy)]
pub(super) struct Stop {
    pub(super) level: Level,
    pub(super) cause: Why,
}

#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub(super) enum Level {
    Drain,
    Cancel,
    /// A second cancel: nothing is spared.
    Kill,
}

/// Simulates a case to its end.
///
/// # Panics
///
/// If the run can never end: an attempt hangs with nothing to stop it, or a step never gets a place or its resources.
pub fn run(case: &Case) -> Expected {
    let fresh = Step { phase: Phase::Fresh, started_at: None, attempts: 0, last_error: None };
    let mut world = World {
        case,
        steps: vec![fresh; case.steps.len()],
        ends: Vec::new(),
        stop: None,
        ranks: ranks(case),
        starts: Vec::new(),
        cancels: 0,
        now: 0,
    };
    loop {
        world.report_results();
        world.hear_token();
        while world.settle_one() {}
        if world.ends.len() == case.steps.len() {
            return world.expected();
        }
        world.now = world.next_event().expect("a case in which every step can end");
    }
}

impl World<'_> {
    /// What ends by itself at this instant has ended before anything else can happen to it.
    fn report_results(&mut self) {
        for id in 0..self.steps.len() {
            if self.result_at(id) == Some(self.now) {
                self.report(id);
            }
        }
    }

    fn hear_token(&mut self) {
        let (case, now) = (self.case, self.now);
        for (_, request) in case.stops.iter().filter(|(time, _)| *time == now) {
            let level = match request {
                StopRequest::Drain => Level::Drain,
                StopRequest::Cancel => {
                    self.cancels += 1;
                    if self.cancels == 1 { Level::Cancel } else { Level::Kill }
                }
            };
            self.raise_stop(level, Why::Token);
        }
    }

    /// Does the first thing that is to be done; false if there is none.
    fn settle_one(&mut self) -> bool {
        self.fire_timer() || self.pass_run_deadline() || self.end_sealed() || self.sweep() || self.start_best()
    }

    fn next_event(&self) -> Option<u64> {
        let results = (0..self.steps.len()).filter_map(|id| self.result_at(id));
        let timers = (0..self.steps.len()).filter_map(|id| self.timer(id));
        let requests = self.case.stops.iter().map(|(time, _)| *time);
        let events = results.chain(timers).chain(requests).chain(self.case.run_deadline);
        events.filter(|&time| time > self.now).min()
    }

    fn fire_timer(&mut self) -> bool {
        let first = (0..self.steps.len()).filter_map(|id| Some((self.timer(id)?, id))).min();
        let Some((due, id)) = first.filter(|(due, _)| *due <= self.now) else { return false };
        match self.steps[id].phase {
            Phase::Running { .. } if self.deadline_point(id) == Some(due) => self.abandon(id, Gone::Deadline),
            Phase::Running { .. } => self.abandon(id, Gone::TimedOut),
            Phase::Backoff { .. } => self.steps[id].phase = Phase::Again,
            // What is left waits for a place again, and has now waited until its deadline.
            _ => self.fail_with_last_error(id),
        }
        true
    }

    fn pass_run_deadline(&mut self) -> bool {
        // Raising again changes nothing, which is what keeps this from being settled for ever.
        self.case.run_deadline.is_some_and(|deadline| deadline <= self.now)
            && self.raise_stop(Level::Cancel, Why::RunDeadline)
    }

    /// Ends a sealed step: wave by wave, within a wave the one sealed first, by id among those that one end has sealed.
    fn end_sealed(&mut self) -> bool {
        let fresh = (0..self.steps.len()).filter(|&id| matches!(self.steps[id].phase, Phase::Fresh));
        let sealed = fresh.filter_map(|id| Some((self.sealed_after(id)?, id)));
        let next = sealed.map(|(after, id)| (self.wave_after(after), after, id)).min();
        let Some((wave, _, id)) = next else { return false };
        let spec = &self.case.steps[id];
        if spec.rule == Rule::AnyFailed {
            self.end(id, Status::Skipped, Why::NotNeeded, By::Needs { wave });
            return true;
        }
        // Only earlier waves count, so that nothing hangs on the order within a wave.
        let via = spec.needs.iter().copied().find(|&need| self.seals(need) && self.wave(need) < wave);
        let via = via.expect("a step is sealed by a need");
        let root = match self.end_of(via).map(|end| end.why) {
            Some(Why::Dependency { root, .. }) => root,
            _ => via,
        };
        let fails = spec.rule == Rule::Default && self.has_status(via, Status::Failed);
        let status = if fails { Status::Failed } else { Status::Skipped };
        self.end(id, status, Why::Dependency { root, via }, By::Needs { wave });
        true
    }

    /// Ends the first step that the stop does not leave alone.
    fn sweep(&mut self) -> bool {
        for id in 0..self.steps.len() {
            let (status, cause) = match self.steps[id].phase {
                Phase::Fresh => (Status::Skipped, self.forbidden(id)),
                Phase::Backoff { .. } | Phase::Again => (Status::Cancelled, self.forbidden(id)),
                Phase::Running { .. } => {
                    let Some(cause) = self.abandoned(id) else { continue };
                    self.abandon(id, Gone::Stop(cause));
                    return true;
                }
                Phase::Lingering { .. } | Phase::Ended { .. } => continue,
            };
            if let Some(cause) = cause {
                self.end(id, status, cause, By::Stop);
                return true;
            }
        }
        false
    }

    fn start_best(&mut self) -> bool {
        let startable = (0..self.steps.len()).filter(|&id| self.can_start(id));
        let Some(id) = startable.min_by_key(|&id| (self.ranks[id], id)) else { return false };
        let step = &mut self.steps[id];
        step.phase = Phase::Running { since: self.now };
        step.attempts += 1;
        step.started_at.get_or_insert(self.now);
        self.starts.push((self.now, id));
        if self.result_at(id) == Some(self.now) {
            self.report(id);
        }
        true
    }

    fn expected(&self) -> Expected {
        let steps: Vec<StepEnd> = (0..self.steps.len()).filter_map(|id| self.end_of(id).copied()).collect();
        Expected { steps, starts: self.starts.clone(), finished_at: self.now, exit_code: self.exit_code() }
    }
}
