//! What a step is given when it starts, in atomics of four bytes: a core without compare-and-swap has no larger ones.

use super::static_plan::StaticPlan;
use crate::{plan_names::PlanNames, step_cx::StepCx};
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use rungs_scheduler::{Cause, Instant, StepId};

/// The data of a step's context, in atomics of four bytes.
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

    pub(super) fn get(&self, static_plan: &'static StaticPlan, step: StepId) -> StepCx {
        let limit = Instant::from_nanos(self.limit.get());
        let limit = (limit < Instant::NEVER).then_some(limit);
        let started = Instant::from_nanos(self.started.get());
        StepCx::new(PlanNames::StaticPipeline(static_plan), step, self.attempt.load(Relaxed), started, limit)
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

/// A cause in atomics of four bytes.
#[derive(Debug)]
pub(super) struct PackedCause([AtomicU32; 3]);

impl PackedCause {
    pub(super) const fn none() -> Self {
        Self([const { AtomicU32::new(0) }; 3])
    }

    pub(super) fn set(&self, cause: Option<Cause>) {
        for (word, part) in self.0.iter().zip(Cause::pack(cause)) {
            word.store(part, Relaxed);
        }
    }

    pub(super) fn get(&self) -> Option<Cause> {
        Cause::unpack(self.0.each_ref().map(|word| word.load(Relaxed)))
    }
}
