//! The dynamic API as a user sees it: types, runs, the rules of failure on a held clock, reports, pictures, plan errors, spawned
//! steps, and what the compiler says of mistakes.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by a panic")]
#![allow(clippy::unit_arg, reason = "a step that only waits: `Ok(sleep.await)`")]

mod support;

mod all_cores;
mod allocations;
mod arguments;
mod branches;
mod callers;
mod cancelling;
mod checkpoints;
mod clean_up;
mod clocks;
mod done_if;
mod dropping;
mod durations;
mod emitted;
mod errors;
mod events;
mod executors;
mod explain;
mod given;
mod handles;
mod inputs;
mod kinds;
mod limits;
mod loading;
mod machine;
mod many;
mod needs;
mod never_cancel;
mod one_sleep;
mod order;
mod outdated;
mod own_errors;
mod ownership;
mod panicking_drops;
mod panics;
mod pictures;
mod plan_errors;
mod plans;
mod readers;
mod reports;
mod reruns;
mod retries;
mod run_panics;
mod settings;
mod shared_resources;
mod spawn;
mod stops;
mod storing;
mod tables;
mod taking;
mod targets;
mod texts;
mod threads;
mod timers;
mod tokio_blocking;
mod tokio_tasks;
mod tokio_time;
mod turns;
mod ui;
mod unmet;
mod wakes;
mod warnings;
mod watches;
mod width;
