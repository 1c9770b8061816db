//! Touches the results that the next steps need, so that their cache misses overlap.

use super::run::Driver;
use crate::{observers::Observers, steps::Kind};
use alloc::sync::Arc;
use core::hint::black_box;

/// How many steps are looked at together.
const STEPS: u32 = 8;
/// The results of fewer steps are in the cache in any case.
const MANY: usize = 1 << 15;

impl<'env, E, K: Kind<'env, E>, O: Observers<E>> Driver<'_, 'env, E, K, O> {
    /// Touches the next steps' inputs together, once per [`STEPS`] steps. One by one, each would be a cache miss of its
    /// own.
    #[inline]
    pub(super) fn look_ahead(&self) {
        if self.parts.works.len() > MANY && self.parts.scheduler.ended().is_multiple_of(STEPS) {
            self.touch_needs();
        }
    }

    #[inline(never)]
    fn touch_needs(&self) {
        let parts = &self.parts;
        for step in parts.scheduler.upcoming(STEPS) {
            for need in parts.scheduler.plan().needs(step).iter() {
                if let Some(Some(result)) = parts.results.get(need.step().index()) {
                    black_box(Arc::strong_count(result));
                }
            }
        }
    }
}
