//! What a run leaves behind: shared between the pipeline and the report, and used again if no report holds it.

use super::cell::Cell;
use crate::{scheduler::Node, time::Instant};
use alloc::{sync::Arc, vec::Vec};
use core::fmt;

/// States and records, one of each a step.
pub(crate) struct Ran<C: ?Sized> {
    pub(crate) nodes: Vec<Node>,
    pub(crate) records: Vec<Record<C>>,
}

/// What is kept of one step beside its state.
pub struct Record<C: ?Sized> {
    /// Its result; an empty cell if it ended without one.
    pub(crate) result: Option<Arc<C>>,
    pub(crate) started: Instant,
    pub(crate) finished: Instant,
}

impl<C: ?Sized> Record<C> {
    pub(crate) const NONE: Self = Self { result: None, started: Instant::NEVER, finished: Instant::NEVER };
}

impl<C: Cell + ?Sized> Ran<C> {
    /// One entry of each kind for every step.
    pub(super) fn fit(&mut self, steps: usize) {
        self.nodes.resize(steps, Node::default());
        self.records.resize_with(steps, || Record::NONE);
    }
}

impl<C: ?Sized> Default for Ran<C> {
    fn default() -> Self {
        Self { nodes: Vec::new(), records: Vec::new() }
    }
}

impl<C: ?Sized> fmt::Debug for Record<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record").finish_non_exhaustive()
    }
}
