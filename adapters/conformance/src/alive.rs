//! How many attempts are alive, and ways to wait in them.

use alloc::sync::Arc;
use core::{
    future::poll_fn,
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
    task::Poll,
    time::Duration,
};

/// Counts guards. Clones count together.
#[derive(Clone, Default)]
pub(crate) struct Alive(Arc<Counts>);

#[derive(Default)]
struct Counts {
    now: AtomicUsize,
    most: AtomicUsize,
    ever: AtomicUsize,
}

impl Alive {
    pub(crate) fn guard(&self) -> Guard {
        let now = self.0.now.fetch_add(1, SeqCst) + 1;
        self.0.most.fetch_max(now, SeqCst);
        self.0.ever.fetch_add(1, SeqCst);
        Guard {
            alive: self.clone(),
            #[cfg(feature = "std")]
            lingers: Duration::ZERO,
        }
    }

    /// A guard that takes long to drop.
    #[cfg(feature = "std")]
    pub(crate) fn slow_guard(&self, lingers: Duration) -> Guard {
        let mut guard = self.guard();
        guard.lingers = lingers;
        guard
    }

    #[cfg(feature = "std")]
    pub(crate) fn now(&self) -> usize {
        self.0.now.load(SeqCst)
    }

    pub(crate) fn most(&self) -> usize {
        self.0.most.load(SeqCst)
    }

    pub(crate) fn ever(&self) -> usize {
        self.0.ever.load(SeqCst)
    }
}

pub(crate) struct Guard {
    alive: Alive,
    #[cfg(feature = "std")]
    lingers: Duration,
}

impl Drop for Guard {
    fn drop(&mut self) {
        // Not where a thread cannot sleep, as in a browser.
        #[cfg(feature = "std")]
        if !self.lingers.is_zero() {
            std::thread::sleep(self.lingers);
        }
        self.alive.0.now.fetch_sub(1, SeqCst);
    }
}

/// Gives way once, and is woken at once.
pub(crate) async fn give_way() {
    let mut has_waited = false;
    poll_fn(|cx| {
        if core::mem::replace(&mut has_waited, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

pub(crate) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}
