//! The end of a pipeline.

use super::{Kind, Steps};
use crate::panics::drop_all;

/// Steps are dropped one by one, because the drops of several may panic.
impl<'env, E, K: Kind<'env, E>> Drop for Steps<'env, E, K> {
    fn drop(&mut self) {
        drop_all(self.works.drain(..));
    }
}
