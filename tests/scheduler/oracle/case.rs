//! What is simulated: a plan, its settings, and what each attempt will do. Plain data.

/// One run, with everything that will happen to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Case {
    /// The steps; a step's id is its index.
    pub steps: Vec<Spec>,
    /// How many attempts may be in flight.
    pub limit: Option<u32>,
    /// How many units there are of each resource.
    pub capacities: Vec<u32>,
    /// Whether a level starts only when all lower levels have ended.
    pub levels: bool,
    /// What a required step's own failure does to the run.
    pub on_failure: OnFailure,
    /// When the run is cancelled by its deadline.
    pub run_deadline: Option<u64>,
    /// How long an attempt that was told to end is waited for.
    pub grace: Option<u64>,
    /// The deadline of each step with [`Rule::AllDone`] or [`Rule::AnyFailed`] that has no time limit of its own.
    pub clean_up_deadline: Option<u64>,
    /// What the token requests and when, sorted by time.
    pub stops: Vec<(u64, StopRequest)>,
}

impl Case {
    /// The steps whose outcome decides about this one, in the order in which they matter to it.
    pub fn needs(&self, id: usize) -> impl Iterator<Item = usize> {
        let spec = &self.steps[id];
        let all = if spec.after_all { 0..id } else { 0..0 };
        spec.needs.iter().copied().chain(all)
    }

    /// The steps that must end before this one starts, as needs or as order-only edges.
    pub fn waits_for(&self, id: usize) -> impl Iterator<Item = usize> {
        self.needs(id).chain(self.steps[id].order.iter().copied())
    }
}

/// How a step has ended before the run begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// It has a result.
    Success,
    /// It has skipped itself.
    Skip,
    /// This run is not asked for it.
    NotSelected,
    /// Only steps that have ended need it.
    UpToDate,
    /// A check before the run has failed, panicked, or taken too long.
    Failed,
    Panicked,
    TimedOut,
}

/// One step, with what its attempts will do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spec {
    /// The steps whose outcome decides about this one.
    pub needs: Vec<usize>,
    /// The steps that must have ended before this one starts, however they ended.
    pub order: Vec<usize>,
    /// Whether every step that was declared before this one is a need as well, after those above.
    pub after_all: bool,
    /// What the outcome of the needs means.
    pub rule: Rule,
    /// Whether a failure stops nothing and leaves the exit code alone.
    pub optional: bool,
    /// How many attempts may follow the first.
    pub retries: u32,
    /// The delay before each further attempt.
    pub delay: u64,
    /// How long an attempt may take.
    pub timeout: Option<u64>,
    /// Whether an attempt that timed out may be retried.
    pub retry_on_timeout: bool,
    /// How long the step may take, from the start of its first attempt.
    pub deadline: Option<u64>,
    /// Whether no time limit and no stop ends an attempt. A second cancel gives it up, but only if it [lingers](Self::lingers).
    pub never_cancel: bool,
    /// The resources that an attempt holds, each with its number of units.
    pub uses: Vec<(usize, u32)>,
    /// The stated duration, which only the order of the starts depends on.
    pub expected: Option<u64>,
    /// How long the driver puts off each start, for something of which the scheduler knows nothing. Never zero.
    pub put_off: Option<u64>,
    /// What the attempts do. Never empty; the last entry repeats.
    pub script: Vec<Attempt>,
    /// How it has ended before the run begins, if it has.
    pub given: Option<Given>,
    /// What an attempt does once it is abandoned: it ends that much later, with this result, or without one if it is
    /// [`Ends::Never`]. By default it ends at once and without a result.
    pub lingers: Option<Attempt>,
}

/// What one attempt will do if it is left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// After how long it ends. Has no meaning for [`Ends::Never`].
    pub takes: u64,
    /// How it ends.
    pub ends: Ends,
}

/// How an attempt ends if it is left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// It succeeds.
    Ok,
    /// It fails and may be retried.
    Err,
    /// It fails, and the retry verdict is No.
    ErrFinal,
    /// It fails, and the retry verdict gives the delay before the next attempt.
    ErrAfter(u64),
    /// It skips its step.
    Skips,
    /// It panics.
    Panic,
    /// It hangs until it is abandoned.
    Never,
}

/// What the outcome of a step's needs means for the step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rule {
    /// Runs if all succeed; a failed need makes it Failed, any other end without success Skipped.
    #[default]
    Default,
    /// Runs if all succeed, and is Skipped otherwise.
    SkipOnError,
    /// Runs when all have ended.
    AllDone,
    /// Runs when all have ended and something went wrong.
    AnyFailed,
    /// Ends as by default with the first in which something went wrong; otherwise runs when all have ended and one of them
    /// succeeded, and is Skipped if none did.
    NoneFailed,
}

/// What a required step's own failure does to the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFailure {
    /// Nothing.
    #[default]
    GoOn,
    /// As if the token had requested [`StopRequest::Drain`].
    Drain,
    /// As if the token had requested a first [`StopRequest::Cancel`].
    Cancel,
}

/// What the token requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopRequest {
    /// No ordinary step starts, or starts again.
    Drain,
    /// Ordinary attempts in flight are abandoned too; the second such request stops the clean-up steps as well.
    Cancel,
}
