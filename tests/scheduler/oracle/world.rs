//! The simulation itself: what happens at each instant, and in what order.

use super::rank::{Rank, ranks};
use super::{Case, Expected, Given, LastError, Rule, Status, StepEnd, StopRequest, Why};

/// Everything that is true at one instant of a run.
pub(super) struct World<'a> {
    pub(super) case: &'a Case,
    pub(super) steps: Vec<Step>,
    /// The steps that have ended, in the order of their ends.
    pub(super) ends: Vec<usize>,
    pub(super) stop: Option<Stop>,
    pub(super) ranks: Vec<Rank>,
    starts: Vec<(u64, usize)>,
    /// How many cancels the token has requested; other causes do not count towards the second cancel.
    cancels: u32,
    pub(super) now: u64,
}

/// The state of a step.
#[derive(Clone)]
pub(super) struct Step {
    pub(super) phase: Phase,
    pub(super) started_at: Option<u64>,
    pub(super) attempts: u32,
    pub(super) last_error: Option<LastError>,
    /// What has reached the attempt in flight, if it is one that is never cancelled.
    pub(super) overdue: Option<Gone>,
    /// When the attempt that was given up ends, while it has not.
    pub(super) given_up_until: Option<u64>,
    /// Whether the start of the next attempt has been put off already.
    was_put_off: bool,
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
        asked_at: u64,
        until: u64,
        /// Why it was abandoned, which decides its end if it has no result.
        gone: Gone,
    },
    /// Between two attempts, not yet ready for the next.
    Backoff {
        until: u64,
    },
    /// Its start was put off: there is no attempt, and the step holds nothing.
    PutOff {
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
    /// The ends of its needs, which doomed it. Steps that an outcome dooms end at depth 1, steps that those doom at
    /// depth 2, and so on.
    Needs { depth: usize },
    /// The stop, which reached it or refused its retry.
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
/// If the run can never end: an attempt hangs with nothing to stop it, or a step never gets a permit or its resources.
pub fn run(case: &Case) -> Expected {
    let fresh = Step {
        phase: Phase::Fresh,
        started_at: None,
        attempts: 0,
        last_error: None,
        overdue: None,
        given_up_until: None,
        was_put_off: false,
    };
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
        world.apply_requests();
        while world.apply_next_rule() {}
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
            // The result of an attempt that was given up counts for nothing.
            self.steps[id].given_up_until.take_if(|until| *until == self.now);
            self.put_on(id);
        }
    }

    /// A start that was put off until now may be tried again, when its turn comes.
    fn put_on(&mut self, id: usize) {
        let Step { phase, attempts, .. } = &mut self.steps[id];
        if matches!(*phase, Phase::PutOff { until } if until == self.now) {
            *phase = if *attempts == 0 { Phase::Fresh } else { Phase::Again };
        }
    }

    fn apply_requests(&mut self) {
        let (case, now) = (self.case, self.now);
        for (_, request) in case.stops.iter().filter(|(time, _)| *time == now) {
            let (level, cause) = match request {
                StopRequest::Drain => (Level::Drain, Why::Drain),
                StopRequest::Cancel => {
                    self.cancels += 1;
                    (if self.cancels == 1 { Level::Cancel } else { Level::Kill }, Why::Token)
                }
            };
            self.raise_stop(level, cause);
        }
    }

    /// Carries out the first rule that applies; false if none does.
    fn apply_next_rule(&mut self) -> bool {
        self.fire_timer()
            || self.pass_run_deadline()
            || self.end_given()
            || self.end_doomed()
            || self.stop_next()
            || self.start_best()
            || self.fail_blocked()
    }

    fn next_event(&self) -> Option<u64> {
        let results = (0..self.steps.len()).filter_map(|id| self.result_at(id));
        let late_ends = self.steps.iter().filter_map(|step| step.given_up_until);
        let put_off = self.steps.iter().filter_map(|step| match step.phase {
            Phase::PutOff { until } => Some(until),
            _ => None,
        });
        let timers = (0..self.steps.len()).filter_map(|id| self.timer(id));
        let requests = self.case.stops.iter().map(|(time, _)| *time);
        let events =
            results.chain(late_ends).chain(put_off).chain(timers).chain(requests).chain(self.case.run_deadline);
        events.filter(|&time| time > self.now).min()
    }

    fn fire_timer(&mut self) -> bool {
        let first = (0..self.steps.len()).filter_map(|id| Some((self.timer(id)?, id))).min();
        let Some((time, id)) = first.filter(|(time, _)| *time <= self.now) else { return false };
        match self.steps[id].phase {
            Phase::Running { .. } => {
                let is_deadline = self.deadline_point(id) == Some(time);
                let gone = if is_deadline { Gone::Deadline } else { Gone::TimedOut };
                if self.case.steps[id].never_cancel {
                    self.overrun(id, gone, false);
                } else {
                    self.abandon(id, gone);
                }
            }
            Phase::Backoff { .. } => self.steps[id].phase = Phase::Again,
            Phase::Lingering { .. } => self.give_up(id),
            // `Again`, `PutOff`: the step has waited for its next attempt until its deadline.
            _ => self.fail_with_last_error(id),
        }
        true
    }

    fn pass_run_deadline(&mut self) -> bool {
        // Raising it a second time changes nothing, so this rule applies only once.
        self.case.run_deadline.is_some_and(|deadline| deadline <= self.now)
            && self.raise_stop(Level::Cancel, Why::RunDeadline)
    }

    /// Ends the first step that has ended before the run, whatever has become of its needs.
    fn end_given(&mut self) -> bool {
        let is_fresh = |id: &usize| matches!(self.steps[*id].phase, Phase::Fresh);
        let mut given = (0..self.steps.len()).filter(is_fresh).filter_map(|id| Some((id, self.case.steps[id].given?)));
        let Some((id, given)) = given.next() else { return false };
        let (status, why) = match given {
            Given::Success => (Status::Success, Why::Done),
            Given::Skip => (Status::Skipped, Why::ByItself),
            Given::NotSelected => (Status::Skipped, Why::NotSelected),
            Given::UpToDate => (Status::Skipped, Why::UpToDate),
            Given::Failed => (Status::Failed, Why::Own),
            Given::Panicked => (Status::Failed, Why::Panicked),
            Given::TimedOut => (Status::Failed, Why::TimedOut),
        };
        self.end(id, status, why, By::Itself);
        true
    }

    /// Ends a doomed step: depth by depth, at each depth the step doomed first, by id among those doomed by one end.
    fn end_doomed(&mut self) -> bool {
        let fresh = (0..self.steps.len()).filter(|&id| matches!(self.steps[id].phase, Phase::Fresh));
        let doomed = fresh.filter_map(|id| Some((self.doomed_after(id)?, id)));
        let next = doomed.map(|(after, id)| (self.depth_after(after), after, id)).min();
        let Some((depth, _, id)) = next else { return false };
        let spec = &self.case.steps[id];
        if spec.rule == Rule::AnyFailed {
            self.end(id, Status::Skipped, Why::NotNeeded, By::Needs { depth });
            return true;
        }
        // Only lower depths count, so that the cause does not depend on the order within one depth.
        let is_pruned = spec.rule == Rule::NoneFailed && self.is_pruned(id);
        let is_cause = |need: &usize| is_pruned || (self.dooms_this(*need, id) && self.depth(*need) < depth);
        let via = self.case.needs(id).find(is_cause).expect("a step is doomed by a need");
        let root = match self.end_of(via).map(|end| end.why) {
            Some(Why::Dependency { root, .. }) => root,
            _ => via,
        };
        let fails = spec.rule != Rule::SkipOnError && self.has_status(via, Status::Failed);
        let status = if fails { Status::Failed } else { Status::Skipped };
        self.end(id, status, Why::Dependency { root, via }, By::Needs { depth });
        true
    }

    /// Ends or abandons the first step that the stop reaches.
    fn stop_next(&mut self) -> bool {
        for id in 0..self.steps.len() {
            let (status, cause) = match self.steps[id].phase {
                // A start that was put off was none.
                Phase::PutOff { .. } if self.steps[id].attempts == 0 => (Status::Skipped, self.forbidden(id)),
                Phase::Fresh => (Status::Skipped, self.forbidden(id)),
                Phase::Backoff { .. } | Phase::PutOff { .. } | Phase::Again => (Status::Cancelled, self.forbidden(id)),
                Phase::Running { .. } => {
                    let Some(cause) = self.abandoned(id) else { continue };
                    if !self.case.steps[id].never_cancel {
                        self.abandon(id, Gone::Stop(cause));
                        return true;
                    }
                    let is_kill = self.stop.is_some_and(|stop| stop.level == Level::Kill);
                    if self.overrun(id, Gone::Stop(cause), is_kill) {
                        return true;
                    }
                    continue;
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
        if let Some(span) = self.case.steps[id].put_off
            && !step.was_put_off
        {
            step.phase = Phase::PutOff { until: self.now + span };
            step.was_put_off = true;
            return true;
        }
        step.was_put_off = false;
        step.phase = Phase::Running { since: self.now };
        step.attempts += 1;
        step.started_at.get_or_insert(self.now);
        self.starts.push((self.now, id));
        if self.result_at(id) == Some(self.now) {
            self.report(id);
        }
        true
    }

    /// Fails the first step that is blocked for good.
    fn fail_blocked(&mut self) -> bool {
        let blocked = (0..self.steps.len()).filter(|&id| self.is_blocked(id));
        let Some(id) = blocked.min_by_key(|&id| (self.ranks[id], id)) else { return false };
        let by = self.blocked_by(id).expect("a case in which each step can have its resources");
        self.end(id, Status::Failed, Why::Blocked { by }, By::Itself);
        true
    }

    fn expected(&self) -> Expected {
        let end = |id| Some(StepEnd { still_running: self.was_given_up(id), ..*self.end_of(id)? });
        let steps: Vec<StepEnd> = (0..self.steps.len()).filter_map(end).collect();
        Expected { steps, starts: self.starts.clone(), finished_at: self.now, exit_code: self.exit_code() }
    }
}
