//! The edges of a plan in the direction of its results.

use alloc::vec::Vec;
use rungs_scheduler::{Edges, Need};

/// Which steps depend on each step.
#[derive(Debug)]
pub(crate) struct Dependents {
    pub(crate) rows: Vec<u32>,
    pub(crate) list: Vec<Need>,
}

impl Dependents {
    pub(crate) fn edges(&self) -> Edges<'_> {
        Edges::new(&self.rows, &self.list)
    }
}
