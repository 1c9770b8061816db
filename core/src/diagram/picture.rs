//! The picture of a pipeline that is written at run time.

use super::{DiagramData, StepNames, dot, mermaid, text};
use crate::dynamic::Names;
use alloc::{borrow::Cow, vec::Vec};
use core::fmt;
use rungs_scheduler::{Edges, Need};

/// A pipeline's picture: its `Display` is the text form; for others see [`mermaid`](Self::mermaid) and
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
#[must_use = "a picture is shown by its `Display`"]
pub struct Diagram<'p> {
    pub(crate) names: &'p Names,
    pub(crate) rows: Cow<'p, [u32]>,
    pub(crate) list: Cow<'p, [Need]>,
    pub(crate) levels: Vec<u32>,
}

/// A picture in one of the other forms.
///
/// [`Diagram`] has an example.
#[must_use = "a picture is shown by its `Display`"]
pub struct Format<'p, 'q> {
    picture: &'q Diagram<'p>,
    write: fn(&DiagramData<'_>, &mut dyn fmt::Write) -> fmt::Result,
}

impl<'p> Diagram<'p> {
    /// As a Mermaid flowchart.
    pub fn mermaid(&self) -> Format<'p, '_> {
        Format { picture: self, write: mermaid }
    }

    /// As a Graphviz digraph.
    pub fn dot(&self) -> Format<'p, '_> {
        Format { picture: self, write: dot }
    }

    fn sketch(&self) -> DiagramData<'_> {
        let names: &dyn StepNames = self.names;
        DiagramData {
            pipeline: self.names.pipeline(),
            names,
            needs: Edges::new(&self.rows, &self.list),
            levels: &self.levels,
        }
    }
}

impl fmt::Debug for Diagram<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.sketch(), f)
    }
}

impl fmt::Debug for Format<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Format").field(self.picture).finish()
    }
}

impl fmt::Display for Diagram<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        text(&self.sketch(), f)
    }
}

impl fmt::Display for Format<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.write)(&self.picture.sketch(), f)
    }
}
