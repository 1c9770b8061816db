//! Flashes that are full, worn out, damaged or somebody else's: each is told in words, and nothing is erased for it.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, unnameable_types, reason = "tests")]

mod nor;

use futures_lite::future::block_on;
use nor::{Broken, Nor};
use rungs::{
    NoClock, StepError,
    fixed::{CheckpointError, Checkpoints},
};
use rungs_flash::{Error, FlashCheckpoints};
use sequential_storage::{
    cache::Cache,
    map::{MapConfig, MapStorage},
};

const LENGTH: usize = 4 * Nor::<4>::PAGE;

type Store<'n> = FlashCheckpoints<&'n Nor<4>, 64>;

fn open(nor: &Nor<4>) -> Store<'_> {
    FlashCheckpoints::new(nor, 0..LENGTH as u32, 1).unwrap()
}

fn load(store: &mut Store<'_>, key: u32) -> Result<Option<Vec<u8>>, Error<Broken>> {
    let mut buffer = [0; 40];
    let length = block_on(store.load(key, &mut buffer))?;
    Ok(length.map(|length| buffer[..length].to_vec()))
}

/// A range with some results.
fn in_use() -> Vec<u8> {
    let nor = Nor::new(LENGTH);
    let mut store = open(&nor);
    for key in 0..4 {
        block_on(store.store(key, &[key as u8; 8])).unwrap();
    }
    nor.bytes()
}

/// Neither reading nor writing changes these contents.
#[track_caller]
fn assert_refused(contents: Vec<u8>, expected: Error<Broken>) {
    let nor = Nor::with(contents.clone());
    let mut store = open(&nor);
    assert_eq!(load(&mut store, 1), Err(expected));
    assert_eq!(block_on(store.store(1, &[1])), Err(expected));
    assert!(nor.bytes() == contents, "the contents have changed");
    // Who gives them up can go on.
    block_on(store.erase()).unwrap();
    assert_eq!(block_on(store.store(1, &[1])), Ok(()));
    assert_eq!(load(&mut store, 1), Ok(Some(vec![1])));
}

#[test]
fn what_is_not_ours_is_refused() {
    let text = b"It was a bright cold day in April, and the clocks were striking thirteen. ";
    assert_refused(text.iter().copied().cycle().take(LENGTH).collect(), Error::Foreign);
    assert_refused(vec![0; LENGTH], Error::Foreign);
    // A value at the beginning, in the middle, or at the end.
    for at in [0, 1, 5, 12, 27, 28, 40, LENGTH / 2, LENGTH - 1] {
        let mut erased = vec![0xff; LENGTH];
        erased[at] = 0x5a;
        assert_refused(erased, Error::Foreign);
    }
}

#[test]
fn another_map_is_refused() {
    let nor = Nor::<4>::new(LENGTH);
    let mut map = MapStorage::<u32, _, _>::new(&nor, MapConfig::new(0..LENGTH as u32), Cache::new_uncached());
    for key in 0..3_u32 {
        block_on(map.store_item(&mut [0; 32], &key, &7_u64)).unwrap();
    }
    assert_refused(nor.bytes(), Error::Foreign);
}

#[test]
fn damage_that_no_loss_of_power_explains_is_refused() {
    let mut closed = in_use();
    for page in closed.chunks_mut(Nor::<4>::PAGE) {
        // Each page says that it is full.
        page[..4].fill(0);
        page[Nor::<4>::PAGE - 4..].fill(0);
    }
    assert_refused(closed, Error::Corrupt);
}

#[test]
fn a_bit_that_has_flipped_loses_one_result_and_no_other() {
    let mut contents = in_use();
    // In the third of the four results, which lie behind the page's state and the mark.
    let result = contents.windows(8).position(|bytes| *bytes == [2; 8]).unwrap();
    contents[result] ^= 1;
    let nor = Nor::with(contents);
    let mut store = open(&nor);
    let loaded: Vec<_> = (0..4).map(|key| load(&mut store, key).unwrap().is_some()).collect();
    assert_eq!(loaded, [true, true, false, true]);
}

#[test]
fn a_full_flash_is_told_and_keeps_what_it_has() {
    let nor = Nor::new(LENGTH);
    let mut store = open(&nor);
    let stored = (0..100).take_while(|&key| match block_on(store.store(key, &[key as u8; 20])) {
        Ok(()) => true,
        Err(error) => {
            assert_eq!(error, Error::Full);
            false
        }
    });
    let stored = stored.count() as u32;
    assert!((12..20).contains(&stored), "{stored} results in three pages");
    for key in 0..stored {
        assert_eq!(load(&mut store, key), Ok(Some(vec![key as u8; 20])));
    }
    assert_eq!(block_on(store.store(7, &[1; 60])), Err(Error::TooLong), "for the buffer");
}

#[test]
fn a_flash_that_is_worn_out_is_told() {
    let nor = Nor::with(in_use());
    let mut store = open(&nor);
    nor.stuck.set(0b100);
    assert_eq!(block_on(store.store(9, &[0; 8])), Err(Error::ReadBack));
    nor.stuck.set(0);
    nor.is_broken.set(true);
    assert_eq!(block_on(store.store(9, &[0; 8])), Err(Error::Flash(Broken)));
    assert_eq!(load(&mut store, 3), Ok(Some(vec![3; 8])));
}

#[test]
fn a_range_consists_of_whole_pages() {
    let nor = Nor::<4>::new(LENGTH);
    for range in [0..Nor::<4>::PAGE as u32, 4..LENGTH as u32, 0..LENGTH as u32 - 4] {
        let store = FlashCheckpoints::<_, 64>::new(&nor, range, 1);
        assert_eq!(store.err(), Some(Error::Range));
    }
}

#[test]
fn another_run_begins_anew() {
    let nor = Nor::with(in_use());
    let mut store = FlashCheckpoints::<_, 64>::new(&nor, 0..LENGTH as u32, 2).unwrap();
    assert_eq!(load(&mut store, 1), Ok(None));
    block_on(store.store(1, &[7])).unwrap();
    assert_eq!(load(&mut store, 1), Ok(Some(vec![7])));
    assert_eq!(load(&mut open(&nor), 1), Ok(None), "it was replaced");
}

#[rungs::pipeline(error = super::Fault)]
mod boot {
    #[step(checkpoint)]
    pub async fn radio() -> u32 {
        7
    }
    #[step]
    pub async fn announce(radio: &u32) -> u32 {
        *radio
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Store(CheckpointError<Error<Broken>>),
}

#[test]
fn an_error_of_the_flash_is_that_of_the_step() {
    let nor = Nor::<4>::with(vec![0; LENGTH]);
    let mut store = open(&nor);
    let report = block_on(boot::runner().checkpoints(&mut store, Fault::Store).run((), &NoClock));
    let radio = report.get("radio").unwrap();
    let foreign = Fault::Store(CheckpointError::Store(Error::Foreign));
    assert_eq!(radio.error(), Some(StepError::Failed(&foreign)));
    assert_eq!((radio.attempts(), report.exit_code(), report.outputs.announce), (0, 1, None));
    let Fault::Store(error) = foreign;
    assert_eq!(error.to_string(), "the range of the flash holds something else, and was left as it is");
}
