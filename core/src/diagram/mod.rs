//! Diagrams of plans: text, Mermaid and DOT, to any `fmt::Write`. Nothing is executed for one.

mod formats;
mod levels;

pub use formats::{dot, mermaid, text};

use core::fmt;
use rungs_scheduler::{Edges, StepId};

/// The names of a plan's steps.
///
/// ```
/// use rungs::diagram::StepNames;
/// use rungs::StepId;
///
/// let names = ["a", "b"];
/// assert_eq!(names.name(StepId::new(1).unwrap()), "b");
/// assert_eq!(names.name(StepId::new(2).unwrap()), "");
/// ```
pub trait StepNames {
    /// A step's name.
    fn name(&self, step: StepId) -> &str;

    /// Whether the step is an input, whose result is given at the run.
    #[cfg(feature = "alloc")]
    fn is_input(&self, step: StepId) -> bool {
        let _ = step;
        false
    }

    /// What is shown of the step beside its name, if anything.
    #[cfg(feature = "alloc")]
    #[doc(hidden)]
    fn note(&self, step: StepId) -> Option<StepNote> {
        let _ = step;
        None
    }

    /// Whether the steps are the undos of others.
    #[cfg(feature = "alloc")]
    fn is_undo(&self) -> bool {
        false
    }
}

impl<const N: usize> StepNames for [&str; N] {
    fn name(&self, step: StepId) -> &str {
        self.get(step.index()).copied().unwrap_or("")
    }
}

/// What is shown of a step beside its name.
#[doc(hidden)]
#[cfg(feature = "alloc")]
#[derive(Debug)]
pub struct StepNote {
    pub text: alloc::string::String,
    pub mark: StepMark,
}

/// How the box of a step is drawn.
#[doc(hidden)]
#[cfg(feature = "alloc")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepMark {
    Plain,
    Bold,
    Dashed,
}

/// What a diagram shows: names, edges and levels, all borrowed.
///
/// [`text`] has an example.
#[derive(Clone, Copy)]
pub struct DiagramData<'s> {
    /// The pipeline's name.
    pub pipeline: &'s str,
    /// The steps' names.
    pub names: &'s dyn StepNames,
    /// What each step waits for.
    pub needs: Edges<'s>,
    /// Each step's level; a step without one is in a cycle.
    pub levels: &'s [u32],
}

impl fmt::Debug for DiagramData<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pipeline, needs, levels, .. } = self;
        let mut shown = f.debug_struct("DiagramData");
        shown.field("pipeline", pipeline).field("needs", needs).field("levels", levels).finish_non_exhaustive()
    }
}

#[cfg(feature = "alloc")]
pub use dynamic::{Diagram, Format};

#[cfg(feature = "alloc")]
mod dynamic;
