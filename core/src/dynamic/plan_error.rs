//! What can be wrong with a plan: all mistakes at once, with the names of the steps.

use crate::escape::Name;
use alloc::{string::String, vec::Vec};
use core::fmt;

/// A plan is wrong; nothing was started.
///
/// ```
/// use rungs::{NoClock, Pipeline};
///
/// let mut p = Pipeline::new("circle");
/// p.step("hen").depends_on(["egg"]).run(async |_| Ok(()));
/// p.step("egg").depends_on(["hen"]).run(async |_| Ok(()));
/// p.step("fox").depends_on(["goose"]).run(async |_| Ok(()));
/// assert_eq!(
///     p.check().unwrap_err().to_string(),
///     "pipeline `circle` cannot run, 2 mistakes:\n\
///      - step `fox` needs `goose`, which does not exist\n\
///      - a cycle: `hen` needs `egg` needs `hen`",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct PlanError {
    pipeline: String,
    mistakes: Vec<PlanErrorKind>,
}

impl PlanError {
    /// The exit code of a program whose plan is wrong.
    pub const EXIT_CODE: u8 = 3;

    /// The exit code, as a report has one.
    pub const fn exit_code(&self) -> u8 {
        Self::EXIT_CODE
    }

    pub(super) fn new(pipeline: String, mistakes: Vec<PlanErrorKind>) -> Self {
        Self { pipeline, mistakes }
    }

    pub(super) fn into_mistakes(self) -> Vec<PlanErrorKind> {
        self.mistakes
    }

    /// The pipeline's name.
    pub fn pipeline(&self) -> &str {
        &self.pipeline
    }

    /// Every mistake.
    pub fn mistakes(&self) -> &[PlanErrorKind] {
        &self.mistakes
    }
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pipeline `{}` cannot run, ", Name(&self.pipeline))?;
        match self.mistakes.len() {
            1 => f.write_str("1 mistake:")?,
            n => write!(f, "{n} mistakes:")?,
        }
        self.mistakes.iter().try_for_each(|mistake| write!(f, "\n- {mistake}"))
    }
}

impl core::error::Error for PlanError {}

