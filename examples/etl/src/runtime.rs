//! The runtimes that the job runs on, and all that it needs of one.

mod on_smol;
mod on_tokio;
mod own;

use std::io;
use std::pin::Pin;

use hyper::rt::{Read, Write};
use rungs::{AttemptSpawner, Timer};

pub(crate) use on_smol::OnSmol;
pub(crate) use on_tokio::OnTokio;
pub(crate) use own::Own;

use crate::db::{Loaded, Summary};
use crate::error::EtlError;

/// What the job needs of a runtime: a clock, sockets, and threads for the steps that block.
pub(crate) trait Runtime: 'static {
    /// Its clock.
    type Timer: Timer;

    /// Where the steps run that block.
    type Blocking: Blocking;

    /// A connection, as hyper reads and writes it. Dropping it closes it.
    type Stream: Read + Write + Unpin + Send;

    fn timer(&self) -> &Self::Timer;
    fn blocking(&self) -> Self::Blocking;
    fn connect(host: &str, port: u16) -> impl Future<Output = io::Result<Self::Stream>> + Send;
    fn block_on<F: Future>(&self, future: F) -> F::Output;
}

/// The future of a step that blocks.
pub(crate) type Work<T> = Pin<Box<dyn Future<Output = Result<T, EtlError>> + Send>>;

/// A spawner of all steps that block.
pub(crate) trait Blocking: Spawns<Loaded> + Spawns<Summary> + Spawns<String> + Copy {}

impl<S: Spawns<Loaded> + Spawns<Summary> + Spawns<String> + Copy> Blocking for S {}

/// A spawner of steps with this result.
pub(crate) trait Spawns<T>: AttemptSpawner<Work<T>, Handle: Send> + Send + Sync + 'static {}

impl<T, S: AttemptSpawner<Work<T>, Handle: Send> + Send + Sync + 'static> Spawns<T> for S {}

/// A step that blocks, as a spawner takes it.
pub(crate) fn work<T>(body: impl FnOnce() -> Result<T, EtlError> + Send + 'static) -> Work<T> {
    Box::pin(async { body() })
}

/// A runtime, by its name on the command line.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Name {
    /// smol, by `rungs-smol`.
    #[default]
    Smol,
    /// tokio, by `rungs-tokio`.
    Tokio,
    /// No runtime: std alone.
    Own,
}

impl Name {
    /// All of them, with what they are called.
    pub(crate) const ALL: [(&'static str, Self); 3] =
        [("smol", Self::Smol), ("tokio", Self::Tokio), ("own", Self::Own)];

    /// The runtime of this name.
    pub(crate) fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, runtime)| runtime)
    }
}

#[cfg(test)]
mod tests;
