//! A flash in RAM whose power may be lost at any word, and boots on it.

use core::{
    cell::{Cell, RefCell},
    future::{Future, pending, poll_fn},
    pin::{Pin, pin},
    task::Poll,
};

use embedded_storage_async::nor_flash::{ErrorType, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash};
use semihosting::{println, process};

const WORD: usize = 4;
const PAGE: usize = 256;
/// The flash, in bytes.
pub const LENGTH: usize = 4 * PAGE;

/// NOR flash: an erase sets bits, a write clears them. A reference to it is the controller.
#[derive(Debug)]
pub struct RamFlash {
    bytes: RefCell<[u8; LENGTH]>,
    /// How many words are written and erased before the power is lost.
    words: Cell<u32>,
    is_dark: Cell<bool>,
}

/// It does not fail otherwise.
#[derive(Debug)]
pub struct Never;

impl NorFlashError for Never {
    fn kind(&self) -> NorFlashErrorKind {
        NorFlashErrorKind::Other
    }
}

impl RamFlash {
    const fn new() -> Self {
        Self { bytes: RefCell::new([0xff; LENGTH]), words: Cell::new(0), is_dark: Cell::new(false) }
    }

    fn power_on(&self, words: u32) {
        self.words.set(words);
        self.is_dark.set(false);
    }

    /// Ready if there is power for another word.
    async fn word(&self) {
        match self.words.get().checked_sub(1) {
            Some(left) => self.words.set(left),
            None => {
                self.is_dark.set(true);
                pending().await
            }
        }
    }
}

impl ErrorType for &RamFlash {
    type Error = Never;
}

impl ReadNorFlash for &RamFlash {
    const READ_SIZE: usize = 1;

    async fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Never> {
        let all = self.bytes.borrow();
        let from = all.iter().skip(offset as usize);
        bytes.iter_mut().zip(from).for_each(|(byte, from)| *byte = *from);
        Ok(())
    }

    fn capacity(&self) -> usize {
        LENGTH
    }
}

impl NorFlash for &RamFlash {
    const WRITE_SIZE: usize = WORD;
    const ERASE_SIZE: usize = PAGE;

    async fn erase(&mut self, from: u32, to: u32) -> Result<(), Never> {
        for word in (from as usize..to as usize).step_by(WORD) {
            self.word().await;
            self.bytes.borrow_mut().iter_mut().skip(word).take(WORD).for_each(|byte| *byte = 0xff);
        }
        Ok(())
    }

    async fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Never> {
        for (word, new) in (offset as usize..).step_by(WORD).zip(bytes.chunks(WORD)) {
            self.word().await;
            self.bytes.borrow_mut().iter_mut().skip(word).zip(new).for_each(|(byte, new)| *byte &= *new);
        }
        Ok(())
    }
}

/// What the steps of a boot have done.
#[derive(Debug, Default)]
pub struct Calls(Cell<u32>);

impl Calls {
    /// A step's body: it waits once.
    pub async fn call(&self, value: u32) -> u32 {
        let mut is_first = true;
        poll_fn(|cx| {
            if core::mem::take(&mut is_first) {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            Poll::Ready(())
        })
        .await;
        self.0.set(self.0.get() + 1);
        value
    }
}

/// The number of steps of a boot, and how many of them may be in flight when the power is lost.
const STEPS: u32 = 8;
const WIDTH: u32 = 4;
/// What the last step of each boot comes to.
const ANNOUNCED: u32 = 100 + 3 + 4 + 6;

/// Boots on an erased flash, whose power is lost at each word, one after the other, and once more until the end. Prints how often
/// the power was lost and how large the boot's future is, and ends the emulation.
pub async fn at_every_word(boot: impl AsyncFn(&RamFlash, &Calls) -> Option<u32>) -> ! {
    for words in 0.. {
        let (flash, calls) = (RamFlash::new(), Calls::default());
        let (mut losses, mut bytes, mut ended) = (0, 0, None);
        for words in [words, u32::MAX] {
            flash.power_on(words);
            let boot = pin!(boot(&flash, &calls));
            bytes = size_of_val(boot.as_ref().get_ref());
            ended = until_dark(&flash, boot).await;
            losses += u32::from(ended.is_none());
        }
        let again = calls.0.get().saturating_sub(STEPS);
        if ended != Some(Some(ANNOUNCED)) || again > WIDTH {
            println!("after {words} words: {ended:?}, {again} bodies again");
            process::exit(1)
        }
        if losses == 0 {
            println!("losses {words}");
            println!("future {bytes}");
            process::exit(0)
        }
    }
    process::exit(1)
}

/// `None` if the power is lost before the end.
async fn until_dark<T>(flash: &RamFlash, mut boot: Pin<&mut impl Future<Output = T>>) -> Option<T> {
    poll_fn(|cx| match boot.as_mut().poll(cx) {
        Poll::Ready(ended) => Poll::Ready(Some(ended)),
        Poll::Pending if flash.is_dark.get() => Poll::Ready(None),
        Poll::Pending => Poll::Pending,
    })
    .await
}
