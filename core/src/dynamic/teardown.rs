//! The end of a pipeline.

use super::{Kind, Steps};
use crate::panics::{drop_all, drop_map};

/// Steps and retry predicates are dropped one by one, because the drops of several may panic.
impl<'env, E, K: Kind<'env, E>> Drop for Steps<'env, E, K> {
    fn drop(&mut self) {
        drop_all(self.works.drain(..));
        drop_map(&mut self.retry_predicates);
        drop_map(&mut self.checks);
    }
}
