//! A strict model of NOR flash: an erase sets bits, a write only clears them, and the power may be lost at any word of both.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::panic,
    clippy::unwrap_used,
    missing_docs,
    unnameable_types,
    reason = "a part of tests"
)]

extern crate std;

use embedded_storage_async::nor_flash::{ErrorType, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash};
use std::{
    cell::{Cell, RefCell},
    future::pending,
    vec,
    vec::Vec,
};

/// A flash with words of `WORD` bytes. A reference to it is the controller.
#[derive(Debug)]
pub struct Nor<const WORD: usize> {
    bytes: RefCell<Vec<u8>>,
    /// How many words are written and erased before the power is lost.
    fuse: Cell<u32>,
    pub is_dark: Cell<bool>,
    /// What of the last word is written or erased when the power is lost.
    pub torn: Cell<Torn>,
    /// The words that were written and erased.
    pub words: Cell<u32>,
    pub erases: Cell<u32>,
    /// Each write fails, as on a flash that is worn out.
    pub is_broken: Cell<bool>,
    /// These bits of each byte cannot be cleared.
    pub stuck: Cell<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Torn {
    Nothing,
    /// The first half of its bytes.
    Half,
    All,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken;

impl NorFlashError for Broken {
    fn kind(&self) -> NorFlashErrorKind {
        NorFlashErrorKind::Other
    }
}

impl<const WORD: usize> Nor<WORD> {
    /// Small, so that a boot goes through several.
    pub const PAGE: usize = 64 * WORD;

    pub fn new(length: usize) -> Self {
        Self {
            bytes: RefCell::new(vec![0xff; length]),
            fuse: Cell::new(u32::MAX),
            is_dark: Cell::new(false),
            torn: Cell::new(Torn::Nothing),
            words: Cell::new(0),
            erases: Cell::new(0),
            is_broken: Cell::new(false),
            stuck: Cell::new(0),
        }
    }

    pub fn with(bytes: Vec<u8>) -> Self {
        let nor = Self::new(0);
        nor.bytes.replace(bytes);
        nor
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.bytes.borrow().clone()
    }

    /// Switches the power on, for so many words.
    pub fn power_on(&self, words: u32) {
        self.fuse.set(words);
        self.is_dark.set(false);
    }

    /// How much of the next word is done: all of it, or what is left if the power is lost. Without power nothing goes on.
    fn next_word(&self) -> usize {
        let left = self.fuse.get();
        self.fuse.set(left.saturating_sub(1));
        if left > 0 {
            self.words.set(self.words.get() + 1);
            return WORD;
        }
        self.is_dark.set(true);
        match self.torn.get() {
            Torn::Nothing => 0,
            Torn::Half => WORD / 2,
            Torn::All => WORD,
        }
    }
}

impl<const WORD: usize> ErrorType for &Nor<WORD> {
    type Error = Broken;
}

impl<const WORD: usize> ReadNorFlash for &Nor<WORD> {
    const READ_SIZE: usize = 1;

    async fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Broken> {
        if self.is_dark.get() {
            return pending().await;
        }
        let from = offset as usize;
        bytes.copy_from_slice(&self.bytes.borrow()[from..from + bytes.len()]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.bytes.borrow().len()
    }
}

impl<const WORD: usize> NorFlash for &Nor<WORD> {
    const WRITE_SIZE: usize = WORD;
    const ERASE_SIZE: usize = Nor::<WORD>::PAGE;

    async fn erase(&mut self, from: u32, to: u32) -> Result<(), Broken> {
        assert!(from < to && (from as usize).is_multiple_of(Self::ERASE_SIZE), "{from} to {to}");
        assert!((to as usize).is_multiple_of(Self::ERASE_SIZE), "{from} to {to}");
        self.erases.set(self.erases.get() + 1);
        for word in (from as usize..to as usize).step_by(WORD) {
            if self.is_dark.get() {
                return pending().await;
            }
            let done = self.next_word();
            self.bytes.borrow_mut()[word..word + done].fill(0xff);
        }
        if self.is_dark.get() { pending().await } else { Ok(()) }
    }

    async fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Broken> {
        let from = offset as usize;
        assert!(from.is_multiple_of(WORD) && bytes.len().is_multiple_of(WORD), "{} bytes at {from}", bytes.len());
        if self.is_broken.get() {
            return Err(Broken);
        }
        for (word, new) in (from..).step_by(WORD).zip(bytes.chunks(WORD)) {
            if self.is_dark.get() {
                return pending().await;
            }
            let done = self.next_word();
            for (kept, new) in self.bytes.borrow_mut()[word..word + done].iter_mut().zip(new) {
                assert_eq!(*kept & new, *new, "a bit at {word} is to be set by a write");
                *kept = new | self.stuck.get();
            }
        }
        if self.is_dark.get() { pending().await } else { Ok(()) }
    }
}
