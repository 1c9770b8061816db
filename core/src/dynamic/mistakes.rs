//! What is wrong with a plan, in words.

use super::plan_error::PlanErrorKind;
use crate::escape::Escape;
use core::fmt::{self, Write as _};

impl fmt::Display for PlanErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // On one line, whatever the names contain.
        let f = &mut Escape(f);
        match self {
            Self::Cycle { path, follows } => {
                f.write_str("a cycle: ")?;
                path.iter().enumerate().try_for_each(|(index, step)| {
                    write!(f, "`{step}` {} ", if follows.contains(&index) { "follows" } else { "needs" })
                })?;
                write!(f, "`{}`", path.first().map_or("", |first| first))
            }
            Self::UnknownNeed { step, need, suggestion } => {
                write!(f, "step `{step}` needs `{need}`, which does not exist")?;
                write_suggestion(f, suggestion.as_deref())
            }
            Self::SelfNeed { step } => write!(f, "step `{step}` needs itself"),
            Self::DuplicateName { step, count: 2 } => write!(f, "two steps are called `{step}`"),
            Self::DuplicateName { step, count } => write!(f, "{count} steps are called `{step}`"),
            Self::ForeignHandle { step } => write!(f, "step `{step}` was given a handle of another pipeline"),
            Self::UnknownResource { step, resource, suggestion } => {
                write!(f, "step `{step}` uses `{resource}`, which is not a resource of this pipeline")?;
                write_suggestion(f, suggestion.as_deref())
            }
            Self::OverCapacity { step, resource, units, capacity } => {
                write!(f, "step `{step}` uses {units} of `{resource}`, of which there are {capacity}")
            }
            Self::RuleInSettings { step } => {
                match step {
                    Some(step) => write!(f, "the settings of step `{step}`")?,
                    None => f.write_str("the defaults")?,
                }
                f.write_str(
                    " set a rule that decides about arguments: call `when_all_done`, `when_any_failed` or \
                     `when_none_failed` on the step itself",
                )
            }
            Self::AfterAllWithoutRule { step } => write!(
                f,
                "step `{step}` has `after_all`, which is for steps that run though others failed: call `when_all_done`, \
                 `when_any_failed` or `when_none_failed` as well"
            ),
            Self::NoEffect { step, setting, without } => {
                write!(f, "step `{step}`: `{setting}` has no effect without `{without}`")
            }
            Self::OwnedWithRetries { step, need } => write!(
                f,
                "step `{step}` takes the owned result of `{need}`, which a further attempt would not find: call `retries(0)`",
            ),
            Self::OwnedByName { step, need } => write!(
                f,
                "step `{step}` needs the owned result of `{need}` by name: pass what `run_owned` returned to `needs`",
            ),
            Self::MissingInput { input, value_type } => {
                write!(f, "input `{input}` of type `{value_type}` is missing: call `.given(..)` on the runner")
            }
            Self::GivenTwice { step } => write!(f, "step `{step}` is given more than once"),
            Self::GivenOfOtherType { step, expected, found } => {
                write!(f, "step `{step}` is of type `{expected}`, and is given a value of type `{found}`")
            }
            Self::ForeignGiven { value_type } => {
                write!(f, "a value of type `{value_type}` is given for a handle of another pipeline")
            }
            Self::UnknownGiven { step, suggestion } => {
                write!(f, "a value is given for `{step}`, which does not exist")?;
                write_suggestion(f, suggestion.as_deref())
            }
            Self::ForeignTarget => f.write_str("the run is asked for a step by a handle of another pipeline"),
            Self::UnknownTarget { step, suggestion } => {
                write!(f, "the run is asked for `{step}`, which does not exist")?;
                write_suggestion(f, suggestion.as_deref())
            }
            Self::CheckOfOtherType { step, expected, found } => {
                write!(f, "step `{step}` is of type `{expected}`, and its `done_if` finds a value of type `{found}`")
            }
            Self::CheckpointOfCleanUp { step } => {
                write!(f, "step `{step}` cleans up, so it runs in each run and is no checkpoint")
            }
            Self::NoConcurrency => f.write_str("`max_concurrent` is 0, so that nothing could ever start"),
            Self::JitterWithoutSeed { step } => {
                write!(f, "step `{step}` uses jitter, and the run has no seed: call `.seed(..)` on the runner")
            }
            Self::TimeWithoutClock { step: Some(step) } => {
                write!(f, "step `{step}` has a time limit or a delay, and the run has no clock")
            }
            Self::TimeWithoutClock { step: None } => f.write_str("the run has a time limit, and no clock"),
            Self::TooManyRetries { step } => {
                write!(f, "step `{step}` has more than 200,000 retries: call `retry_forever()` instead")
            }
            Self::TooManySteps { steps } => {
                write!(f, "{steps} steps are more than the {} that a plan holds", crate::scheduler::Plan::MAX_STEPS)
            }
            Self::Undo { mistake } => write!(f, "undo of {mistake}"),
            Self::UndoTwice { step } => write!(f, "step `{step}` has more than one undo"),
            Self::UndoOfInput { input } => {
                write!(f, "input `{input}` has an undo, and does nothing that could be undone")
            }
            Self::UndoOfCleanUp { step } => write!(f, "step `{step}` cleans up, so it has no undo"),
            Self::UndoOfReleased { step } => {
                write!(f, "step `{step}` releases its result early, which its undo would need")
            }
            Self::ForeignUndo { value_type } => {
                write!(f, "an undo of a result of type `{value_type}` is for a handle of another pipeline")
            }
            Self::ForeignReport => f.write_str(
                "the report to undo is of another pipeline, is of an undo, or is older than the undos of the pipeline",
            ),
            Self::UndoOfTaken { step } => {
                write!(f, "the result of step `{step}`, which its undo needs, was taken out of the report")
            }
            Self::UndoOfNoStore => {
                f.write_str("the run is to undo what is stored, and has no store: call `.checkpoints(..)`")
            }
            Self::UndoOfPart => f.write_str("an undo is neither given results nor asked for some steps"),
        }
    }
}

fn write_suggestion(f: &mut Escape<'_>, suggestion: Option<&str>) -> fmt::Result {
    suggestion.map_or(Ok(()), |suggestion| write!(f, "; did you mean `{suggestion}`?"))
}
