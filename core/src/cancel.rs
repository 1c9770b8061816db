//! Stopping a run from outside.

use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::{future::Future, pin::Pin, task::Context};
#[cfg(feature = "checkpoints")]
use core::{future::poll_fn, task::Poll};
use event_listener::{Event, EventListener};
use rungs_scheduler::Stop;

#[cfg(not(rungs_loom))]
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
#[cfg(rungs_loom)]
use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Stops every run that it was given to. Clones are the same token; it may be used from any thread, a signal handler's
/// thread or a step.
///
/// ```
/// use rungs::{CancelToken, NoClock, Pipeline, Status};
///
/// let token = CancelToken::new();
/// let mut p = Pipeline::new("stopped");
/// let first = p.step("first").run(|| async { Ok(token.drain()) });
/// p.step("second").after(first).run(|| async { Ok(()) });
///
/// let report = futures_lite::future::block_on(p.runner().cancel(&token).run(&NoClock))?;
/// assert_eq!(report.get("first").unwrap().status(), Status::Success);
/// assert_eq!(report.get("second").unwrap().status(), Status::Skipped);
/// assert_eq!(report.exit_code(), 2);
/// # Ok::<(), rungs::PipelineError>(())
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
}

/// The tokens of one run, and what the run has seen of them. Most runs have none: to them it is a pointer.
#[derive(Debug, Default)]
pub(crate) struct Tokens(Option<Box<SeenTokens>>);

#[derive(Debug, Default)]
struct SeenTokens {
    tokens: Vec<Watched>,
    drained: bool,
    cancels: usize,
}

#[derive(Debug)]
struct Watched {
    token: CancelToken,
    /// Wakes the run when the token changes.
    listener: Option<EventListener>,
}

impl Tokens {
    pub(crate) fn add(&mut self, token: CancelToken) {
        self.0.get_or_insert_default().tokens.push(Watched { token, listener: None });
    }

    /// The next request that the run has not seen yet. The first cancel of a second token is none: clean-up steps are
    /// prevented only where one token is cancelled twice.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<Stop> {
        self.0.as_mut()?.next()
    }

    /// Forgets what the run has seen: the requests that there have been are seen again.
    pub(crate) fn see_again(&mut self) {
        if let Some(seen) = &mut self.0 {
            (seen.drained, seen.cancels) = (false, 0);
        }
    }

    /// What a future comes to. None if a stop comes first, which is seen again by whoever looks next.
    #[cfg(feature = "checkpoints")]
    pub(crate) async fn unless_stopped<F: Future + Unpin>(&mut self, mut future: F) -> Option<F::Output> {
        let raced = poll_fn(|cx| match self.poll_next(cx) {
            Some(_) => Poll::Ready(None),
            None => Pin::new(&mut future).poll(cx).map(Some),
        });
        let output = raced.await;
        if output.is_none() {
            self.see_again();
        }
        output
    }

    /// As [`next`](Self::next), and if there is none the run is woken by the next request.
    #[inline]
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Option<Stop> {
        self.0.as_mut()?.poll_next(cx)
    }
}

impl SeenTokens {
    #[inline(never)]
    fn next(&mut self) -> Option<Stop> {
        let tokens = || self.tokens.iter().map(|watched| &*watched.token.shared);
        if !self.drained && tokens().any(|token| token.drained.load(Ordering::Acquire)) {
            self.drained = true;
            return Some(Stop::Drain);
        }
        let cancels = tokens().map(|token| token.cancels.load(Ordering::Acquire)).max().unwrap_or(0);
        // A third cancel does no more than the second.
        if self.cancels < cancels.min(2) {
            self.cancels += 1;
            return Some(Stop::Cancel);
        }
        None
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Option<Stop> {
        loop {
            // Listens before it checks, or a request set in between is lost.
            for Watched { token, listener } in &mut self.tokens {
                listener.get_or_insert_with(|| token.shared.changed.listen());
            }
            if let Some(stop) = self.next() {
                return Some(stop);
            }
            let mut has_changed = false;
            for Watched { listener, .. } in &mut self.tokens {
                if listener.as_mut().is_some_and(|listener| Pin::new(listener).poll(cx).is_ready()) {
                    *listener = None;
                    has_changed = true;
                }
            }
            if !has_changed {
                return None;
            }
        }
    }
}
