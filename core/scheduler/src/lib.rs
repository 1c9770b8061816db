#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "serde")]
extern crate alloc;
#[cfg(test)]
extern crate std;

mod plan;
mod policy;
mod scheduler;
mod time;

pub use plan::{
    Edges, Need, Numbering, Plan, StepId, Use, find_cycle, group_by_class, invert, invert_order, levels, longest_paths,
    longest_remaining, needs_come_first, priority_key, shortest_cycle, topological,
};
pub use policy::{Backoff, Config, Delays, Jitter, OnFailure, Order, Retry, Settings, When};
pub use scheduler::{
    Action, Cause, DynamicSetup, Given, Outcome, Requirements, Scheduler, Setup, Status, StepState, Stop, Storage,
    StorageSize, StorageTooSmall, TimerEntry, Verdict,
};
pub use time::Instant;

/// What `rungs` itself uses of this crate; outside of semver, as are all methods that the docs do not show.
#[doc(hidden)]
pub mod __private {
    pub use crate::{
        scheduler::{AttemptCount, LackingStep, Why, allows_fast_path},
        time::nanos,
    };
}
