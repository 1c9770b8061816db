//! Why a run has no report.

use super::PlanError;
use crate::{
    driver::{PanicSource, RunPanic},
    dynamic::Warnings,
    escape::Escape,
};
use alloc::string::String;
use core::{
    error::Error,
    fmt::{self, Write as _},
};

/// A run that has no report: its plan is wrong, or what it calls beside its steps panicked.
///
/// ```
/// use rungs::{NoClock, PanicSource, Pipeline, PipelineError};
///
/// let mut p = Pipeline::new("watched");
/// p.step("one").run(async || Ok(()));
/// let run = p.runner().on_event(|event| assert_eq!(event.name, "watched", "not the run itself")).run(&NoClock);
/// let error = futures_lite::future::block_on(run).unwrap_err();
/// assert_eq!(error.exit_code(), 4);
/// let PipelineError::Panicked { who: PanicSource::Observer(name), message, .. } = error else { unreachable!() };
/// assert!(name.contains("closure") && message.contains("not the run itself"));
///
/// // The pipeline can be run again.
/// assert!(futures_lite::future::block_on(p.run(&NoClock))?.is_success());
/// # Ok::<(), PipelineError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum PipelineError {
    /// The plan is wrong, and nothing was started.
    Plan(PlanError),
    /// An observer or the timer panicked. The attempts in flight were dropped, as if the run had been dropped.
    #[non_exhaustive]
    Panicked {
        /// The pipeline's name.
        pipeline: String,
        /// What panicked.
        who: PanicSource,
        /// The message of the panic.
        message: String,
    },
    /// What earlier runs have stored cannot be read (feature `checkpoints`). Nothing was started.
    #[non_exhaustive]
    Checkpoints {
        /// The pipeline's name.
        pipeline: String,
        /// The text of the store's error.
        message: String,
    },
    /// Something that earlier runs have stored is outdated, and the run is strict (feature `checkpoints`). Nothing was started.
    #[non_exhaustive]
    Outdated {
        /// The pipeline's name.
        pipeline: String,
        /// All that is outdated.
        warnings: Warnings,
    },
}

impl PipelineError {
    /// The exit code of a program in whose run an observer or the timer panicked.
    pub const PANICKED_EXIT_CODE: u8 = 4;

    /// The exit code of a program that could not go on where an earlier run ended.
    pub const CHECKPOINTS_EXIT_CODE: u8 = 5;

    pub(super) fn panicked(pipeline: &str, panic: RunPanic) -> Self {
        let RunPanic { who, message } = panic;
        Self::Panicked { pipeline: pipeline.into(), who, message }
    }

    /// The exit code, as a report has one: 3 for a [wrong plan](PlanError::EXIT_CODE), 4 for a
    /// [panic](Self::PANICKED_EXIT_CODE), 5 for what earlier runs [have stored](Self::CHECKPOINTS_EXIT_CODE).
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Plan(_) => PlanError::EXIT_CODE,
            Self::Panicked { .. } => Self::PANICKED_EXIT_CODE,
            Self::Checkpoints { .. } | Self::Outdated { .. } => Self::CHECKPOINTS_EXIT_CODE,
        }
    }

    /// The pipeline's name.
    pub fn pipeline(&self) -> &str {
        match self {
            Self::Plan(error) => error.pipeline(),
            Self::Panicked { pipeline, .. } | Self::Checkpoints { pipeline, .. } | Self::Outdated { pipeline, .. } => {
                pipeline
            }
        }
    }

    /// Every mistake in the plan; none if that is right.
    pub fn mistakes(&self) -> &[super::PlanErrorKind] {
        match self {
            Self::Plan(error) => error.mistakes(),
            Self::Panicked { .. } | Self::Checkpoints { .. } | Self::Outdated { .. } => &[],
        }
    }
}

impl From<PlanError> for PipelineError {
    fn from(error: PlanError) -> Self {
        Self::Plan(error)
    }
}

impl fmt::Display for PipelineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plan(error) => error.fmt(f),
            Self::Panicked { pipeline, who, message } => {
                write!(Escape(f), "the run of pipeline `{pipeline}` broke off: {who} panicked: {message}")
            }
            Self::Checkpoints { pipeline, message } => {
                write!(
                    Escape(f),
                    "pipeline `{pipeline}` cannot go on, as what earlier runs have stored cannot be read: {message}"
                )
            }
            Self::Outdated { pipeline, warnings } => {
                write!(Escape(f), "pipeline `{pipeline}` does not go on, as something that is stored is outdated:")?;
                warnings.iter().try_for_each(|warning| write!(f, "\n- {warning}"))
            }
        }
    }
}

/// A wrong plan has no source: it is shown as the error itself.
impl Error for PipelineError {}
