//! What few steps have: an error, a retry predicate, a watch.

use crate::panics::drop_all;
use alloc::{boxed::Box, collections::BTreeMap};
use core::mem;
use rungs_scheduler::StepId;

/// Values of some steps, in the order of declaration. To most runs, in which no step has one, it is a pointer.
///
/// Values are dropped one by one, because the drops of several may panic.
#[expect(clippy::box_collection, reason = "one word where there is none, and not three")]
pub(crate) struct ByStep<V>(Option<Box<BTreeMap<StepId, V>>>);

impl<V> ByStep<V> {
    pub(crate) const fn new() -> Self {
        Self(None)
    }

    #[inline]
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    #[inline]
    pub(crate) fn get(&self, step: StepId) -> Option<&V> {
        self.0.as_ref()?.get(&step)
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, step: StepId) -> Option<&mut V> {
        self.0.as_mut()?.get_mut(&step)
    }

    /// The step's value, which is made if there is none.
    pub(crate) fn get_or_default(&mut self, step: StepId) -> &mut V
    where
        V: Default,
    {
        self.0.get_or_insert_default().entry(step).or_default()
    }

    /// Sets the step's value, and returns the one before.
    pub(crate) fn insert(&mut self, step: StepId, value: V) -> Option<V> {
        self.0.get_or_insert_default().insert(step, value)
    }

    #[inline]
    pub(crate) fn remove(&mut self, step: StepId) -> Option<V> {
        self.0.as_mut()?.remove(&step)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (StepId, &V)> {
        self.0.iter().flat_map(|map| map.iter().map(|(step, value)| (*step, value)))
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.0.iter().flat_map(|map| map.values())
    }
}

impl<V> Default for ByStep<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V> IntoIterator for ByStep<V> {
    type Item = (StepId, V);
    type IntoIter = alloc::collections::btree_map::IntoIter<StepId, V>;

    fn into_iter(mut self) -> Self::IntoIter {
        self.0.take().map_or_else(BTreeMap::new, |map| *map).into_iter()
    }
}

impl<V> Drop for ByStep<V> {
    #[inline]
    fn drop(&mut self) {
        if let Some(map) = &mut self.0 {
            drop_all(mem::take(&mut **map));
        }
    }
}
