//! What a step is told when it starts, in words of four bytes: a core without compare-and-swap has no larger atomics.

use super::blueprint::Blueprint;
use crate::{
    plan::StepId,
    scheduler::Cause,
    step_cx::{CxNames, StepCx},
    time::Instant,
};
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// What a step may know of its attempt, in words of four bytes.
#[derive(Debug)]
pub(super) struct PackedContext {
    attempt: AtomicU32,
    started: Long,
    limit: Long,
}

impl PackedContext {
    pub(super) const fn none() -> Self {
        Self { attempt: AtomicU32::new(0), started: Long::zero(), limit: Long::zero() }
    }

    pub(super) fn set(&self, attempt: u32, started: Instant, limit: Option<Instant>) {
        self.attempt.store(attempt, Relaxed);
        self.started.set(started.as_nanos());
        self.limit.set(limit.unwrap_or(Instant::NEVER).as_nanos());
    }

    pub(super) fn get(&self, blueprint: &'static Blueprint, step: StepId) -> StepCx {
        let limit = Instant::from_nanos(self.limit.get());
        let limit = (limit < Instant::NEVER).then_some(limit);
        let started = Instant::from_nanos(self.started.get());
        StepCx::new(CxNames::Known(blueprint), step, self.attempt.load(Relaxed), started, limit)
    }
}

/// Eight bytes on a core that has atomics of four.
#[derive(Debug)]
struct Long([AtomicU32; 2]);

impl Long {
    const fn zero() -> Self {
        Self([AtomicU32::new(0), AtomicU32::new(0)])
    }

    fn set(&self, value: u64) {
        let [low, high] = &self.0;
        low.store(value as u32, Relaxed);
        high.store((value >> 32) as u32, Relaxed);
    }

    fn get(&self) -> u64 {
        let [low, high] = &self.0;
        u64::from(low.load(Relaxed)) | u64::from(high.load(Relaxed)) << 32
    }
}

/// A cause in words of four bytes.
#[derive(Debug)]
pub(super) struct PackedCause([AtomicU32; 3]);

impl PackedCause {
    pub(super) const fn none() -> Self {
        Self([const { AtomicU32::new(0) }; 3])
    }

    pub(super) fn set(&self, cause: Option<Cause>) {
        let (kind, root, via) = match cause {
            None => (0, 0, 0),
            Some(Cause::Failed) => (1, 0, 0),
            Some(Cause::TimedOut) => (2, 0, 0),
            Some(Cause::Deadline) => (3, 0, 0),
            Some(Cause::Panicked) => (4, 0, 0),
            Some(Cause::Lost) => (5, 0, 0),
            Some(Cause::Dependency { root, via }) => (6, root.0, via.0),
            Some(Cause::Stopped { by }) => (7, by.0, 0),
            Some(Cause::Cancelled) => (8, 0, 0),
            Some(Cause::RunDeadline) => (9, 0, 0),
            Some(Cause::NotNeeded) => (10, 0, 0),
        };
        for (word, part) in self.0.iter().zip([kind, root, via]) {
            word.store(part, Relaxed);
        }
    }

    pub(super) fn get(&self) -> Option<Cause> {
        let [kind, root, via] = &self.0;
        let step = |word: &AtomicU32| StepId(word.load(Relaxed));
        Some(match kind.load(Relaxed) {
            1 => Cause::Failed,
            2 => Cause::TimedOut,
            3 => Cause::Deadline,
            4 => Cause::Panicked,
            5 => Cause::Lost,
            6 => Cause::Dependency { root: step(root), via: step(via) },
            7 => Cause::Stopped { by: step(root) },
            8 => Cause::Cancelled,
            9 => Cause::RunDeadline,
            10 => Cause::NotNeeded,
            _ => return None,
        })
    }
}
