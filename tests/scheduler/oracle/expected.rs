//! The expected outcome of a case.

/// The outcome of a whole run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// How each step ended, by id.
    pub steps: Vec<StepEnd>,
    /// Every start of an attempt, in order: when, and of which step.
    pub starts: Vec<(u64, usize)>,
    /// When the last step ended.
    pub finished_at: u64,
    /// 0: all went well; 1: a required step failed; 2: the run was stopped without a failure.
    pub exit_code: u8,
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepEnd {
    /// Its final status.
    pub status: Status,
    /// Its cause.
    pub why: Why,
    /// The error of the last failed attempt, if the step ended because of it, or was cancelled after it.
    pub last_error: Option<LastError>,
    /// How many attempts were started.
    pub attempts: u32,
    /// When the first of them was started.
    pub started_at: Option<u64>,
    /// When the step ended.
    pub ended_at: u64,
    /// Whether its last attempt, which was given up, had still not ended at the end of the run.
    pub still_running: bool,
    /// Whether it succeeded after a time limit or a stop that could not cancel it.
    pub late: bool,
}

/// A step's final status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// An attempt succeeded.
    Success,
    /// The step failed, by itself or through a need.
    Failed,
    /// The step never started, and that is not a failure.
    Skipped,
    /// The step had started when the run was stopped.
    Cancelled,
}

/// The cause of a step's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It succeeded.
    Done,
    /// Its own error.
    Own,
    /// Its last attempt reached the time limit of an attempt.
    TimedOut,
    /// An attempt was in flight at the step's deadline.
    Deadline,
    /// An attempt panicked.
    Panicked,
    /// A need ended without success.
    Dependency {
        /// The step where the cause began: one that ended for another reason than a need.
        root: usize,
        /// The need itself.
        via: usize,
    },
    /// An attempt that was given up held the resources that it lacked.
    Blocked {
        /// The first step with such an attempt.
        by: usize,
    },
    /// The run was stopped by a failure.
    Stopped {
        /// The step that failed.
        by: usize,
    },
    /// The token had cancelled the run.
    Token,
    /// The token had asked that nothing more starts.
    Drain,
    /// The run was stopped by its deadline.
    RunDeadline,
    /// It would have run only if something had gone wrong.
    NotNeeded,
    /// It has skipped itself.
    ByItself,
    /// The run was not asked for it.
    NotSelected,
    /// Only steps that had ended before the run need it.
    UpToDate,
}

impl Why {
    /// Whether a step that was skipped for this is no sign that anything went wrong.
    pub fn is_harmless(self) -> bool {
        matches!(self, Self::NotNeeded | Self::ByItself | Self::NotSelected | Self::UpToDate)
    }
}

/// The error of a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastError {
    /// The attempt's own.
    Own,
    /// The attempt reached its time limit.
    TimedOut,
}
