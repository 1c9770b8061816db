#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]

mod error;
mod owner;
mod record;

#[cfg(test)]
#[path = "../tests/nor/mod.rs"]
mod nor;

pub use error::Error;

use core::{fmt, ops::Range};
use embedded_storage_async::nor_flash::{NorFlash, ReadNorFlash};
use record::{Key, Record};
use rungs::fixed::Checkpoints;
use sequential_storage::{
    cache::{Cache, Uncached},
    map::{MapConfig, MapStorage},
};

/// How many bytes a [`FlashCheckpoints`] needs for results of up to `checkpoint` bytes: the `CHECKPOINT_BYTES` of a pipeline, or the
/// largest of several.
///
/// ```
/// assert_eq!(rungs_flash::buffer_size(20), 64);
/// ```
pub const fn buffer_size(checkpoint: usize) -> usize {
    let needed = (record::HEAD + checkpoint).next_multiple_of(LARGEST_WORD);
    if needed < LEAST_BUFFER { LEAST_BUFFER } else { needed }
}

/// The largest word of a flash that sequential-storage knows.
const LARGEST_WORD: usize = 32;
/// Two of these words: [`owner`] looks for what may begin at any of them.
const LEAST_BUFFER: usize = 2 * LARGEST_WORD;

/// The results of one run in a range of NOR flash, which this owns: [`Checkpoints`] for a board.
///
/// `BUFFER` is [`buffer_size`] of the results. Each result is written behind the ones before it, and the pages of the range are
/// erased in turn, so all of them wear out at the same time. What was written is read back. Power may be lost at any time.
///
/// The first call finds out whether the range is this crate's. A range that is erased becomes so; one that holds anything else is
/// refused, and never written to. What a loss of power has left half-done is mended then. O(range) reads, once.
///
/// Reading and writing a result take O(a page) reads each, and several pages if it is not found in the last one.
///
/// The package's page has an example.
pub struct FlashCheckpoints<F: NorFlash, const BUFFER: usize> {
    map: MapStorage<Key, F, Cache<Uncached, Uncached, Uncached, Key>>,
    run: u32,
    is_owner: bool,
    buffer: Buffer<BUFFER>,
}

/// Some controllers copy whole words.
#[repr(align(4))]
struct Buffer<const N: usize>([u8; N]);

impl<F: NorFlash, const BUFFER: usize> FlashCheckpoints<F, BUFFER> {
    /// The results of a run in this range of the flash, in bytes: whole pages, two at least. They should hold all results of all
    /// pipelines that use them once, and a page more.
    ///
    /// `run` is the number of the run: what has been stored under another number is not given to it, and is replaced. The number of
    /// an update, for example; with the same number always, each step is done once in the board's life.
    ///
    /// # Errors
    /// [`Error::Range`], if the range is none that can be used.
    pub fn new(flash: F, range: Range<u32>, run: u32) -> Result<Self, Error<F::Error>> {
        const { assert!(BUFFER >= LEAST_BUFFER, "take `rungs_flash::buffer_size(CHECKPOINT_BYTES)` for the buffer") };
        let Ok(config) = MapConfig::try_new(range) else { return Err(Error::Range) };
        let map = MapStorage::new(flash, config, Cache::new_uncached());
        Ok(Self { map, run, is_owner: false, buffer: Buffer([0; BUFFER]) })
    }

    /// Erases the whole range, whatever is in it: afterwards it is this crate's. It wears the flash out, so it is not for each run;
    /// another number of the run suffices there.
    ///
    /// # Errors
    /// The flash fails.
    pub async fn erase(&mut self) -> Result<(), Error<F::Error>> {
        self.is_owner = false;
        self.map.erase_all().await.map_err(Error::of)
    }

    /// Gives the flash back.
    pub fn into_flash(self) -> F {
        self.map.destroy().0
    }

    /// Finds out whose the range is, once.
    async fn own(&mut self) -> Result<(), Error<F::Error>> {
        if !self.is_owner {
            owner::own(&mut self.map, &mut self.buffer.0).await?;
            self.is_owner = true;
        }
        Ok(())
    }

    /// What is stored under this key by this run.
    async fn fetch(&mut self, key: u32) -> Result<Option<&[u8]>, Error<F::Error>> {
        let record = self.map.fetch_item::<Record<'_>>(&mut self.buffer.0, &Key(key)).await.map_err(Error::of)?;
        Ok(record.filter(|record| record.run == self.run).map(|record| record.bytes))
    }
}

impl<F: NorFlash, const BUFFER: usize> Checkpoints for FlashCheckpoints<F, BUFFER> {
    type Error = Error<F::Error>;

    async fn load(&mut self, key: u32, buffer: &mut [u8]) -> Result<Option<usize>, Self::Error> {
        self.own().await?;
        let Some(stored) = self.fetch(key).await? else { return Ok(None) };
        if let Some(buffer) = buffer.get_mut(..stored.len()) {
            buffer.copy_from_slice(stored);
        }
        Ok(Some(stored.len()))
    }

    async fn store(&mut self, key: u32, bytes: &[u8]) -> Result<(), Self::Error> {
        self.own().await?;
        if record::HEAD + bytes.len() > BUFFER {
            return Err(Error::TooLong);
        }
        let record = Record { run: self.run, bytes };
        let stored = self.map.store_item_generic(&mut self.buffer.0, &Key(key), &record).await;
        stored.map_err(Error::of)?;
        if self.fetch(key).await? == Some(bytes) { Ok(()) } else { Err(Error::ReadBack) }
    }
}

impl<F: NorFlash, const BUFFER: usize> fmt::Debug for FlashCheckpoints<F, BUFFER> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (range, run) = (self.map.flash_range(), self.run);
        f.debug_struct("FlashCheckpoints").field("range", &range).field("run", &run).finish_non_exhaustive()
    }
}

/// The length of a word: the larger one of those that are read and written.
const fn word<F: NorFlash>() -> usize {
    if F::WRITE_SIZE > <F as ReadNorFlash>::READ_SIZE { F::WRITE_SIZE } else { <F as ReadNorFlash>::READ_SIZE }
}