/// One thing that is wrong with a plan.
///
/// ```
/// use rungs::{PlanErrorKind, Pipeline};
///
/// let mut p = Pipeline::new("narrow");
/// p.resource("bus", 1);
/// p.step("greedy").uses("bus", 2).run(async || Ok(()));
/// let error = p.check().unwrap_err();
/// assert!(matches!(error.mistakes(), [PlanErrorKind::OverCapacity { capacity: 1, .. }]));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum PlanErrorKind {
    /// Steps need or follow each other in a circle.
    Cycle {
        /// Each needs or follows the next, and the last the first.
        path: Vec<String>,
        /// The indices in `path` of the steps that follow the next one and do not need it.
        follows: Vec<usize>,
    },
    /// A need by a name that no step has.
    UnknownNeed {
        /// The step that needs it.
        step: String,
        /// The name.
        need: String,
        /// The step whose name is nearly the same, if there is one.
        suggestion: Option<String>,
    },
    /// A step needs itself.
    SelfNeed {
        /// The step.
        step: String,
    },
    /// Several steps have the same name.
    DuplicateName {
        /// The name.
        step: String,
        /// How many steps have it.
        count: usize,
    },
    /// A handle that was made by another pipeline.
    ForeignHandle {
        /// The step that was given it.
        step: String,
    },
    /// A resource that was not declared.
    UnknownResource {
        /// The step that uses it.
        step: String,
        /// The resource.
        resource: String,
        /// The resource whose name is nearly the same, if there is one.
        suggestion: Option<String>,
    },
    /// A step uses more units than there are.
    OverCapacity {
        /// The step.
        step: String,
        /// The resource.
        resource: String,
        /// How many it uses.
        units: u32,
        /// How many there are.
        capacity: u32,
    },
    /// Settings that a step takes as a value contain `when_all_done`, `when_any_failed` or `when_none_failed`. These are methods
    /// of the step itself, because the arguments of its closure depend on them.
    RuleInSettings {
        /// The step; `None` for the pipeline's defaults.
        step: Option<String>,
    },
    /// A step states a setting that has no effect without another one: a backoff or a retry predicate without retries. (In the
    /// pipeline's defaults it is no mistake.)
    NoEffect {
        /// The step.
        step: String,
        /// The setting that it states.
        setting: &'static str,
        /// The setting that is missing.
        without: &'static str,
    },
    /// A step takes an owned result and has retries: a further attempt would not find the result. (The retries may be those
    /// of the pipeline's defaults.)
    OwnedWithRetries {
        /// The step.
        step: String,
        /// The step that made the result.
        need: String,
    },
    /// A step needs an owned result by name, which does not take it.
    OwnedByName {
        /// The step.
        step: String,
        /// The step that made the result.
        need: String,
    },
    /// An input that is not given to the run.
    MissingInput {
        /// The input.
        input: String,
        /// The type of its value.
        value_type: &'static str,
    },
    /// A step whose result is given to the run more than once.
    GivenTwice {
        /// The step.
        step: String,
    },
    /// A step that is given a result of another type.
    GivenOfOtherType {
        /// The step.
        step: String,
        /// The type of its result.
        expected: &'static str,
        /// The type of the value.
        found: &'static str,
    },
    /// A result that is given for a handle of another pipeline.
    ForeignGiven {
        /// The type of the value.
        value_type: &'static str,
    },
    /// A result that is given by a name that no step has.
    UnknownGiven {
        /// The name.
        step: String,
        /// The step whose name is nearly the same, if there is one.
        suggestion: Option<String>,
    },
    /// A run is asked for a step by a handle of another pipeline.
    ForeignTarget,
    /// A run is asked for a step by a name that none has.
    UnknownTarget {
        /// The name.
        step: String,
        /// The step whose name is nearly the same, if there is one.
        suggestion: Option<String>,
    },
    /// A step whose [`done_if`](crate::StepBuilder::done_if) finds a result of another type than its own.
    CheckOfOtherType {
        /// The step.
        step: String,
        /// The type of its result.
        expected: &'static str,
        /// The type of what the check finds.
        found: &'static str,
    },
    /// A clean-up step, which runs in each run, is to keep its result beyond the run.
    CheckpointOfCleanUp {
        /// The step.
        step: String,
    },
    /// A step needs all steps before it ([`after_all`](crate::StepBuilder::after_all)), and has no rule with which it runs
    /// though some of them have no result.
    AfterAllWithoutRule {
        /// The step.
        step: String,
    },
    /// `max_concurrent(0)`: nothing could ever start.
    NoConcurrency,
    /// A step uses jitter, and the run has no seed.
    JitterWithoutSeed {
        /// The step whose backoff has jitter.
        step: String,
    },
    /// A step or the run has a time limit or a delay, and the run has no clock.
    TimeWithoutClock {
        /// The step; `None` for a limit of the run itself.
        step: Option<String>,
    },
    /// A step has more retries than [`Settings::MAX_RETRIES`](crate::Settings::MAX_RETRIES).
    TooManyRetries {
        /// The step.
        step: String,
    },
    /// More steps than a plan holds.
    TooManySteps {
        /// How many.
        steps: usize,
    },
    /// What is wrong is wrong with the [undo](crate::PipelineOf::undo) of a step, and not with the step.
    Undo {
        /// In words, with the name of the step.
        mistake: String,
    },
    /// A step has more than one undo.
    UndoTwice {
        /// The step.
        step: String,
    },
    /// An undo of an input, which does nothing.
    UndoOfInput {
        /// The input.
        input: String,
    },
    /// An undo of a clean-up step.
    UndoOfCleanUp {
        /// The step.
        step: String,
    },
    /// An undo of a step that releases its result, which the undo would need.
    UndoOfReleased {
        /// The step.
        step: String,
    },
    /// An undo for a handle of another pipeline.
    ForeignUndo {
        /// The type of the step's result.
        value_type: &'static str,
    },
    /// A run is to undo a report that is of another pipeline, that is of an undo itself, or that is older than the undos.
    ForeignReport,
    /// A run is to undo a step whose result was taken out of the report.
    UndoOfTaken {
        /// The step.
        step: String,
    },
    /// A run is to undo what is stored, and has no store.
    UndoOfNoStore,
    /// A run is to undo a report, and is given results or asked for some steps.
    UndoOfPart,
}
