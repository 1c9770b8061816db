//! The expected outcome of a boot under each script, with any driver.

use crate::{bring_up, model::Script};
use rungs::{Cause, Status};

/// Places of the steps, in the order of [`NAMES`].
pub const NAMES: [&str; 8] = ["power", "clock", "imu", "baro", "radio", "join", "watchdog", "announce"];
const POWER: usize = 0;
const BARO: usize = 3;

/// The expected outcome of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Its last attempt succeeded.
    Success,
    /// Its last attempt took too long.
    TimedOut,
    /// Failed without an attempt, because this step did.
    Failed(usize),
    /// Skipped because this step failed.
    Skipped(usize),
}

/// One boot.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// Its script's name.
    pub name: &'static str,
    /// How the devices misbehave.
    pub script: Script,
    /// Frames that reach the network.
    pub frames: u32,
    /// Of each step its end, and its attempts.
    pub steps: [(End, u32); 8],
}

impl Case {
    /// The name of the first step with another outcome than expected; `None` if there is none.
    pub fn differs<'r>(&self, report: &'r bring_up::Report) -> Option<&'r str> {
        let mut steps = report.steps().zip(self.steps);
        let wrong = steps.find(|(step, (end, attempts))| {
            let root = match step.cause() {
                Some(Cause::Dependency { root, .. }) => Some(root.index()),
                _ => None,
            };
            let expected = match *end {
                End::Success => (Status::Success, None),
                End::TimedOut => (Status::Failed, None),
                End::Failed(by) => (Status::Failed, Some(by)),
                End::Skipped(by) => (Status::Skipped, Some(by)),
            };
            let is_timed_out = step.cause() == Some(Cause::TimedOut);
            (step.status(), root) != expected
                || is_timed_out != (*end == End::TimedOut)
                || step.attempts() != *attempts
                || step.started_at() > step.finished_at()
        });
        wrong.map(|(step, _)| step.name())
    }
}

const UP: (End, u32) = (End::Success, 1);

/// All is well.
pub const CALM: Case = Case { name: "calm", script: Script::CALM, frames: 1, steps: [UP; 8] };

/// Faults that a boot survives by waiting and retrying.
pub const ROUGH: Case = Case {
    name: "rough",
    script: Script::ROUGH,
    frames: 1,
    steps: [UP, UP, (End::Success, 3), UP, (End::Success, 2), UP, UP, UP],
};

/// A sensor never answers: its step times out, and the boot goes on without it.
pub const SILENT: Case = Case {
    name: "silent",
    script: Script::SILENT,
    frames: 0,
    steps: [UP, UP, UP, (End::TimedOut, 3), UP, UP, UP, (End::Skipped(BARO), 0)],
};

const DOWN: (End, u32) = (End::Failed(POWER), 0);

/// The power fails: the steps that depend on it fail, and no others.
pub const DARK: Case = Case {
    name: "dark",
    script: Script::DARK,
    frames: 0,
    steps: [(End::TimedOut, 1), UP, DOWN, DOWN, DOWN, DOWN, UP, (End::Skipped(POWER), 0)],
};

/// All of them.
pub const ALL: [Case; 4] = [CALM, ROUGH, SILENT, DARK];

/// Eight seconds of the board's clock.
pub const WATCHDOG_TICKS: u32 = 8 * 32_768;
