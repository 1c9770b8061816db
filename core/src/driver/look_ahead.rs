//! Results that lie far apart, fetched together before they are needed.

use super::run::Driver;
use crate::{observers::Observers, steps::Kind};
use alloc::sync::Arc;
use core::hint::black_box;

/// So many steps at a time.
const STEPS: u32 = 8;
/// The results of fewer steps are near in any case.
const MANY: usize = 1 << 15;

impl<'env, E, K: Kind<'env, E>, O: Observers<E>> Driver<'_, 'env, E, K, O> {
    /// Brings near what the next steps will need, every so many steps. To take a share of a result is to wait for the
    /// one before; to look at many is to wait once.
    #[inline]
    pub(super) fn look_ahead(&self) {
        if self.parts.works.len() > MANY && self.parts.scheduler.ended().is_multiple_of(STEPS) {
            self.look_at_needs();
        }
    }

    #[inline(never)]
    fn look_at_needs(&self) {
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
