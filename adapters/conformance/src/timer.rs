//! The rules of a timer.

use crate::alive::ms;
use alloc::{boxed::Box, sync::Arc, task::Wake, vec::Vec};
use core::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::atomic::{AtomicBool, Ordering::SeqCst},
    task::{Context, Poll, Waker},
    time::Duration,
};
use rungs::{Instant, Timer};

/// Sleeps until the time has come, as a run does: a sleep may end early, but it ends.
async fn until<T: Timer>(timer: &T, deadline: Instant) {
    while timer.now() < deadline {
        timer.sleep_until(deadline).await;
    }
}

/// Polls two futures until one has ended; whether it was the first.
async fn first_of(one: impl Future<Output = ()>, other: impl Future<Output = ()>) -> bool {
    let (mut one, mut other) = (pin!(one), pin!(other));
    poll_fn(|cx| {
        if one.as_mut().poll(cx).is_ready() {
            return Poll::Ready(true);
        }
        other.as_mut().poll(cx).map(|()| false)
    })
    .await
}

pub async fn time_never_goes_back<T: Timer>(timer: &T) {
    let mut last = Instant::ZERO;
    for turn in 0..100_000 {
        if turn % 20_000 == 0 {
            timer.sleep_until(timer.now() + ms(1)).await;
        }
        let now = timer.now();
        assert!(now >= last, "{now} after {last}");
        last = now;
    }
}

pub async fn sleeps_are_never_short<T: Timer>(timer: &T) {
    for nanos in [1, 999, 1_000, 1_001, 999_999, 1_234_567, 10_000_000] {
        let deadline = timer.now() + Duration::from_nanos(nanos);
        let mut sleeps = 0;
        while timer.now() < deadline {
            timer.sleep_until(deadline).await;
            sleeps += 1;
            assert!(sleeps < 10_000, "sleeps until {deadline} end at once, and it is {}", timer.now());
        }
    }
}

pub async fn the_past_has_come_already<T: Timer>(timer: &T) {
    timer.sleep_until(Instant::ZERO).await;
    until(timer, Instant::ZERO + ms(1)).await;
    timer.sleep_until(timer.now()).await;
}

/// Far deadlines neither panic nor wrap around into the past, nor stand in the way of near ones.
pub async fn far_deadlines_do_not_come<T: Timer>(timer: &T) {
    let now = timer.now();
    let year = Duration::from_secs(365 * 24 * 60 * 60);
    let saturating = [now + year, now + 100 * year, now + Duration::MAX, Instant::NEVER];
    let edges = [i64::MAX as u64, 1 << 63, u64::MAX - 1].map(Instant::from_nanos);
    for far in saturating.into_iter().chain(edges) {
        let came = first_of(timer.sleep_until(far), until(timer, timer.now() + ms(1))).await;
        assert!(!came, "{far} came within a millisecond of {now}");
    }
}

pub async fn ten_thousand_sleeps_end<T: Timer>(timer: &T) {
    let start = timer.now();
    let mut sleeps: Vec<_> = (0..10_000)
        .map(|n| {
            let deadline = start + Duration::from_micros(n * 7 % 20_000);
            (deadline, Some(Box::pin(timer.sleep_until(deadline))))
        })
        .collect();
    poll_fn(|cx| {
        let mut is_over = true;
        for (deadline, sleep) in &mut sleeps {
            while let Some(current) = sleep {
                if current.as_mut().poll(cx).is_pending() {
                    is_over = false;
                    break;
                }
                // One that ended early sleeps again, as a run's sleep does.
                *sleep = (timer.now() < *deadline).then(|| Box::pin(timer.sleep_until(*deadline)));
            }
        }
        if is_over { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// A run may be polled by another task: the sleep then wakes that one.
pub async fn the_waker_of_the_last_poll_is_woken<T: Timer>(timer: &T) {
    struct Flag(AtomicBool, Waker);
    impl Wake for Flag {
        fn wake(self: Arc<Self>) {
            self.0.store(true, SeqCst);
            self.1.wake_by_ref();
        }
    }
    let mut sleep = pin!(timer.sleep_until(timer.now() + ms(20)));
    // The first poll is with another waker than the later ones.
    let is_over = sleep.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
    let mut flag = None;
    if !is_over {
        poll_fn(|cx| {
            let flag = flag.get_or_insert_with(|| Arc::new(Flag(AtomicBool::new(false), cx.waker().clone())));
            let waker = Waker::from(flag.clone());
            Pin::as_mut(&mut sleep).poll(&mut Context::from_waker(&waker))
        })
        .await;
        assert!(flag.is_some_and(|flag| flag.0.load(SeqCst)), "the sleep ended without a wake of the later waker");
    }
}

pub async fn dropped_sleeps_leave_the_others_alone<T: Timer>(timer: &T) {
    let deadline = timer.now() + ms(5);
    for _ in 0..100 {
        let mut dropped = Box::pin(timer.sleep_until(deadline));
        poll_fn(|cx| Poll::Ready(dropped.as_mut().poll(cx).is_ready())).await;
    }
    until(timer, deadline).await;
}
