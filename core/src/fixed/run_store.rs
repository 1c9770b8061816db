//! The store of a run, as a type, so that a run without one has no code for it.

use super::static_plan::Fallible;
use core::future::Future;

/// The store of a run, or none: `()`.
pub trait RunStore<P: Fallible> {
    /// Whether there is one.
    const IS_THERE: bool;

    /// Reads what was last stored under this key, and returns its length; `None` if there is nothing.
    fn load(&mut self, key: u32, buffer: &mut [u8]) -> impl Future<Output = Result<Option<usize>, P::Error>>;

    /// Stores bytes under this key. Without bytes, the result could not be encoded.
    fn store(&mut self, key: u32, bytes: Option<&[u8]>) -> impl Future<Output = Result<(), P::Error>>;
}

impl<P: Fallible> RunStore<P> for () {
    const IS_THERE: bool = false;

    async fn load(&mut self, _: u32, _: &mut [u8]) -> Result<Option<usize>, P::Error> {
        Ok(None)
    }

    async fn store(&mut self, _: u32, _: Option<&[u8]>) -> Result<(), P::Error> {
        Ok(())
    }
}
