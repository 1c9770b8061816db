//! The effect of an attempt's outcome on its step, and of a step's end on the run.

use super::world::{By, Gone, Level, Phase, Step, Stop, World};
use super::{Attempt, Ends, LastError, OnFailure, Status, StepEnd, Why};

impl World<'_> {
    /// What the latest attempt of a step does.
    fn script(&self, id: usize) -> Attempt {
        let script = &self.case.steps[id].script;
        let played = self.steps[id].attempts.saturating_sub(1) as usize;
        script[played.min(script.len() - 1)]
    }

    pub(super) fn result_at(&self, id: usize) -> Option<u64> {
        match self.steps[id].phase {
            Phase::Running { since } => {
                let attempt = self.script(id);
                (attempt.ends != Ends::Never).then(|| since.saturating_add(attempt.takes))
            }
            Phase::Lingering { until, .. } => Some(until),
            _ => None,
        }
    }

    /// The attempt in flight is over, by itself or after it was abandoned. A late result counts as any other.
    pub(super) fn report(&mut self, id: usize) {
        match (self.steps[id].phase.clone(), self.case.steps[id].lingers) {
            (Phase::Lingering { gone, .. }, None | Some(Attempt { ends: Ends::Never, .. })) => self.confirm(id, gone),
            (Phase::Lingering { .. }, Some(late)) => self.take_result(id, late.ends),
            _ => self.take_own_result(id),
        }
    }

    /// The result of an attempt that was not abandoned. An error after the step's deadline or a stop is final.
    fn take_own_result(&mut self, id: usize) {
        let ends = self.script(id).ends;
        let is_final = matches!(self.steps[id].overdue, Some(Gone::Deadline | Gone::Stop(_)));
        match ends {
            Ends::Err | Ends::ErrAfter(_) if is_final => self.take_result(id, Ends::ErrFinal),
            _ => self.take_result(id, ends),
        }
    }

    /// A time limit or a stop has reached an attempt that is never cancelled: it goes on. A second cancel gives it up if it
    /// is one that would linger. Returns whether anything changes.
    pub(super) fn overrun(&mut self, id: usize, gone: Gone, is_kill: bool) -> bool {
        if is_kill && let Some(late) = self.case.steps[id].lingers {
            let until = self.now.saturating_add(late.takes.max(1));
            self.steps[id].phase = Phase::Lingering { asked_at: self.now, until, gone };
            self.give_up(id);
            return true;
        }
        let is_stopped = matches!(self.steps[id].overdue, Some(Gone::Stop(_)));
        self.steps[id].overdue = Some(gone);
        !is_stopped
    }

    /// The attempt in flight is to end, and keeps its permit and its resources until it has.
    pub(super) fn abandon(&mut self, id: usize, gone: Gone) {
        let takes = self.case.steps[id].lingers.map_or(0, |late| late.takes);
        let asked_at = self.now;
        self.steps[id].phase = Phase::Lingering { asked_at, until: asked_at.saturating_add(takes), gone };
        if takes == 0 {
            self.report(id);
        }
    }

    /// An abandoned attempt has ended without a result.
    fn confirm(&mut self, id: usize, gone: Gone) {
        let spec = &self.case.steps[id];
        match gone {
            Gone::Deadline => self.end(id, Status::Failed, Why::Deadline, By::Itself),
            Gone::TimedOut => self.fail_attempt(id, LastError::TimedOut, spec.retry_on_timeout.then_some(spec.delay)),
            Gone::Stop(cause) => self.end(id, Status::Cancelled, cause, By::Stop),
        }
    }

    /// An abandoned attempt has not ended in its time of grace. The step ends with the cause of the request and is not
    /// retried. The attempt keeps its resources until it ends after all, but not its permit.
    pub(super) fn give_up(&mut self, id: usize) {
        let Phase::Lingering { until, gone, .. } = self.steps[id].phase else { return };
        self.steps[id].given_up_until = Some(until);
        match gone {
            Gone::Deadline => self.end(id, Status::Failed, Why::Deadline, By::Itself),
            Gone::TimedOut => self.fail_attempt(id, LastError::TimedOut, None),
            Gone::Stop(cause) => self.end(id, Status::Cancelled, cause, By::Stop),
        }
    }

    fn take_result(&mut self, id: usize, ends: Ends) {
        match ends {
            Ends::Ok => self.end(id, Status::Success, Why::Done, By::Itself),
            Ends::Err => self.fail_attempt(id, LastError::Own, Some(self.case.steps[id].delay)),
            Ends::ErrFinal => self.fail_attempt(id, LastError::Own, None),
            Ends::ErrAfter(delay) => self.fail_attempt(id, LastError::Own, Some(delay)),
            Ends::Skips => self.end(id, Status::Skipped, Why::ByItself, By::Itself),
            Ends::Panic => self.end(id, Status::Failed, Why::Panicked, By::Itself),
            Ends::Never => {}
        }
    }

    /// An attempt has failed; `delay` is the time until a retry, if a retry makes sense at all.
    pub(super) fn fail_attempt(&mut self, id: usize, error: LastError, delay: Option<u64>) {
        let has_retries = self.steps[id].attempts <= self.case.steps[id].retries;
        self.steps[id].last_error = Some(error);
        self.steps[id].overdue = None;
        let Some(delay) = delay.filter(|_| has_retries) else { return self.fail_with_last_error(id) };
        let until = self.now.saturating_add(delay);
        if self.deadline_point(id).is_some_and(|point| until >= point) {
            return self.fail_with_last_error(id);
        }
        if let Some(cause) = self.forbidden(id) {
            return self.end(id, Status::Cancelled, cause, By::Stop);
        }
        self.steps[id].phase = if until == self.now { Phase::Again } else { Phase::Backoff { until } };
    }

    pub(super) fn fail_with_last_error(&mut self, id: usize) {
        let timed_out = self.steps[id].last_error == Some(LastError::TimedOut);
        self.end(id, Status::Failed, if timed_out { Why::TimedOut } else { Why::Own }, By::Itself);
    }

    pub(super) fn end(&mut self, id: usize, status: Status, why: Why, by: By) {
        debug_assert!(!self.has_ended(id), "a step ends once");
        let Step { attempts, started_at, last_error, overdue, .. } = self.steps[id];
        let keeps_error = status == Status::Cancelled || matches!(why, Why::Own | Why::TimedOut);
        let last_error = last_error.filter(|_| keeps_error);
        let late = status == Status::Success && overdue.is_some();
        let (ended_at, still_running) = (self.now, false);
        let end = StepEnd { status, why, last_error, attempts, started_at, ended_at, still_running, late };
        self.steps[id].phase = Phase::Ended { end, by };
        self.ends.push(id);

        let is_own_failure =
            matches!(why, Why::Own | Why::TimedOut | Why::Deadline | Why::Panicked | Why::Blocked { .. });
        if is_own_failure && !self.case.steps[id].optional {
            match self.case.on_failure {
                OnFailure::GoOn => {}
                OnFailure::Drain => _ = self.raise_stop(Level::Drain, Why::Stopped { by: id }),
                OnFailure::Cancel => _ = self.raise_stop(Level::Cancel, Why::Stopped { by: id }),
            }
        }
    }

    /// Only a higher level changes anything; then the cause is the new one. Returns whether it did.
    pub(super) fn raise_stop(&mut self, level: Level, cause: Why) -> bool {
        let raises = self.stop.is_none_or(|stop| stop.level < level);
        if raises {
            self.stop = Some(Stop { level, cause });
        }
        raises
    }
}
