//! Shared resources under real threads: never more in flight than there are units, and nothing is left over, whatever runs
//! are dropped.

use crate::{THREADS, number};
use rungs::{NoClock, Pipeline, SharedResource};
use std::{
    pin::pin,
    sync::atomic::{AtomicU32, Ordering},
    task::{Context, Poll, Waker},
    thread,
};

const UNITS: u32 = 3;

/// What is in flight, by the steps' own count.
#[derive(Default)]
struct InFlight {
    now: AtomicU32,
    most: AtomicU32,
}

/// Counts as long as it lives.
struct Counted<'c>(&'c InFlight, u32);

impl<'c> Counted<'c> {
    fn new(counts: &'c InFlight, units: u32) -> Self {
        let now = counts.now.fetch_add(units, Ordering::SeqCst) + units;
        counts.most.fetch_max(now, Ordering::SeqCst);
        Self(counts, units)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.now.fetch_sub(self.1, Ordering::SeqCst);
    }
}

/// Gives way to the other threads, and is polled again.
async fn give_way() {
    let mut first = true;
    std::future::poll_fn(|cx| {
        if std::mem::take(&mut first) {
            thread::yield_now();
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(())
    })
    .await;
}

/// One run after the other; every third is dropped after its first poll.
fn runs(seed: u64, runs: u64, resources: &[SharedResource; 2], counts: &[InFlight; 2]) {
    for run in seed..seed + runs {
        let mut p = Pipeline::with_error::<&str>("shared");
        for (name, which) in [("a", 0), ("b", 1), ("c", 0), ("both", 2)] {
            let units = 1 + (run as u32 + which) % UNITS;
            let uses = [0, 1].map(|index| if which == 2 || which == index { units } else { 0 });
            let mut step = p.step(name);
            for (resource, units) in resources.iter().zip(uses).filter(|(_, units)| *units > 0) {
                step = step.uses(resource, units);
            }
            step.run(move || async move {
                let _counted = [Counted::new(&counts[0], uses[0]), Counted::new(&counts[1], uses[1])];
                give_way().await;
                Ok(())
            });
        }
        if run.is_multiple_of(3) {
            let mut dropped = pin!(p.run(&NoClock));
            let _ = dropped.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        } else {
            let report = futures_lite::future::block_on(p.run(&NoClock)).unwrap();
            assert!(report.is_success(), "{report}");
        }
    }
}

#[test]
fn threads_share_resources() {
    let resources = ["disk", "db"].map(|name| SharedResource::new(name, UNITS));
    let counts = [InFlight::default(), InFlight::default()];
    let share = number("RUNGS_STRESS", 400);
    thread::scope(|scope| {
        for thread in 0..THREADS as u64 {
            let (resources, counts) = (&resources, &counts);
            scope.spawn(move || runs(thread, share, resources, counts));
        }
    });
    for (resource, counts) in resources.iter().zip(&counts) {
        assert_eq!((resource.free(), resource.waiting(), counts.now.load(Ordering::SeqCst)), (UNITS, 0, 0));
        assert!(counts.most.load(Ordering::SeqCst) <= UNITS, "{} in flight", counts.most.load(Ordering::SeqCst));
    }
}
