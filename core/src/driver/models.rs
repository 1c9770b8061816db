//! Models for loom, which tries every interleaving of threads that wake a run, stop it, and the run itself. A run that nobody
//! wakes is a deadlock, and that fails the model.

#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

use super::{slots::WakerSlots, wakes::Pass};
use crate::cancel::{CancelToken, Tokens};
use alloc::{sync::Arc, vec::Vec};
use core::{
    future::poll_fn,
    task::{Context, Poll, Waker},
};
use loom::{
    future::block_on,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};
use rungs_scheduler::Stop;

/// The steps that were woken, as the driver finds them.
fn woken_steps(slots: &WakerSlots) -> Vec<u32> {
    let mut pass = Pass::default();
    let woken = core::iter::from_fn(|| pass.next(&slots.wakes().woken));
    woken.filter_map(|slot| slots.step_in(slot)).collect()
}

/// Ends a poll as the driver does: who was woken before the run registered its waker needs another poll.
fn wait_for_wakes(slots: &WakerSlots, cx: &Context<'_>) {
    slots.wakes().run.register(cx.waker());
    if slots.wakes().woken.is_any() {
        cx.waker().wake_by_ref();
    }
}

/// A slot for a step.
fn slot_for(slots: &mut WakerSlots, step: u32) -> Waker {
    let slot = slots.acquire();
    slots.assign(slot, step, step as usize + 1);
    slots.waker(slot).unwrap().clone()
}

/// Finishes a step's work on another thread, and wakes the step.
fn work(done: &Arc<AtomicUsize>, waker: Waker) -> thread::JoinHandle<()> {
    let done = done.clone();
    thread::spawn(move || {
        done.store(1, Ordering::Relaxed);
        waker.wake();
    })
}

/// Polls until each step of a thread was woken and its work is seen.
fn run_until_done(slots: &WakerSlots, works: &[(u32, Arc<AtomicUsize>)]) {
    let mut waits: Vec<_> = works.iter().collect();
    block_on(poll_fn(|cx| {
        for woken in woken_steps(slots) {
            // A spurious wake finds the work unfinished. What was done before a wake is visible to the poll that it causes.
            waits.retain(|(step, done)| *step != woken || done.load(Ordering::Relaxed) == 0);
        }
        if waits.is_empty() {
            return Poll::Ready(());
        }
        wait_for_wakes(slots, cx);
        Poll::Pending
    }));
}

#[test]
fn a_run_is_woken_for_each_of_its_steps() {
    loom::model(|| {
        let mut slots = WakerSlots::new(2);
        let works = [0, 1].map(|step| (step, Arc::new(AtomicUsize::new(0))));
        let threads: Vec<_> = works.iter().map(|(step, done)| work(done, slot_for(&mut slots, *step))).collect();
        run_until_done(&slots, &works);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

#[test]
fn a_stale_wake_of_a_reused_slot_loses_no_wake_of_the_next_step() {
    loom::model(|| {
        let mut slots = WakerSlots::new(1);
        let stale = slot_for(&mut slots, 0);
        let late = thread::spawn(move || stale.wake());
        slots.release(0);
        let next = (1, Arc::new(AtomicUsize::new(0)));
        let thread = work(&next.1, slot_for(&mut slots, 1));
        run_until_done(&slots, &[next]);
        late.join().unwrap();
        thread.join().unwrap();
    });
}

#[test]
fn a_run_that_moved_is_woken_where_it_is_now() {
    loom::model(|| {
        let mut slots = WakerSlots::new(1);
        let only = (0, Arc::new(AtomicUsize::new(0)));
        let thread = work(&only.1, slot_for(&mut slots, 0));
        // The poll of another executor, before the move. What it finds is done by it.
        slots.wakes().run.register(Waker::noop());
        run_until_done(&slots, &[only]);
        thread.join().unwrap();
    });
}

/// Polls the tokens as the driver does, until so many requests came.
fn requests(tokens: &mut Tokens, count: usize) -> Vec<Stop> {
    let mut requests = Vec::new();
    block_on(poll_fn(|cx| {
        while let Some(stop) = tokens.poll_next(cx) {
            requests.push(stop);
        }
        if requests.len() == count { Poll::Ready(()) } else { Poll::Pending }
    }));
    requests
}

fn watched(tokens: &[&CancelToken]) -> Tokens {
    let mut watched = Tokens::default();
    tokens.iter().for_each(|token| watched.add((*token).clone()));
    watched
}

#[test]
fn a_request_of_another_thread_wakes_the_run() {
    loom::model(|| {
        let token = CancelToken::new();
        let mut tokens = watched(&[&token]);
        let thread = thread::spawn(move || token.drain());
        assert_eq!(requests(&mut tokens, 1), [Stop::Drain]);
        thread.join().unwrap();
    });
}

#[test]
fn two_cancels_of_two_threads_are_two() {
    loom::model(|| {
        let token = CancelToken::new();
        let mut tokens = watched(&[&token]);
        let threads = [token.clone(), token].map(|token| thread::spawn(move || token.cancel()));
        assert_eq!(requests(&mut tokens, 2), [Stop::Cancel, Stop::Cancel]);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

#[test]
fn either_of_two_tokens_wakes_the_run() {
    loom::model(|| {
        let [first, second] = [CancelToken::new(), CancelToken::new()];
        let mut tokens = watched(&[&first, &second]);
        let thread = thread::spawn(move || second.cancel());
        assert_eq!(requests(&mut tokens, 1), [Stop::Cancel]);
        thread.join().unwrap();
    });
}
