//! A thread for each attempt.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker, ready};
use std::thread::{self, Builder, Thread};

use rungs::{Spawner, TaskDropped};

use super::executor::unparks_this_thread;

/// A [`Spawner`] that gives each attempt a thread of its own, which the attempt may block.
#[derive(Clone, Copy)]
pub(crate) struct Threads;

/// An attempt on its thread. Dropping it asks the attempt to end.
pub(crate) struct Handle<T> {
    link: Arc<Link<T>>,
    /// `None` if the system gave none.
    thread: Option<Thread>,
}

/// What an attempt and its handle share.
struct Link<T> {
    is_asked_to_end: AtomicBool,
    end: Mutex<End<T>>,
}

/// How the attempt ended: with a result, without one, or by a panic. Until then, whom to wake.
enum End<T> {
    Awaited(Option<Waker>),
    Ended(thread::Result<Option<T>>),
}

impl<T> Link<T> {
    /// To be called when the attempt and all that it held are dropped.
    fn set(&self, end: thread::Result<Option<T>>) {
        if let End::Awaited(Some(waker)) = self.replace(End::Ended(end)) {
            waker.wake();
        }
    }

    fn poll(&self, cx: &mut Context<'_>) -> Poll<thread::Result<Option<T>>> {
        let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *end, End::Awaited(Some(cx.waker().clone()))) {
            End::Awaited(_) => Poll::Pending,
            End::Ended(end) => Poll::Ready(end),
        }
    }

    fn replace(&self, end: End<T>) -> End<T> {
        std::mem::replace(&mut *self.end.lock().unwrap_or_else(PoisonError::into_inner), end)
    }
}

impl<T> Handle<T> {
    fn ask_to_end(&self) {
        self.link.is_asked_to_end.store(true, Ordering::SeqCst);
        self.thread.as_ref().inspect(|thread| thread.unpark());
    }
}

impl<T> Drop for Handle<T> {
    fn drop(&mut self) {
        self.ask_to_end();
    }
}

impl<F> Spawner<F> for Threads
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    type Handle = Handle<F::Output>;

    fn spawn(&self, future: F) -> Self::Handle {
        let link = Arc::new(Link { is_asked_to_end: AtomicBool::new(false), end: Mutex::new(End::Awaited(None)) });
        let shared = link.clone();
        let attempt = move || {
            let end = catch_unwind(AssertUnwindSafe(|| run(future, &shared.is_asked_to_end)));
            shared.set(end);
        };
        let thread = Builder::new().spawn(attempt).map(|thread| thread.thread().clone()).ok();
        if thread.is_none() {
            link.set(Ok(None));
        }
        Handle { link, thread }
    }

    fn poll_join(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<Result<F::Output, TaskDropped>> {
        let end = ready!(handle.link.poll(cx));
        Poll::Ready(end.unwrap_or_else(|panic| resume_unwind(panic)).ok_or(TaskDropped))
    }

    fn poll_cancel(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<()> {
        handle.ask_to_end();
        handle.link.poll(cx).map(drop)
    }
}

/// Runs an attempt on this thread to its end, or until it is asked to end and has to wait.
fn run<F: Future>(attempt: F, is_asked_to_end: &AtomicBool) -> Option<F::Output> {
    let mut attempt = pin!(attempt);
    let waker = unparks_this_thread();
    while !is_asked_to_end.load(Ordering::SeqCst) {
        if let Poll::Ready(output) = attempt.as_mut().poll(&mut Context::from_waker(&waker)) {
            return Some(output);
        }
        thread::park();
    }
    None
}
