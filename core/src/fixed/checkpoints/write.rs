//! Writing results: one at a time, by the one future that has the store.
//!
//! A lane whose attempt has succeeded encodes the result into the buffer of the run, and polls the writer until it is stored. So
//! the future of a write is in memory once, not once per lane, and a write that has begun goes on when its attempt is cut off.

use super::load::{StoredStep, WithCheckpoints};
use crate::fixed::{cells::Handover, run_store::RunStore, static_plan::Fallible};
use core::{
    convert::Infallible,
    fmt,
    future::{Future, poll_fn},
    pin::Pin,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    task::{Context, Poll, ready},
};
use postcard::{experimental::max_size::MaxSize, to_slice};
use rungs_scheduler::StepId;
use serde::Serialize;

/// The fingerprint before a result.
const FINGERPRINT: usize = size_of::<u64>();

/// The length of a buffer for a result of this type: its fingerprint, whether there is one, and itself.
pub const fn buffer_size<T: MaxSize>() -> usize {
    FINGERPRINT + <Option<T> as MaxSize>::POSTCARD_MAX_SIZE
}

/// The state of the one write, with the buffer: see [`StoreWriter`].
pub struct WriteSlot<'b, E>(Handover<Write<'b, E>>);

enum Write<'b, E> {
    Idle(&'b mut [u8]),
    /// Without a length, the result could not be encoded.
    Requested {
        step: StepId,
        length: Option<usize>,
        buffer: &'b mut [u8],
    },
    /// Of no step if its attempt was cut off meanwhile.
    InProgress(Option<StepId>),
    Done {
        step: StepId,
        result: Result<(), E>,
        buffer: &'b mut [u8],
    },
}

impl<'b, E> WriteSlot<'b, E> {
    /// With nothing to write.
    pub const fn new(buffer: &'b mut [u8]) -> Self {
        Self(Handover::new(Write::Idle(buffer)))
    }

    /// Stores what is requested, for ever.
    pub async fn serve<P: WithCheckpoints + Fallible<Error = E>, K: RunStore<P>>(&self, mut store: K) -> Infallible {
        loop {
            let (step, length, buffer) = poll_fn(|_| self.begin()).await;
            let bytes = length.and_then(|length| buffer.get(..length));
            let key = P::STORED_STEPS.iter().find(|stored| stored.step == step).map_or(0, |stored| stored.key);
            let result = store.store(key, bytes).await;
            self.end(result, buffer);
        }
    }

    /// Removes what is requested, for ever: all that is listed of the step.
    pub async fn serve_removals<P: WithCheckpoints + Fallible<Error = E>, K: RunStore<P>>(
        &self,
        mut store: K,
    ) -> Infallible {
        loop {
            let (step, _, buffer) = poll_fn(|_| self.begin()).await;
            let mut result = Ok(());
            for StoredStep { key, .. } in P::STORED_STEPS.iter().filter(|stored| stored.step == step) {
                result = store.store(*key, Some(&[])).await;
                if result.is_err() {
                    break;
                }
            }
            self.end(result, buffer);
        }
    }

    fn begin(&self) -> Poll<(StepId, Option<usize>, &'b mut [u8])> {
        match self.0.take() {
            Some(Write::Requested { step, length, buffer }) => {
                self.0.give(Write::InProgress(Some(step)));
                Poll::Ready((step, length, buffer))
            }
            other => {
                self.0.give_back(other);
                Poll::Pending
            }
        }
    }

    fn end(&self, result: Result<(), E>, buffer: &'b mut [u8]) {
        self.0.give(match self.0.take() {
            Some(Write::InProgress(Some(step))) => Write::Done { step, result, buffer },
            _ => Write::Idle(buffer),
        });
    }

    /// Requests a write, if the buffer is free.
    fn request(&self, step: StepId, encode: &mut dyn FnMut(&mut [u8]) -> Option<usize>) -> bool {
        match self.0.take() {
            Some(Write::Idle(buffer)) => {
                let length = encode(buffer);
                self.0.give(Write::Requested { step, length, buffer });
                true
            }
            other => {
                self.0.give_back(other);
                false
            }
        }
    }

    /// The result of a write that this step has requested, if it is done.
    fn finish(&self, step: StepId) -> Option<Result<(), E>> {
        match self.0.take() {
            Some(Write::Done { step: of, result, buffer }) if of == step => {
                self.0.give(Write::Idle(buffer));
                Some(result)
            }
            other => {
                self.0.give_back(other);
                None
            }
        }
    }

