//! Ten thousand steps asleep: what it costs to wake one, and how many are polled for it.

use futures_lite::future::block_on;
use rungs::{NoClock, Pipeline};
use rungs_benches::{
    clock::{median, timed},
    graph::Adding,
    table::{Target, figures, head},
};
use std::{
    future::{Future, poll_fn},
    hint::black_box,
    pin::pin,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll, Waker},
};

const SLEEPERS: usize = 10_000;
const WAKES: usize = 100_000;
const ROUNDS: usize = 9;
const POLLS: Target = Target::new("polls for one wake", 1.0);

/// What the steps share with those who wake them.
struct Bedroom {
    wakers: Mutex<Vec<Option<Waker>>>,
    polls: AtomicU64,
    morning: AtomicBool,
}

fn main() {
    if !rungs_benches::is_wanted() {
        return;
    }
    let bedroom = Arc::new(Bedroom {
        wakers: Mutex::new(vec![None; SLEEPERS]),
        polls: AtomicU64::new(0),
        morning: AtomicBool::new(false),
    });
    let mut pipeline = pipeline(&bedroom);
    let mut run = pin!(pipeline.run(&NoClock));
    let mut cx = Context::from_waker(Waker::noop());

    let (pending, asleep) = timed(|| run.as_mut().poll(&mut cx).is_pending());
    assert!(pending && bedroom.polls() == SLEEPERS as u64, "every step is polled once, and sleeps");

    let (mut one, mut batch, mut polls) = (Vec::new(), Vec::new(), 0);
    for _ in 0..ROUNDS {
        let before = bedroom.polls();
        let ((), nanos) = timed(|| {
            for i in 0..WAKES {
                // Far from one another, as wakes are.
                bedroom.wake(i * 7_919 % SLEEPERS);
                black_box(run.as_mut().poll(&mut cx).is_pending());
            }
        });
        one.push(nanos / WAKES as f64);
        polls += bedroom.polls() - before;
        let ((), nanos) = timed(|| {
            (0..SLEEPERS).for_each(|sleeper| bedroom.wake(sleeper));
            black_box(run.as_mut().poll(&mut cx).is_pending());
        });
        batch.push(nanos / SLEEPERS as f64);
    }

    bedroom.morning.store(true, Ordering::Relaxed);
    (0..SLEEPERS).for_each(|sleeper| bedroom.wake(sleeper));
    let report = block_on(run).expect("the plan is right");
    assert!(report.is_success(), "every step has ended well");

    head(&format!("{SLEEPERS} steps asleep"), &["ns", "polls"]);
    let polls = polls as f64 / (ROUNDS * WAKES) as f64;
    figures("to fall asleep", [asleep / SLEEPERS as f64, 1.0]);
    figures("wake one, poll", [median(one), polls]);
    figures("wake all, poll, each", [median(batch), 1.0]);
    POLLS.hold(polls);
}

fn pipeline(bedroom: &Arc<Bedroom>) -> Adding {
    let mut pipeline = Pipeline::with_error("sleepers");
    for sleeper in 0..SLEEPERS {
        let bedroom = bedroom.clone();
        pipeline.step(&format!("s{sleeper}")).run(move || {
            let bedroom = bedroom.clone();
            async move {
                poll_fn(|cx| bedroom.poll(sleeper, cx)).await;
                Ok(())
            }
        });
    }
    pipeline
}

impl Bedroom {
    fn poll(&self, sleeper: usize, cx: &Context<'_>) -> Poll<()> {
        self.polls.fetch_add(1, Ordering::Relaxed);
        if self.morning.load(Ordering::Relaxed) {
            return Poll::Ready(());
        }
        if let Some(waker) = self.wakers().get_mut(sleeper)
            && waker.as_ref().is_none_or(|known| !known.will_wake(cx.waker()))
        {
            *waker = Some(cx.waker().clone());
        }
        Poll::Pending
    }

    fn wake(&self, sleeper: usize) {
        if let Some(Some(waker)) = self.wakers().get(sleeper) {
            waker.wake_by_ref();
        }
    }

    fn polls(&self) -> u64 {
        self.polls.load(Ordering::Relaxed)
    }

    fn wakers(&self) -> MutexGuard<'_, Vec<Option<Waker>>> {
        self.wakers.lock().expect("no step panics")
    }
}
