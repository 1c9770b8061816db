//! The diagram of a pipeline that is built at run time.

use super::{DiagramData, StepNames, dot, mermaid, text};
use alloc::{borrow::Cow, vec::Vec};
use core::fmt;
use rungs_scheduler::{Edges, Need, StepId};

/// A pipeline's diagram: its `Display` is the text form; for others see [`mermaid`](Self::mermaid) and
/// [`dot`](Self::dot).
///
/// ```
/// use rungs::{Pipeline, diagram::Diagram};
///
/// let mut p = Pipeline::new("my-pipeline");
/// let a = p.step("extract").run(async || Ok(1));
/// p.step("load").needs(a).run(async |_| Ok(()));
/// let picture: Diagram<'_> = p.visualize();
/// assert!(picture.to_string().ends_with("  - load <- [extract]\n"));
/// assert!(picture.mermaid().to_string().contains("s0 --> s1"));
/// assert!(picture.dot().to_string().starts_with("digraph"));
/// ```
#[must_use = "a diagram is shown by its `Display`"]
pub struct Diagram<'p> {
    pub(crate) pipeline: &'p str,
    pub(crate) names: &'p (dyn StepNames + Sync),
    pub(crate) rows: Cow<'p, [u32]>,
    pub(crate) list: Cow<'p, [Need]>,
    pub(crate) levels: Vec<u32>,
    /// The steps that need all before them.
    pub(crate) after_all: &'p [StepId],
}

/// A diagram in one of the other forms.
///
/// [`Diagram`] has an example.
#[must_use = "a diagram is shown by its `Display`"]
pub struct Format<'p, 'q> {
    diagram: &'q Diagram<'p>,
    write: fn(&DiagramData<'_>, &mut dyn fmt::Write) -> fmt::Result,
}

impl<'p> Diagram<'p> {
    /// As a Mermaid flowchart.
    pub fn mermaid(&self) -> Format<'p, '_> {
        Format { diagram: self, write: mermaid }
    }

    /// As a Graphviz digraph.
    pub fn dot(&self) -> Format<'p, '_> {
        Format { diagram: self, write: dot }
    }

    fn data(&self) -> DiagramData<'_> {
        DiagramData {
            pipeline: self.pipeline,
            names: self.names,
            needs: Edges::new(&self.rows, &self.list).with_after_all(self.after_all),
            levels: &self.levels,
        }
    }
}

impl fmt::Debug for Diagram<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.data(), f)
    }
}

impl fmt::Debug for Format<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Format").field(self.diagram).finish()
    }
}

impl fmt::Display for Diagram<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        text(&self.data(), f)
    }
}

impl fmt::Display for Format<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.write)(&self.diagram.data(), f)
    }
}
