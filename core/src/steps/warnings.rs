//! What a plan can be run with, and what it was hardly meant to be.

use crate::escape::Escape;
use alloc::{string::String, vec::Vec};
use core::{
    fmt::{self, Write as _},
    slice,
};

/// What [`check`](crate::PipelineOf::check) and a report warn of: nothing of it keeps a run from starting.
///
/// ```
/// use core::time::Duration;
/// use rungs::{Config, Pipeline, PlanWarning, Warnings};
///
/// let mut p: Pipeline = Pipeline::new("nightly");
/// p.config(Config::DEFAULT.deadline(Duration::from_secs(60)));
/// let load = p.step("load").run(async || Ok(()));
/// p.step("tidy").after(load).when_all_done().run(async || Ok(()));
///
/// let warnings: Warnings = p.check()?;
/// assert!(matches!(warnings.as_slice(), [PlanWarning::UnlimitedCleanUp { step }] if step == "tidy"));
/// for warning in &warnings {
///     eprintln!("warning: {warning}");
/// }
/// # Ok::<(), rungs::PipelineError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Warnings(Vec<PlanWarning>);

/// One thing that is hardly meant.
///
/// [`Warnings`] has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum PlanWarning {
    /// The run has a deadline, and a clean-up step, which still runs after it, has neither a timeout nor a deadline.
    UnlimitedCleanUp {
        /// The clean-up step.
        step: String,
    },
    /// A step has retries, and the delay before the first one reaches the step's deadline.
    NeverRetried {
        /// The step.
        step: String,
    },
    /// No step uses a resource that was declared.
    UnusedResource {
        /// The resource.
        resource: String,
    },
    /// What an earlier run has stored of a step is not used (feature `checkpoints`).
    OutdatedCheckpoint {
        /// The step, as it was named then.
        step: String,
        /// Why not.
        why: OutdatedCheckpoint,
    },
}

/// Why a stored result is not used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum OutdatedCheckpoint {
    /// The step has changed, or one that it needs.
    Changed,
    /// There is no such step.
    Gone,
    /// The step keeps no results.
    NotKept,
    /// It cannot be read as a result of the step, with this text of the error.
    Unreadable(String),
}

impl Warnings {
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    #[cfg(feature = "checkpoints")]
    pub(crate) const fn new(warnings: Vec<PlanWarning>) -> Self {
        Self(warnings)
    }

    #[cfg(feature = "checkpoints")]
    pub(crate) fn extend(&mut self, warnings: Vec<PlanWarning>) {
        self.0.extend(warnings);
    }

    pub(crate) fn push(&mut self, warning: PlanWarning) {
        self.0.push(warning);
    }

    /// All of them.
    pub fn as_slice(&self) -> &[PlanWarning] {
        &self.0
    }

    /// All of them, one after the other.
    pub fn iter(&self) -> slice::Iter<'_, PlanWarning> {
        self.0.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'w> IntoIterator for &'w Warnings {
    type Item = &'w PlanWarning;
    type IntoIter = slice::Iter<'w, PlanWarning>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Warnings {
    type Item = PlanWarning;
    type IntoIter = alloc::vec::IntoIter<PlanWarning>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl PlanWarning {
    /// The name of this kind of warning, for programs: in lower case, with `_` between the words.
    ///
    /// ```
    /// use rungs::PlanWarning;
    ///
    /// assert_eq!(PlanWarning::UnusedResource { resource: "bus".into() }.code(), "unused_resource");
    /// ```
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnlimitedCleanUp { .. } => "unlimited_clean_up",
            Self::NeverRetried { .. } => "never_retried",
            Self::UnusedResource { .. } => "unused_resource",
            Self::OutdatedCheckpoint { .. } => "outdated_checkpoint",
        }
    }

    /// The step or the resource, as it was named.
    #[cfg(feature = "serde")]
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::UnlimitedCleanUp { step } | Self::NeverRetried { step } | Self::OutdatedCheckpoint { step, .. } => {
                step
            }
            Self::UnusedResource { resource } => resource,
        }
    }
}

/// One warning per line.
impl fmt::Display for Warnings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, warning) in self.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { "\n" })?;
            write!(f, "{warning}")?;
        }
        Ok(())
    }
}

impl fmt::Display for PlanWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // On one line, whatever the names contain.
        let f = &mut Escape(f);
        match self {
            Self::UnlimitedCleanUp { step } => write!(
                f,
                "clean-up step `{step}` has no limit, so that the run may take longer than its deadline: give the step a \
                 timeout or a deadline",
            ),
            Self::NeverRetried { step } => {
                write!(f, "step `{step}` is never retried, because its first delay reaches its deadline")
            }
            Self::UnusedResource { resource } => write!(f, "no step uses resource `{resource}`"),
            Self::OutdatedCheckpoint { step, why } => match why {
                OutdatedCheckpoint::Changed => write!(
                    f,
                    "step `{step}` runs again: it has changed since its result was stored, or a step that it needs has",
                ),
                OutdatedCheckpoint::Gone => {
                    write!(f, "the stored result of step `{step}` is left alone: there is no such step")
                }
                OutdatedCheckpoint::NotKept => {
                    write!(f, "the stored result of step `{step}` is left alone: the step keeps no results")
                }
                OutdatedCheckpoint::Unreadable(error) => {
                    write!(f, "step `{step}` runs again: its stored result cannot be read: {error}")
                }
            },
        }
    }
}
