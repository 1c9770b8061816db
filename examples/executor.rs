//! A timer, and a `block_on` that parks its thread: a whole executor, on std alone.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::mem;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time;

use rungs::{Instant, Timer};

/// A clock, with the wakers to call and the times to call them at. Clones share all that, on one thread.
#[derive(Clone)]
pub(crate) struct Clock {
    epoch: time::Instant,
    sleeps: Rc<RefCell<Sleeps>>,
}

/// What is to be woken, by its time. The number tells sleeps of the same time apart.
#[derive(Default)]
struct Sleeps {
    wakers: BTreeMap<(Instant, u64), Waker>,
    last: u64,
}

impl Clock {
    /// A clock that begins at zero.
    pub(crate) fn new() -> Self {
        Self { epoch: time::Instant::now(), sleeps: Rc::default() }
    }

    /// Runs a future to its end on this thread, and wakes the sleeps meanwhile.
    pub(crate) fn block_on<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        let waker = unparks_this_thread();
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                return output;
            }
            let next = self.sleeps.borrow().wakers.first_key_value().map(|((at, _), _)| *at);
            next.map_or_else(thread::park, |at| thread::park_timeout(at - self.now()));
            // A waker may do anything, so it is called when nothing is borrowed.
            self.take_due().into_values().for_each(Waker::wake);
        }
    }

    fn take_due(&self) -> BTreeMap<(Instant, u64), Waker> {
        let now = self.now();
        let wakers = &mut self.sleeps.borrow_mut().wakers;
        let later = wakers.split_off(&(now, u64::MAX));
        mem::replace(wakers, later)
    }
}

impl Timer for Clock {
    type Sleep = Sleep;

    fn now(&self) -> Instant {
        Instant::ZERO + self.epoch.elapsed()
    }

    fn sleep_until(&self, deadline: Instant) -> Sleep {
        let last = &mut self.sleeps.borrow_mut().last;
        *last += 1;
        Sleep { clock: self.clone(), key: (deadline, *last) }
    }
}

/// A sleep on a [`Clock`].
pub(crate) struct Sleep {
    clock: Clock,
    key: (Instant, u64),
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.clock.now() >= self.key.0 {
            return Poll::Ready(());
        }
        let earlier = self.clock.sleeps.borrow_mut().wakers.insert(self.key, cx.waker().clone());
        drop(earlier);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        let waker = self.clock.sleeps.borrow_mut().wakers.remove(&self.key);
        drop(waker);
    }
}

/// A waker that lets this thread go on, from any thread.
pub(crate) fn unparks_this_thread() -> Waker {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    Waker::from(Arc::new(Unpark(thread::current())))
}
