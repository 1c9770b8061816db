//! The storage of a run: as large as it says, with any contents before, and never more.

use rungs::Instant;
use rungs::scheduler::{Scheduler, Storage};

use crate::layout::{Buffers, Layout};
use crate::oracle::build::{case, ok, step};
use crate::random::{Random, seeds};
use crate::sim::{play_on, play_traced};

#[test]
fn used_and_larger_storage_changes_nothing() {
    let mut storage = Buffers::default();
    for seed in seeds(5_000) {
        let case = Random::new(seed).case(30);
        let (used, fresh) = (play_on(&mut storage, &case), play_traced(&case));
        assert!(used.trace == fresh.trace && used.outcome == fresh.outcome, "seed {seed}: {case}");
    }
}

/// A plan that needs every part of the storage.
fn layout() -> Layout {
    let first = step([ok(1)]).retries(1).uses([(0, 1)]);
    Layout::new(&case([first.clone(), first.clone().needs([0]), first.needs([0])]).capacities([1]).levels())
}

#[test]
fn any_slice_that_is_too_short_is_an_error() {
    let layout = layout();
    let shorten: [fn(&mut Storage<'_>); 5] = [
        |storage| _ = storage.states.split_off_first_mut(),
        |storage| _ = storage.ready.split_off_first_mut(),
        |storage| _ = storage.timers.split_off_first_mut(),
        |storage| _ = storage.free.split_off_first_mut(),
        |storage| _ = storage.open.split_off_first_mut(),
    ];
    let needed = layout.needed();
    for (slice, shorten) in shorten.iter().enumerate() {
        let mut storage = Buffers::default();
        let mut storage = storage.grow_to(needed).lend();
        shorten(&mut storage);
        let made = Scheduler::new(layout.plan(), layout.numbering(), layout.config(), storage, Instant::ZERO);
        let error = made.map(|_| ()).expect_err("one is missing");
        assert_eq!(error.0, needed, "slice {slice}");
        let text = "too many steps for the storage: 3 states and 3 timers are needed";
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn a_plan_without_steps_needs_no_storage() {
    let layout = Layout::new(&case([]));
    let storage = Storage { ready: &mut [0], ..Storage::default() };
    let run = Scheduler::new(layout.plan(), layout.numbering(), layout.config(), storage, Instant::ZERO);
    let mut run = run.expect("nothing is needed but a word");
    assert!(run.has_ended());
    assert_eq!((run.poll_action(Instant::ZERO), run.poll_deadline()), (None, None));
}
