//! The ready steps of which the observers know that they wait.

use alloc::vec::Vec;

/// A bit for each priority index. A step that lacks nothing when it becomes ready starts at once, so that in most runs it stays
/// empty.
#[derive(Debug, Default)]
pub(super) struct ToldSteps(Vec<usize>);

impl ToldSteps {
    pub(super) fn words(&self) -> &[usize] {
        &self.0
    }

    pub(super) fn insert(&mut self, priority: usize) {
        let word = priority / usize::BITS as usize;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        if let Some(word) = self.0.get_mut(word) {
            *word |= bit(priority);
        }
    }

    pub(super) fn remove(&mut self, priority: usize) {
        if let Some(word) = self.0.get_mut(priority / usize::BITS as usize) {
            *word &= !bit(priority);
        }
    }
}

fn bit(priority: usize) -> usize {
    1 << (priority % usize::BITS as usize)
}
