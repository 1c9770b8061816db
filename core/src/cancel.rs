//! Stopping a run from outside.

use alloc::sync::Arc;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use event_listener::{Event, EventListener};
use rungs_scheduler::Stop;

/// Stops every run that it was given to. Clones are the same token; it may be used from any thread, a signal handler's
/// thread or a step.
///
/// ```
/// use rungs::{CancelToken, NoClock, Pipeline, Status};
///
/// let token = CancelToken::new();
/// let mut p: Pipeline = Pipeline::new("stopped");
/// let first = p.step("first").run(|| async { Ok(token.drain()) });
/// p.step("second").after(first).run(|| async { Ok(()) });
///
/// let report = futures_lite::future::block_on(p.runner().cancel(&token).run(&NoClock))?;
/// assert_eq!(report.get("first").unwrap().status(), Status::Success);
/// assert_eq!(report.get("second").unwrap().status(), Status::Skipped);
/// assert_eq!(report.exit_code(), 2);
/// # Ok::<(), rungs::PlanError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct CancelToken {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    drained: AtomicBool,
    cancels: AtomicUsize,
    changed: Event,
}

impl CancelToken {
    /// A token that has not been used.
    pub fn new() -> Self {
        Self::default()
    }

    /// Nothing new starts; attempts in flight end; clean-up steps run.
    pub fn drain(&self) {
        self.shared.drained.store(true, Ordering::Release);
        self.shared.changed.notify(usize::MAX);
    }

    /// As [`drain`](Self::drain), and attempts in flight are abandoned. Called again, it prevents clean-up steps too.
    pub fn cancel(&self) {
        self.shared.cancels.fetch_add(1, Ordering::Release);
        self.shared.changed.notify(usize::MAX);
    }

    /// Whether a cancel was asked for.
    pub fn is_cancelled(&self) -> bool {
        self.shared.cancels.load(Ordering::Acquire) > 0
    }

    /// Whether a drain or a cancel was asked for.
    pub fn is_stopping(&self) -> bool {
        self.is_cancelled() || self.shared.drained.load(Ordering::Acquire)
    }

    pub(crate) fn listen(&self) -> EventListener {
        self.shared.changed.listen()
    }
}

/// What one run has seen of a token.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    drained: bool,
    cancels: usize,
}

impl Seen {
    /// The next request that the run has not seen yet.
    pub(crate) fn next(&mut self, token: &CancelToken) -> Option<Stop> {
        if !self.drained && token.shared.drained.load(Ordering::Acquire) {
            self.drained = true;
            return Some(Stop::Drain);
        }
        // Two reach as far as a cancel can.
        if self.cancels < token.shared.cancels.load(Ordering::Acquire).min(2) {
            self.cancels += 1;
            return Some(Stop::Cancel);
        }
        None
    }
}
