//! A boot of eight steps whose power is lost at every word that it writes or erases: it goes on until it has ended, and no step
//! whose result was stored runs again.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, unnameable_types, reason = "tests")]

mod nor;

use nor::{Broken, Nor, Torn};
use rungs::{EventKind, NoClock, Status, fixed::CheckpointError};
use rungs_flash::{Error, FlashCheckpoints, buffer_size};
use std::{
    cell::RefCell,
    collections::BTreeSet,
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

/// The boot of a sensor board: two sensors on one bus, a radio modem, a watchdog. All but the first step are checkpoints.
#[rungs::pipeline(error = super::Fault)]
mod boot {
    use futures_lite::future::yield_now;

    #[context]
    #[derive(Debug, Default)]
    pub struct Board {
        pub bus: u32,
        pub modem: u32,
    }

    #[derive(
        Clone,
        Copy,
        Debug,
        PartialEq,
        Eq,
        serde::Serialize,
        serde::Deserialize,
        postcard::experimental::max_size::MaxSize,
    )]
    pub struct Imu {
        pub bias: [i16; 3],
        pub is_calibrated: bool,
    }

    #[step]
    pub async fn power() -> u32 {
        yield_now().await;
        3_300
    }
    #[step(checkpoint)]
    pub async fn clock() -> u32 {
        yield_now().await;
        32_768
    }
    #[step(checkpoint)]
    pub async fn imu(bus: &mut u32, power: &u32) -> Imu {
        yield_now().await;
        *bus += 1;
        Imu { bias: [*power as i16, -2, 300], is_calibrated: true }
    }
    #[step(checkpoint)]
    pub async fn baro(bus: &mut u32, power: &u32) -> u64 {
        yield_now().await;
        *bus += 1;
        u64::from(*power) << 20
    }
    #[step(checkpoint)]
    pub async fn radio(modem: &mut u32, power: &u32) -> Result<u32, super::Fault> {
        yield_now().await;
        *modem += 1;
        Ok(power / 100)
    }
    #[step(checkpoint)]
    pub async fn join(modem: &mut u32, radio: &u32) -> Result<(u32, u8), super::Fault> {
        yield_now().await;
        *modem += 1;
        Ok((radio * 7, 5))
    }
    #[step(checkpoint)]
    pub async fn watchdog(clock: &u32) {
        assert_eq!(*clock, 32_768);
    }
    #[step(checkpoint)]
    pub async fn announce(imu: &Imu, baro: &u64, join: &(u32, u8)) -> u64 {
        assert!(imu.is_calibrated);
        baro + u64::from(join.0) + imu.bias[2] as u64
    }
}

const ANNOUNCED: u64 = (3_300 << 20) + 33 * 7 + 300;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Store(CheckpointError<Error<Broken>>),
}

/// What is known of a boot through all losses of power.
#[derive(Debug, Default)]
struct Known {
    stored: BTreeSet<String>,
    boots: u32,
}

/// Boots until the end, or until the power is lost.
fn boot<const WORD: usize>(nor: &Nor<WORD>, run: u32, known: &mut Known) -> Option<boot::Report> {
    known.boots += 1;
    let range = 0..nor.bytes().len() as u32;
    let mut store = FlashCheckpoints::<_, { buffer_size(boot::CHECKPOINT_BYTES) }>::new(nor, range, run).unwrap();
    let (mut board, stored) = (boot::Board::default(), RefCell::new(&mut known.stored));
    let is_checkpoint = |name: &str| name != "power";
    let run = boot::runner()
        .checkpoints(&mut store, Fault::Store)
        .on_event(|event| match event.kind {
            EventKind::Started if is_checkpoint(event.name) => {
                assert!(!stored.borrow().contains(event.name), "`{}` is stored, and runs again", event.name);
            }
            EventKind::Ended { status, .. } if is_checkpoint(event.name) => {
                assert_eq!(status, Status::Success, "{event:?}");
                stored.borrow_mut().insert(event.name.into());
            }
            EventKind::Outdated(outdated) => panic!("{}: {outdated}", event.name),
            _ => {}
        })
        .run(&mut board, &NoClock);
    let report = until_dark(nor, run)?;
    assert_eq!((report.exit_code(), report.outputs.announce), (0, Some(ANNOUNCED)), "{report:?}");
    assert_eq!(report.outputs.imu, Some(boot::Imu { bias: [3_300, -2, 300], is_calibrated: true }));
    Some(report)
}

fn until_dark<T, const WORD: usize>(nor: &Nor<WORD>, run: impl Future<Output = T>) -> Option<T> {
    let mut run = pin!(run);
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        match run.as_mut().poll(&mut cx) {
            Poll::Ready(ended) => return Some(ended),
            Poll::Pending if nor.is_dark.get() => return None,
            Poll::Pending => {}
        }
    }
}

/// Boots on a flash with these contents, whose power is lost after each of these numbers of words, and then no more.
fn boots<const WORD: usize>(contents: &[u8], torn: Torn, losses: &[u32]) -> (u32, Known) {
    let nor = Nor::<WORD>::with(contents.to_vec());
    nor.torn.set(torn);
    let mut known = Known::default();
    for &words in losses.iter().chain([&u32::MAX]) {
        nor.power_on(words);
        if boot(&nor, 7, &mut known).is_some() {
            break;
        }
    }
    // All is there for who asks once more, and nothing is written for that.
    let words = nor.words.get();
    nor.power_on(u32::MAX);
    let report = boot(&nor, 7, &mut known).unwrap();
    assert_eq!(report.steps().filter(|step| step.is_given()).count(), 7);
    assert_eq!(nor.words.get(), words);
    (words, known)
}

/// A flash of four small pages on which so many boots have ended, each with a number of its own.
fn used<const WORD: usize>(boots: u32) -> Vec<u8> {
    let nor = Nor::<WORD>::new(4 * Nor::<WORD>::PAGE);
    for run in 100..100 + boots {
        let mut known = Known::default();
        let report = boot(&nor, run, &mut known).unwrap();
        assert_eq!(report.steps().filter(|step| step.is_given()).count(), 0, "another run");
    }
    nor.bytes()
}

/// Power lost at each word of the first boot, and at each second word of the next one.
fn at_every_word<const WORD: usize>(contents: &[u8], stride: usize) -> (u32, u32) {
    let (mut losses, mut most) = (0, 0);
    for torn in [Torn::Nothing, Torn::Half, Torn::All] {
        let (words, _) = boots::<WORD>(contents, torn, &[]);
        for first in 0..words {
            for second in (0..words).step_by(stride) {
                let (_, known) = boots::<WORD>(contents, torn, &[first, second]);
                losses += known.boots.saturating_sub(2);
                most = most.max(known.boots);
            }
        }
    }
    (losses, most)
}

#[test]
fn power_lost_at_every_word_of_a_first_boot() {
    let erased = vec![0xff; 4 * Nor::<4>::PAGE];
    let (losses, _) = at_every_word::<4>(&erased, 3);
    println!("{losses} losses of power");
    assert!(losses > 1_000);
}

#[test]
fn power_lost_at_every_word_of_a_boot_on_a_flash_that_is_in_use() {
    for boots in 1..6 {
        let (losses, _) = at_every_word::<4>(&used::<4>(boots), 17);
        println!("after {boots} boots: {losses} losses of power");
    }
}

#[test]
fn power_lost_at_every_word_of_a_flash_with_long_words() {
    let (losses, _) = at_every_word::<8>(&used::<8>(4), 7);
    assert!(losses > 100, "{losses}");
}
