//! The names of a pipeline and its steps, in one piece of text.

use crate::diagram::StepNames;
use alloc::{string::String, vec, vec::Vec};
use core::hash::BuildHasher;
use foldhash::fast::FixedState;
use rungs_scheduler::StepId;

/// Shared between a pipeline and the reports of its runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    /// The number that the handles of the pipeline carry.
    id: u32,
    /// Whether they are those of the undos of a pipeline.
    is_undo: bool,
    /// The name of the pipeline, then those of the steps.
    text: String,
    /// The end of each in the text.
    ends: Vec<u32>,
    /// The names of the pipeline's resources, once its plan is compiled.
    resources: Vec<String>,
    /// The steps whose results are given at the run, in ascending order.
    inputs: Vec<StepId>,
    index: Index,
    /// How many steps are in the index.
    indexed: usize,
}

impl Names {
    pub(crate) fn new(id: u32, pipeline: &str) -> Self {
        let mut text = String::with_capacity(pipeline.len() + 64);
        text.push_str(pipeline);
        Self { id, ends: short_list(text.len() as u32), text, ..Self::default() }
    }

    pub(crate) fn pipeline(&self) -> &str {
        let end = self.ends.first().map_or(0, |&end| end as usize);
        self.text.get(..end).unwrap_or("")
    }

    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    /// They are those of the undos of a pipeline.
    pub(crate) fn mark_undo(&mut self) {
        self.is_undo = true;
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len().saturating_sub(1)
    }

    /// The names of all steps, in the order of declaration.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len() as u32).map(|step| self.name(StepId::from_number(step)))
    }

    /// Adds the next step's name; it is not found before it is [indexed](Self::index).
    #[inline]
    pub(crate) fn push(&mut self, name: &str) {
        self.text.push_str(name);
        self.ends.push(self.text.len() as u32);
    }

    /// Marks the step that was added last as an input.
    pub(crate) fn mark_input(&mut self, step: StepId) {
        self.inputs.push(step);
    }

    /// Sets the names of the resources.
    pub(crate) fn set_resources(&mut self, names: impl Iterator<Item = String>) {
        self.resources = names.collect();
    }

    /// The name of a resource by its number.
    pub(crate) fn resource(&self, resource: u32) -> &str {
        self.resources.get(resource as usize).map_or("", String::as_str)
    }

    /// Indexes all names, and calls `is_taken` for each step whose name an earlier step has already.
    pub(crate) fn index(&mut self, mut is_taken: impl FnMut(StepId)) {
        let steps = self.len();
        let Self { text, ends, index, indexed, .. } = self;
        index.fit(steps);
        for step in *indexed as u32..steps as u32 {
            let name = nth(text, ends, step);
            let entry = Entry { step, hash: hash(name) };
            if !index.insert(entry, |other| nth(text, ends, other) == name) {
                is_taken(StepId::from_number(step));
            }
        }
        *indexed = steps;
    }

    pub(crate) fn find(&self, name: &str) -> Option<StepId> {
        let is_it = |step: u32| nth(&self.text, &self.ends, step) == name.as_bytes();
        self.index.find(hash(name.as_bytes()), is_it).map(StepId::from_number)
    }
}

impl StepNames for Names {
    fn name(&self, step: StepId) -> &str {
        self.text.get(bounds(&self.ends, step.number())).unwrap_or("")
    }

    fn is_input(&self, step: StepId) -> bool {
        self.inputs.binary_search(&step).is_ok()
    }

    fn is_undo(&self) -> bool {
        self.is_undo
    }
}

/// A list that begins with this, and has room for a handful of steps: most pipelines have no more.
pub(crate) fn short_list<T>(first: T) -> Vec<T> {
    let mut list = Vec::with_capacity(8);
    list.push(first);
    list
}

fn nth<'n>(text: &'n str, ends: &[u32], step: u32) -> &'n [u8] {
    text.as_bytes().get(bounds(ends, step)).unwrap_or_default()
}

fn bounds(ends: &[u32], step: u32) -> core::ops::Range<usize> {
    let end_of = |nth: usize| ends.get(nth).map_or(0, |&end| end as usize);
    end_of(step as usize)..end_of(step as usize + 1)
}

fn hash(name: &[u8]) -> u32 {
    FixedState::with_seed(0).hash_one(name) as u32
}

/// Steps by the hash of their name: an open table, two thirds full at most, which is filled in one go.
#[derive(Clone, Debug, Default)]
struct Index {
    /// A power of two of them.
    slots: Vec<Entry>,
}

/// A step and the hash of its name, so that other names are rarely compared.
#[derive(Clone, Copy, Debug)]
struct Entry {
    step: u32,
    hash: u32,
}

const VACANT: Entry = Entry { step: u32::MAX, hash: 0 };

impl Index {
    /// Makes room for this many entries.
    fn fit(&mut self, entries: usize) {
        let slots = (entries + entries / 2 + 1).next_power_of_two();
        if slots <= self.slots.len() {
            return;
        }
        for entry in core::mem::replace(&mut self.slots, vec![VACANT; slots]) {
            if entry.step != VACANT.step {
                self.insert(entry, |_| false);
            }
        }
    }

    /// Inserts an entry, and returns whether there was none of this hash for which `is_it` holds.
    fn insert(&mut self, entry: Entry, is_it: impl Fn(u32) -> bool) -> bool {
        let slot = self.probe(entry.hash, is_it);
        match self.slots.get_mut(slot) {
            Some(slot) if slot.step == VACANT.step => {
                *slot = entry;
                true
            }
            _ => false,
        }
    }

    fn find(&self, hash: u32, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        let found = self.slots.get(self.probe(hash, is_it))?;
        (found.step != VACANT.step).then_some(found.step)
    }

    /// The slot of the entry of this hash for which `is_it` holds, or the free slot where it would be.
    #[inline]
    fn probe(&self, hash: u32, is_it: impl Fn(u32) -> bool) -> usize {
        let mask = self.slots.len().wrapping_sub(1);
        let mut slot = hash as usize & mask;
        while let Some(entry) = self.slots.get(slot)
            && entry.step != VACANT.step
            && !(entry.hash == hash && is_it(entry.step))
        {
            slot = (slot + 1) & mask;
        }
        slot
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;

    #[test]
    fn each_name_is_found_and_the_first_of_its_name_keeps_it() {
        let mut names = Names::new(0, "names");
        let mut taken = Vec::new();
        for step in 0..1_500 {
            // Every 500th has the name of the first.
            names.push(&format!("step {}", if step % 500 == 0 { 0 } else { step }));
            if step % 700 == 0 || step == 1_499 {
                names.index(|step| taken.push(step.index()));
            }
        }
        assert_eq!(taken, [500, 1_000]);
        for step in 0..1_500 {
            let found = names.find(&format!("step {step}")).map(StepId::index);
            assert_eq!(found, (step == 0 || step % 500 != 0).then_some(step));
        }
        assert_eq!(names.find(""), None);
        assert_eq!(Names::default().find("step 0"), None);
    }
}
