//! The executor: polls what was woken, and moves the clock when nothing was.

use super::{error::SimError, state::Shared};
use crate::Instant;
use alloc::{boxed::Box, string::String, sync::Arc, task::Wake, vec::Vec};
use core::{
    future::Future,
    pin::{Pin, pin},
    sync::atomic::{AtomicBool, Ordering},
    task::{Context, Poll, Waker},
};
use std::sync::{Mutex, PoisonError};

/// So many polls at one time are taken for a loop that never ends.
const MOST_POLLS_AT_ONE_TIME: u32 = 10_000_000;

/// What a task polls: `None` for the future of `block_on`, which is polled in its place.
type Body = Option<Pin<Box<dyn Future<Output = ()> + Send>>>;

/// A spawned future, or the place of the one that `block_on` runs.
pub(super) struct Task {
    shared: Arc<Shared>,
    is_main: bool,
    is_woken: AtomicBool,
    body: Mutex<Body>,
}

impl Task {
    pub(super) fn new(shared: Arc<Shared>, body: Body) -> Arc<Self> {
        let is_main = body.is_none();
        Arc::new(Self { shared, is_main, is_woken: AtomicBool::new(false), body: Mutex::new(body) })
    }

    /// Polls the body, which is dropped when it has ended. It is taken out meanwhile: it may wake, or drop, its own task.
    fn run(self: Arc<Self>) {
        self.is_woken.store(false, Ordering::Release);
        let Some(mut body) = self.take() else { return };
        let waker = Waker::from(self.clone());
        if body.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
            *self.body.lock().unwrap_or_else(PoisonError::into_inner) = Some(body);
        }
    }

    fn take(&self) -> Body {
        self.body.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        if self.is_woken.swap(true, Ordering::AcqRel) {
            return;
        }
        let shared = self.shared.clone();
        let is_at_home = shared.is_at_home();
        let mut state = shared.lock();
        state.other_thread |= !is_at_home;
        state.woken.push_back(self);
    }
}

pub(super) fn block_on<F: Future>(shared: &Arc<Shared>, future: F) -> Result<F::Output, SimError> {
    let mut future = pin!(future);
    let main = Task::new(shared.clone(), None);
    let waker = Waker::from(main.clone());
    waker.wake_by_ref();
    let mut polls = 0;
    loop {
        if shared.lock().other_thread {
            return Err(SimError::OtherThread { steps: in_flight(shared).1 });
        }
        let next = shared.lock().next_woken();
        match next {
            Some(task) if task.is_main => {
                task.is_woken.store(false, Ordering::Release);
                if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                    return Ok(output);
                }
            }
            Some(task) => task.run(),
            None => {
                let sleeper = shared.lock().next_sleeper();
                let Some(sleeper) = sleeper else {
                    let (at, steps) = in_flight(shared);
                    return Err(SimError::Stuck { at, steps });
                };
                sleeper.wake();
                polls = 0;
            }
        }
        polls += 1;
        if polls > MOST_POLLS_AT_ONE_TIME {
            let (at, steps) = in_flight(shared);
            return Err(SimError::Endless { at, steps });
        }
    }
}

/// The time, and the steps with an attempt in flight, by name.
fn in_flight(shared: &Shared) -> (Instant, Vec<String>) {
    let state = shared.lock();
    (state.now, state.in_flight.values().cloned().collect())
}
