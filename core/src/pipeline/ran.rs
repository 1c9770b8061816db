//! What a run leaves behind: shared between the pipeline and the report, and used again if no report holds it.

use super::cell::Cell;
use crate::{scheduler::Node, summary::Times};
use alloc::{sync::Arc, vec::Vec};

/// States, times and results, one of each a step.
pub(crate) struct Ran<C: ?Sized> {
    pub(crate) nodes: Vec<Node>,
    pub(crate) times: Vec<Times>,
    pub(crate) cells: Vec<Arc<C>>,
    /// Whether a run has begun on it: times and cells must be set back before another.
    pub(super) is_used: bool,
}

impl<C: Cell + ?Sized> Ran<C> {
    /// One entry of each kind for every step.
    pub(super) fn fit(&mut self, steps: usize) {
        self.nodes.resize(steps, Node::default());
        self.times.resize(steps, Times::NONE);
    }
}

impl<C: ?Sized> Default for Ran<C> {
    fn default() -> Self {
        Self { nodes: Vec::new(), times: Vec::new(), cells: Vec::new(), is_used: false }
    }
}

impl<C: ?Sized> Clone for Ran<C> {
    fn clone(&self) -> Self {
        Self { nodes: self.nodes.clone(), times: self.times.clone(), cells: self.cells.clone(), is_used: self.is_used }
    }
}
