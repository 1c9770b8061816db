//! How cases and their expected outcomes are printed, on one line each.

use std::fmt::{Display, Formatter, Result};

use super::{Attempt, Case, Ends, Expected, OnFailure, Rule, Spec, StepEnd, StopRequest, Why};

/// The expression of [`build`](super::build) that makes the case: paste it into a test to replay it.
impl Display for Case {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        list(f, "case", &self.steps)?;
        setting(f, "limit", self.limit)?;
        if !self.capacities.is_empty() {
            write!(f, ".capacities({:?})", self.capacities)?;
        }
        flag(f, "levels", self.levels)?;
        flag(f, "drain_on_failure", self.on_failure == OnFailure::Drain)?;
        flag(f, "cancel_on_failure", self.on_failure == OnFailure::Cancel)?;
        setting(f, "run_deadline", self.run_deadline)?;
        setting(f, "grace", self.grace)?;
        setting(f, "clean_up_deadline", self.clean_up_deadline)?;
        for (time, request) in &self.stops {
            match request {
                StopRequest::Drain => write!(f, ".drain_at({time})")?,
                StopRequest::Cancel => write!(f, ".cancel_at({time})")?,
            }
        }
        Ok(())
    }
}

impl Display for Spec {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        list(f, "step", &self.script)?;
        if !self.needs.is_empty() {
            write!(f, ".needs({:?})", self.needs)?;
        }
        if !self.order.is_empty() {
            write!(f, ".order({:?})", self.order)?;
        }
        match self.rule {
            Rule::Default => {}
            Rule::SkipOnError => f.write_str(".skip_on_error()")?,
            Rule::AllDone => f.write_str(".all_done()")?,
            Rule::AnyFailed => f.write_str(".any_failed()")?,
            Rule::NoneFailed => f.write_str(".none_failed()")?,
        }
        flag(f, "after_all", self.after_all)?;
        flag(f, "never_cancel", self.never_cancel)?;
        flag(f, "optional", self.optional)?;
        setting(f, "retries", Some(self.retries).filter(|&retries| retries != 0))?;
        setting(f, "delay", Some(self.delay).filter(|&delay| delay != 0))?;
        setting(f, "timeout", self.timeout)?;
        setting(f, "retry_on_timeout", (!self.retry_on_timeout).then_some(false))?;
        setting(f, "deadline", self.deadline)?;
        if !self.uses.is_empty() {
            write!(f, ".uses({:?})", self.uses)?;
        }
        setting(f, "put_off", self.put_off)?;
        setting(f, "expected", self.expected)?;
        if let Some(given) = self.given {
            write!(f, ".given(Given::{given:?})")?;
        }
        match self.lingers {
            Some(Attempt { takes: u64::MAX, ends: Ends::Never }) => f.write_str(".lingers(stuck())"),
            Some(Attempt { takes, ends: Ends::Never }) => write!(f, ".lingers(gone({takes}))"),
            lingers => setting(f, "lingers", lingers),
        }
    }
}

impl Display for Attempt {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let takes = self.takes;
        match self.ends {
            Ends::Ok => write!(f, "ok({takes})"),
            Ends::Err => write!(f, "err({takes})"),
            Ends::ErrFinal => write!(f, "err_final({takes})"),
            Ends::ErrAfter(delay) => write!(f, "err_after({takes}, {delay})"),
            Ends::Skips => write!(f, "skips({takes})"),
            Ends::Panic => write!(f, "panics({takes})"),
            Ends::Never => f.write_str("never()"),
        }
    }
}

/// Its steps, then its starts as `step@time`, then how it finished.
impl Display for Expected {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for end in &self.steps {
            write!(f, "{end}; ")?;
        }
        f.write_str("starts")?;
        for (time, step) in &self.starts {
            write!(f, " {step}@{time}")?;
        }
        write!(f, ", finished {}, exit {}", self.finished_at, self.exit_code)
    }
}

/// Such as `Failed Own x2 0..5 last Own`: two attempts, the first started at 0, the end at 5.
impl Display for StepEnd {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{:?} {} x{} ", self.status, self.why, self.attempts)?;
        if let Some(started_at) = self.started_at {
            write!(f, "{started_at}")?;
        }
        write!(f, "..{}", self.ended_at)?;
        if let Some(error) = self.last_error {
            write!(f, " last {error:?}")?;
        }
        if self.still_running {
            f.write_str(" still running")?;
        }
        if self.late {
            f.write_str(" late")?;
        }
        Ok(())
    }
}

impl Display for Why {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Dependency { root, via } => write!(f, "Dependency({root} via {via})"),
            Self::Stopped { by } => write!(f, "Stopped({by})"),
            Self::Blocked { by } => write!(f, "Blocked({by})"),
            other => write!(f, "{other:?}"),
        }
    }
}

/// `name([first, second])`
fn list(f: &mut Formatter<'_>, name: &str, items: &[impl Display]) -> Result {
    write!(f, "{name}([")?;
    for (index, item) in items.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        write!(f, "{comma}{item}")?;
    }
    f.write_str("])")
}

/// `.name(value)`, if there is a value.
fn setting(f: &mut Formatter<'_>, name: &str, value: Option<impl Display>) -> Result {
    value.map_or(Ok(()), |value| write!(f, ".{name}({value})"))
}

/// `.name()`, if it is set.
fn flag(f: &mut Formatter<'_>, name: &str, is_set: bool) -> Result {
    if is_set { write!(f, ".{name}()") } else { Ok(()) }
}
