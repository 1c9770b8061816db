//! How a run has ended, for a history.

use crate::diagram::StepNames;
use alloc::string::String;
use core::{fmt, time::Duration};
use rungs_scheduler::{Cause, Instant, Status, StepId, StepState};

/// How a run has ended: what [`Checkpoints::ended`](super::Checkpoints::ended) is told.
#[derive(Clone, Copy)]
pub struct RunEnding<'r> {
    pub(crate) pipeline: &'r str,
    pub(crate) names: &'r dyn StepNames,
    pub(crate) states: &'r [StepState],
    pub(crate) exit_code: u8,
    pub(crate) started: Instant,
    pub(crate) error: &'r dyn Fn(StepId) -> Option<String>,
}

/// How a step has ended.
#[derive(Clone, Copy, Debug)]
pub struct StepEnding<'r> {
    run: RunEnding<'r>,
    step: StepId,
    state: &'r StepState,
}

impl fmt::Debug for RunEnding<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pipeline, exit_code, .. } = self;
        f.debug_struct("RunEnding").field("pipeline", pipeline).field("exit_code", exit_code).finish_non_exhaustive()
    }
}

impl<'r> RunEnding<'r> {
    /// The pipeline's name.
    pub fn pipeline(&self) -> &'r str {
        self.pipeline
    }

    /// The exit code of its report.
    pub fn exit_code(&self) -> u8 {
        self.exit_code
    }

    /// All steps, in the order of declaration.
    pub fn steps(&self) -> impl ExactSizeIterator<Item = StepEnding<'r>> + use<'r> {
        let run = *self;
        { self.states.iter().enumerate() }.map(move |(step, state)| StepEnding {
            run,
            step: StepId::from_number(step as u32),
            state,
        })
    }
}

impl<'r> StepEnding<'r> {
    /// The step's name.
    pub fn name(&self) -> &'r str {
        self.run.names.name(self.step)
    }

    /// Its status.
    pub fn status(&self) -> Status {
        self.state.status()
    }

    /// Why it has not succeeded.
    pub fn cause(&self) -> Option<Cause> {
        self.state.cause()
    }

    /// The error with which it ended, with its sources, in words, or the message of its panic; none if the
    /// [cause](Self::cause) says it all, or if the errors of its pipeline are [codes](crate::PipelineOf::with_code).
    pub fn error(&self) -> Option<String> {
        (self.run.error)(self.step)
    }

    /// How many attempts it made; none if its result was given, or stored by an earlier run.
    pub fn attempts(&self) -> u32 {
        self.state.attempts()
    }

    /// When its first attempt started, from the start of the run; none if there was none.
    pub fn started(&self) -> Option<Duration> {
        Some(self.state.started_at()? - self.run.started)
    }

    /// How long it took, from its first start to its end.
    pub fn duration(&self) -> Duration {
        self.state.duration()
    }
}
