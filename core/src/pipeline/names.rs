//! The names of a pipeline and its steps, in one piece of text.

use crate::{plan::StepId, render::StepNames};
use alloc::{string::String, vec::Vec};
use core::hash::BuildHasher;
use foldhash::fast::FixedState;
use hashbrown::{HashTable, hash_table};

/// Shared between a pipeline and the reports of its runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    pipeline: String,
    text: String,
    ends: Vec<u32>,
    /// Found by name, but never iterated: nothing hangs on the table's order.
    index: HashTable<Entry>,
    /// How many steps are in it.
    indexed: usize,
}

/// A step, and the hash of its name: a table that grows need not read the names again.
#[derive(Clone, Copy, Debug)]
struct Entry {
    step: u32,
    hash: u32,
}

impl Entry {
    /// The table takes its buckets from the low end and its tags from the high end.
    fn spread(self) -> u64 {
        u64::from(self.hash) << 32 | u64::from(self.hash)
    }
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

    /// Adds the next step's name; it is not found before it is [indexed](Self::index).
    #[inline]
    pub(crate) fn push(&mut self, name: &str) {
        self.text.push_str(name);
        self.ends.push(self.text.len() as u32);
    }

    /// Makes all names found, and tells the steps whose name another bears already. (The first of its name keeps it.)
    pub(crate) fn index(&mut self, mut is_taken: impl FnMut(StepId)) {
        let Self { index, text, ends, indexed, .. } = self;
        index.reserve(ends.len() - *indexed, |entry| entry.spread());
        for step in *indexed as u32..ends.len() as u32 {
            let name = nth(text, ends, step);
            let entry = Entry { step, hash: hash(name) };
            let is_it = |other: &Entry| entry.hash == other.hash && nth(text, ends, other.step) == name;
            match index.entry(entry.spread(), is_it, |other| other.spread()) {
                hash_table::Entry::Vacant(place) => _ = place.insert(entry),
                hash_table::Entry::Occupied(_) => is_taken(StepId(step)),
            }
        }
        *indexed = ends.len();
    }

    pub(crate) fn find(&self, name: &str) -> Option<StepId> {
        let sought = Entry { step: 0, hash: hash(name) };
        let is_it = |other: &Entry| nth(&self.text, &self.ends, other.step) == name;
        self.index.find(sought.spread(), is_it).map(|found| StepId(found.step))
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

fn hash(name: &str) -> u32 {
    FixedState::with_seed(0).hash_one(name) as u32
}
