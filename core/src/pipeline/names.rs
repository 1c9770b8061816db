//! The names of a pipeline and its steps, in one piece of text.

use crate::{plan::StepId, render::StepNames};
use alloc::{string::String, vec::Vec};
use core::hash::BuildHasher;
use foldhash::fast::FixedState;
use hashbrown::HashTable;

/// Shared between a pipeline and the reports of its runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    pipeline: String,
    text: String,
    ends: Vec<u32>,
    /// Found by name, but never iterated: nothing hangs on the table's order.
    index: HashTable<u32>,
}

impl Names {
    pub(crate) fn new(pipeline: &str) -> Self {
        Self { pipeline: pipeline.into(), ..Self::default() }
    }

    pub(crate) fn pipeline(&self) -> &str {
        &self.pipeline
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Adds the next step's name, and tells whether it is new. (The first of its name keeps it.)
    pub(crate) fn push(&mut self, name: &str) -> bool {
        let step = self.ends.len() as u32;
        self.text.push_str(name);
        self.ends.push(self.text.len() as u32);
        let hash = hash(name);
        let Self { index, text, ends, .. } = self;
        let is_new = index.find(hash, |&other| nth(text, ends, other) == name).is_none();
        if is_new {
            index.insert_unique(hash, step, |&other| self::hash(nth(text, ends, other)));
        }
        is_new
    }

    pub(crate) fn find(&self, name: &str) -> Option<StepId> {
        self.index.find(hash(name), |&step| nth(&self.text, &self.ends, step) == name).map(|&step| StepId(step))
    }
}

impl StepNames for Names {
    fn name(&self, step: StepId) -> &str {
        nth(&self.text, &self.ends, step.0)
    }
}

fn nth<'n>(text: &'n str, ends: &[u32], step: u32) -> &'n str {
    let end = ends.get(step as usize).map_or(0, |&end| end as usize);
    let start = (step as usize).checked_sub(1).and_then(|before| ends.get(before)).map_or(0, |&end| end as usize);
    text.get(start..end).unwrap_or("")
}

fn hash(name: &str) -> u64 {
    FixedState::with_seed(0).hash_one(name)
}