    /// Whether another step can go on with its write.
    fn is_for_others(&self) -> bool {
        let write = self.0.take();
        let is_over = matches!(write, Some(Write::Idle(_) | Write::Done { .. }));
        self.0.give_back(write);
        is_over
    }

    /// The attempt of this step does not wait for its write any more. A write that has begun goes on.
    fn forget(&self, step: StepId) {
        self.0.give_back(match self.0.take() {
            Some(Write::Requested { step: of, buffer, .. } | Write::Done { step: of, buffer, .. }) if of == step => {
                Some(Write::Idle(buffer))
            }
            Some(Write::InProgress(Some(of))) if of == step => Some(Write::InProgress(None)),
            other => other,
        });
    }
}

impl<E> fmt::Debug for WriteSlot<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteSlot").finish_non_exhaustive()
    }
}

/// What writes results: the future of [`WriteSlot::serve`], which whoever waits for a write polls.
pub struct StoreWriter<'w, 'b, E, F> {
    slot: &'w WriteSlot<'b, E>,
    serving: Handover<Pin<&'w mut F>>,
    /// Whether a step waits for the buffer.
    has_waiting: AtomicBool,
}

impl<E, F> fmt::Debug for StoreWriter<'_, '_, E, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreWriter").finish_non_exhaustive()
    }
}

impl<'w, 'b, E, F: Future<Output = Infallible>> StoreWriter<'w, 'b, E, F> {
    /// For all lanes of a run.
    pub const fn new(slot: &'w WriteSlot<'b, E>, serving: Pin<&'w mut F>) -> Self {
        Self { slot, serving: Handover::new(serving), has_waiting: AtomicBool::new(false) }
    }

    /// Stores the result of an attempt, or that it found nothing to do, and gives it back.
    pub fn store<T: Serialize>(
        &self,
        StoredStep { step, fingerprint, .. }: StoredStep,
        result: Option<T>,
    ) -> impl Future<Output = Result<Option<T>, E>> {
        let mut wait = Wait { slot: self.slot, step, is_requested: false };
        let mut result = Some(result);
        poll_fn(move |cx| {
            let mut encode = |buffer: &mut [u8]| encode(fingerprint, result.as_ref()?, buffer);
            let stored = ready!(self.poll_store(&mut wait, &mut encode, cx));
            Poll::Ready(stored.map(|()| result.take().flatten()))
        })
    }

    /// Removes what is stored of the step that is undone, and of those that came of it.
    pub fn remove(&self, undo: StepId) -> impl Future<Output = Result<(), E>> {
        let mut wait = Wait { slot: self.slot, step: undo, is_requested: false };
        poll_fn(move |cx| self.poll_store(&mut wait, &mut |_| Some(0), cx))
    }

    /// Without the type of the result, so that a board has it in flash once.
    fn poll_store(
        &self,
        wait: &mut Wait<'_, '_, E>,
        encode: &mut dyn FnMut(&mut [u8]) -> Option<usize>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), E>> {
        // In the first round this may end the write of another attempt, in the second one the own write may be done at once.
        for _ in 0..2 {
            wait.is_requested = wait.is_requested || self.slot.request(wait.step, encode);
            self.poll_serving(cx);
            if wait.is_requested
                && let Some(result) = self.slot.finish(wait.step)
            {
                wait.is_requested = false;
                // The run has one waker for all lanes.
                if self.has_waiting.load(Relaxed) {
                    self.has_waiting.store(false, Relaxed);
                    cx.waker().wake_by_ref();
                }
                return Poll::Ready(result);
            }
        }
        if !wait.is_requested {
            self.has_waiting.store(true, Relaxed);
        }
        if self.slot.is_for_others() {
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }

    fn poll_serving(&self, cx: &mut Context<'_>) {
        if let Some(mut serving) = self.serving.take() {
            let _ = serving.as_mut().poll(cx);
            self.serving.give(serving);
        }
    }
}

/// An attempt that waits for its write.
struct Wait<'w, 'b, E> {
    slot: &'w WriteSlot<'b, E>,
    step: StepId,
    is_requested: bool,
}

impl<E> Drop for Wait<'_, '_, E> {
    fn drop(&mut self) {
        if self.is_requested {
            self.slot.forget(self.step);
        }
    }
}

/// Writes a result behind its fingerprint, and returns the length of both.
fn encode<T: Serialize>(fingerprint: u64, result: &Option<T>, buffer: &mut [u8]) -> Option<usize> {
    let (head, body) = buffer.split_first_chunk_mut::<FINGERPRINT>()?;
    *head = fingerprint.to_le_bytes();
    to_slice(result, body).ok().map(|written| FINGERPRINT + written.len())
}
