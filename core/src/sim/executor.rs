//! The executor: polls what was woken, and moves the clock when nothing was.

use super::{
    error::SimError,
    state::{Shared, Task},
};
use crate::Instant;
use alloc::{string::String, sync::Arc, vec::Vec};
use core::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

/// So many polls at one time are taken for a loop that never ends.
const MOST_POLLS_AT_ONE_TIME: u32 = 10_000_000;

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
                task.begin();
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
