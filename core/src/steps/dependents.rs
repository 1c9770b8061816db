//! The edges of a plan in the direction of its results.

use alloc::vec::Vec;
#[cfg(feature = "serde")]
use rungs_scheduler::StepId;
use rungs_scheduler::{Edges, Need};

/// Which steps depend on each step.
#[derive(Debug)]
pub(crate) struct Dependents {
    pub(crate) rows: Vec<u32>,
    pub(crate) list: Vec<Need>,
    /// The steps that need all before them, for which there are no edges.
    #[cfg(feature = "serde")]
    pub(crate) after_all: Vec<StepId>,
}

impl Dependents {
    pub(crate) fn edges(&self) -> Edges<'_> {
        Edges::new(&self.rows, &self.list)
    }
}
