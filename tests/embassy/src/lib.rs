//! Runs futures on a clock of embassy's that is held and moved by hand, and sends defmt's log to the standard output.
#![forbid(unsafe_code)]

use std::{
    future::Future,
    pin::{Pin, pin},
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use critical_section as _;
use defmt_stdout as _;
use embassy_time_driver::Driver;
use embassy_time_queue_utils::Queue;

struct Held(Mutex<(u64, Queue)>);

embassy_time_driver::time_driver_impl!(static CLOCK: Held = Held(Mutex::new((0, Queue::new()))));

impl Held {
    fn lock(&self) -> MutexGuard<'_, (u64, Queue)> {
        self.0.lock().unwrap()
    }
}

impl Driver for Held {
    fn now(&self) -> u64 {
        self.lock().0
    }

    fn schedule_wake(&self, at: u64, waker: &Waker) {
        let mut held = self.lock();
        let (now, queue) = &mut *held;
        queue.schedule_wake(at, waker);
        queue.next_expiration(*now); // wakes what is due
    }
}

/// Moves the clock to a tick and wakes what is due.
pub fn move_to(tick: u64) {
    let mut held = CLOCK.lock();
    let (now, queue) = &mut *held;
    *now = tick;
    queue.next_expiration(tick);
}

/// Moves the clock on to the next tick.
pub fn tick() {
    let now = CLOCK.now();
    move_to(now + 1);
}

/// Polls a future by hand.
#[derive(Default)]
pub struct Hand(Arc<Flag>);

#[derive(Default)]
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Hand {
    pub fn poll<T>(&self, future: Pin<&mut impl Future<Output = T>>) -> Poll<T> {
        future.poll(&mut Context::from_waker(&Waker::from(self.0.clone())))
    }

    /// Whether the future was woken since this was last asked.
    pub fn is_woken(&self) -> bool {
        self.0.0.swap(false, Ordering::SeqCst)
    }
}

/// Runs to the end: polls when woken, and moves the clock by a tick when nothing else happens.
pub fn drive<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let hand = Hand::default();
    loop {
        if let Poll::Ready(done) = hand.poll(future.as_mut()) {
            return done;
        }
        while !hand.is_woken() {
            tick();
        }
    }
}
