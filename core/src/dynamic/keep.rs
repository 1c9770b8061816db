//! Whether the results of a step are kept beyond their run.

use crate::steps::Kind;
use alloc::{boxed::Box, string::String, sync::Arc, vec::Vec};
use core::{fmt, pin::Pin};

/// How results of one type are written and read.
#[cfg_attr(not(feature = "checkpoints"), expect(dead_code, reason = "nothing is kept"))]
pub struct Codec<C: ?Sized> {
    pub(super) encode: fn(&Arc<C>) -> Result<Vec<u8>, String>,
    pub(super) decode: fn(&[u8]) -> Result<Arc<C>, String>,
}

impl<C: ?Sized> fmt::Debug for Codec<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Codec").finish_non_exhaustive()
    }
}

impl<C: ?Sized> Clone for Codec<C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C: ?Sized> Copy for Codec<C> {}

/// The results of a step end with their run: the parameter of a [`StepBuilder`](super::StepBuilder).
#[derive(Debug)]
pub struct Unkept;

/// A step, and how its results are written and read if they are kept.
pub type KeptWith<W, C> = (Pin<Box<W>>, Option<Codec<C>>);

/// Whether a step's results of this type can be kept, if they are to be.
#[diagnostic::on_unimplemented(
    message = "the result `{T}` of a checkpoint step cannot be written and read",
    note = "derive `serde::Serialize` and `serde::Deserialize` for it; the result of `run_owned` cannot be kept"
)]
pub trait Keep<'env, E, K: Kind<'env, E>, T> {
    /// The step with what keeps its results.
    fn keep(work: Pin<Box<K::Work>>) -> KeptWith<K::Work, K::Cell>;
}

#[diagnostic::do_not_recommend]
impl<'env, E, K: Kind<'env, E>, T> Keep<'env, E, K, T> for Unkept {
    #[inline]
    fn keep(work: Pin<Box<K::Work>>) -> KeptWith<K::Work, K::Cell> {
        (work, None)
    }
}

/// What is to be known of a step beyond its run.
pub(super) struct Durable<C: ?Sized> {
    /// Of a step that keeps its results.
    pub(super) codec: Option<Codec<C>>,
    #[cfg(feature = "checkpoints")]
    pub(super) version: u32,
}

impl<C: ?Sized> Default for Durable<C> {
    fn default() -> Self {
        Self {
            codec: None,
            #[cfg(feature = "checkpoints")]
            version: 0,
        }
    }
}
