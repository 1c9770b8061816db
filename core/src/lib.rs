// The README's code needs adapters, so it is tested as a part of the package `rungs-tests`, which has them.
#![cfg_attr(not(doctest), doc = include_str!("../README.md"))]
//!
//! # Which part do I need?
//!
//! | you write | you use |
//! | --- | --- |
//! | an application, with steps as closures | [`Pipeline`]; [`LocalPipeline`] if a step or a result is not `Send` |
//! | an application, with steps as async functions | the attribute `pipeline` (feature `macros`) |
//! | an application on smol | the package `rungs-smol`: `Smol` is the timer, and spawns on the one thread of smol's global executor; `AllCores` spawns on all cores |
//! | an application on executors of your own, from async-executor | the package `rungs-async-executor`: `On` spawns, even steps that borrow |
//! | an application on tokio | the package `rungs-tokio`: `Tokio` is the timer, and spawns on the current runtime; `TokioLocal` spawns on the current `LocalSet`, `On` on a runtime by its handle, and `Blocking` on threads for steps that block. A run itself goes into any task: `tokio::spawn`, a `JoinSet` |
//! | an application in a browser or on node | the package `rungs-wasm`: `Wasm` is the timer |
//! | an application on another runtime | a [`Timer`] over its clock; a [`Spawner`] over its tasks, if steps should run on other threads. The package `rungs-conformance` tests both |
//! | an application without a runtime | [`NoClock`] if no step has a limit or a delay, else a [`Timer`]: `examples/executor.rs` is a complete one, with its `block_on` |
//! | firmware on embassy | the attribute `pipeline`, with `default-features = false, features = ["macros"]`; the package `rungs-embassy` for its clock |
//! | firmware on RTIC | the same, with the package `rungs-rtic` |
//! | firmware with a bare loop or interrupts | the same, with a [`Timer`] of your own over a hardware counter: `examples/firmware/riscv` |
//! | a service whose log lines are to tell which run, step and attempt wrote them | the package `rungs-tracing`: `.observe(rungs_tracing::observer())`; OpenTelemetry by `tracing-opentelemetry` |
//! | a service with Prometheus or the like | the package `rungs-metrics`: `.observe(rungs_metrics::observer())` |
//! | a program on a terminal that shows how far it is | the package `rungs-indicatif`: `.observe(rungs_indicatif::Progress::new())` |
//! | a job that goes on where an earlier run of it ended | the feature `checkpoints`, and a store: the package `rungs-sqlite`, or one of your own |
//! | firmware that goes on after a loss of power | the feature `postcard` and the package `rungs-flash`: [carry on](guide::carry_on) |
//! | a look at where the time of a run went | [`Report::timeline`]: bars and the critical path, with [`AttemptTimes`] also attempts and delays; as a trace for Perfetto |
//! | tests of a pipeline | `rungs::sim` (feature `sim`): a held clock, scripted steps, and all orders of what happens at the same time |
//! | a driver of your own: threads, a game loop, a simulator, another language | [`scheduler`] alone, the package `rungs-scheduler`. It has no futures, no heap and no clock |
//!
//! # What happens when
//!
//! | setting | meaning |
//! | --- | --- |
//! | `defaults(..)` of a pipeline | the settings of each step that does not set them itself, setting by setting: [`Settings`] |
//! | `config(..)` of a pipeline | the options of each run that does not set them itself: [`Config`] |
//! | `retries(n)` | up to n further attempts after the first; without a backoff they start at once, and need no clock |
//! | `retry_forever()` | attempts until one succeeds; the step's deadline, a stop and a refused error still end them. They are counted up to 262,143, which is shown as `262,143+` |
//! | `backoff(..)` | the delay before each further attempt: [`Backoff`], with [`Jitter`] |
//! | `retry_if(..)` | decides by the error whether there is a further attempt, and may set its delay: [`Retry`]. It sees only the step's own errors |
//! | `timeout(d)` | the limit of each attempt, from its start. An attempt that takes longer is ended and counts as failed |
//! | `deadline(d)` | the limit of the step, from the start of its first attempt, with all delays and waiting. If a delay would reach it, the step fails at once, with its last error |
//! | `max_concurrent(n)` | the limit of attempts in flight. A step that waits for its next attempt holds no permit |
//! | `uses(resource, k)` | the units of a resource that an attempt holds exactly while it is in flight. It takes all that it uses at once; a step that lacks a unit is passed over |
//! | `uses(&shared, k)` | the same for a [`SharedResource`] of several runs, which has units or starts per span. A step that lacks one waits in the order of all that do; its attempt has not begun, so its timeout does not run |
//! | `input(..)` of a pipeline | a step whose result is an argument of the run, [given](Runner::given) to the runner |
//! | `given(step, value)` of the run | the step has succeeded before the run: it has no attempt. What only given steps need is `Skipped` with [`Cause::UpToDate`]; clean-up steps run again: [carry on](guide::carry_on) |
//! | `only(steps)` of the run | these steps and what they need run; others are `Skipped` with [`Cause::NotSelected`]. A clean-up step that none of them needs belongs to the run if one of its needs does. Neither cause touches the exit code |
//! | `done_if(..)` | asked before each run, if the step has to run: `Ok(Some(result))` is taken as if it were given. An error, a panic or a check longer than the `timeout` is the step's failure, without an attempt |
//! | `undo(step)` of a pipeline | after a run that fails and is [to be undone then](Runner::undo_on_failure), or [later](Runner::undo), the undo of each step that succeeded is called with its result, in the opposite order; one that fails keeps none from the next. Results that were given are not undone: [carry on](guide::carry_on). In a `#[pipeline]`, `#[undo(step)]`, called by `undo::run` |
//! | a need failed | the step is `Failed` with [`Cause::Dependency`], as soon as its first need ends without success. If that need was skipped or cancelled, the step is `Skipped` |
//! | `skip_on_error` | a failed need makes the step `Skipped` instead |
//! | `run_maybe(..)` of a [`Pipeline`] | `Ok(None)` is an end and no failure: the step is `Skipped` with [`Cause::SkippedItself`], is not retried and stops nothing. Steps that need it are skipped in turn, and the exit code stays 0 |
//! | `after(x)` | a need without a result: if x fails, so does the step |
//! | `follows(x)` | an order and no need: the step waits for the end of x, its delays included, whatever that is. It counts in levels and cycles |
//! | `when_none_failed` | a join: the step ends as usual with the first need that failed, was cancelled, or was skipped because something went wrong. Else it waits for all needs, and runs if one succeeded or if it has none; if none succeeded it is `Skipped`. A stop skips it |
//! | `after_all()` | a need without a result on every step that was added before, kept as one mark; only with one of the rules `when_..`. O(V) in a run for all such steps together |
//! | `when_all_done` | the step waits for all needs and runs whatever their outcome, also after a stop. An argument is the need's result or an [`Unmet`], with its cause and error |
//! | `when_any_failed` | the same, if a need failed, was cancelled, or was skipped because of a failure or a stop; else the step is `Skipped` with [`Cause::NotNeeded`] |
//! | `optional` | the step's failure stops nothing and does not count in the exit code. A required step that needs it still fails with it, unless that one has `skip_on_error` |
//! | [`OnFailure`] | what the final failure of a required step does to the others: nothing, drain, or cancel |
//! | drain | no ordinary step and no further attempt starts. A step that has not started is `Skipped`; one that waits for its next attempt is `Cancelled`, with its last error. Attempts in flight go on to their end. From outside, the cause is [`Cause::Drained`] |
//! | cancel | the same, and attempts in flight are abandoned: their steps are `Cancelled`. From outside, the cause is [`Cause::Cancelled`]; what a drain has ended before keeps its own |
//! | clean-up after a stop | steps with `when_all_done` or `when_any_failed` still run after a failure, after the run's deadline and after a token's first cancel. The second cancel of a token prevents them, and so does dropping the run |
//! | `clean_up_deadline(d)` of the run | the deadline of each step with `when_all_done` or `when_any_failed` that has neither a timeout nor a deadline |
//! | `grace(d)` of the run | an attempt that has not ended d after it was told to is given up: its step ends with the cause of the request, is not retried, and frees its permit, but its resources only when the attempt ends after all. A step that only such resources hold up fails once nothing else is in flight and no step waits for a time. Without it a run waits |
//! | `never_cancel` | no time limit and no stop ends an attempt of the step, and no grace applies. A success after that counts and is late; an error is final after a deadline or a stop, and after a timeout it is retried as any other. A second cancel gives up a spawned attempt, which goes on alone; one in place goes on. Dropping the run drops one in place |
//! | a tie | a result that is ready in a poll wins over a limit or a stop that is noticed in the same poll; a limit wins over a stop |
//! | `run_owned` | one other step is given the result by value; it has no retries: [results and ownership](guide::ownership) |
//! | `release_early` | the result is dropped when the last step that needs it has ended |
//! | `expected(d)` | under `max_concurrent`, and where steps use resources of the pipeline, the ready step with the longest remaining path goes first: in expected time, or in steps where none states one |
//! | `durations(&known)` of the run | the same with what earlier runs have told: [`Durations`]. A step of which nothing is known keeps what it states, else it counts as the median of the others |
//! | `poll_budget(n)` | how many attempts one poll of the run polls at most, before it lets other tasks have a turn: see [`Config::poll_budget`] |
//! | a panic of a step (`std`) | the step is `Failed` with [`StepError::Panicked`] and is not retried; the others go on. Its closure, its future, its spawner, its retry predicate and the drops of these belong to the step, and so does the drop of an error that a further attempt replaces. What panics when it is dropped later has no effect |
//! | a panic of an observer or the timer (`std`) | the run ends with [`PipelineError::Panicked`], which names it. Attempts in flight are ended as if the run had been dropped; the pipeline can be run again |
//!
//! An abandoned attempt keeps its permit and its resources until it has really ended, and no further attempt of its step
//! starts before. An attempt in place ends when it is dropped.
//!
//! Not every panic can be caught: without `std`, and in static runs, a panic is the caller's. A drop that panics while another
//! panic unwinds aborts the program, as everywhere in Rust: a future that panics and whose variables panic when dropped.
//!
//! # Features
//!
//! - `std` (default) implies `alloc`.
//! - `alloc` adds [`Pipeline`] and [`LocalPipeline`]. Without it there are the scheduler, the policies, the diagrams and the traits.
//!   It needs a core with compare-and-swap, which a Cortex-M0 does not have.
//! - `macros` adds the attribute `pipeline`, which needs neither of the two. Without `std` it links against an implementation of
//!   the crate `critical-section`, which every board has.
//! - `serde` writes reports, and reads and writes [`Settings`], [`Config`] and [`Durations`].
//! - `sim` adds `rungs::sim`, for tests of pipelines: a held clock, scripted steps. It needs `std`.
//! - `checkpoints` keeps results beyond their run: [carry on](guide::carry_on).
//! - `postcard` does the same for the attribute `pipeline`, without a heap: `#[step(checkpoint)]`.
//! - `defmt` logs reports and plain data on a board.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(all(feature = "alloc", not(target_has_atomic = "ptr")))]
compile_error!(
    "the feature `alloc` of `rungs` needs a core with compare-and-swap, which this target does not have; without `alloc` and \
     `std` (`default-features = false, features = [\"macros\"]`) there is the attribute `pipeline`, which needs neither"
);

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

/// The scheduler alone: the crate `rungs-scheduler`.
pub use rungs_scheduler as scheduler;

pub mod diagram;
mod error;
mod escape;
#[cfg(feature = "macros")]
pub mod fixed;
#[cfg(any(feature = "checkpoints", feature = "postcard"))]
mod fnv;
pub mod guide;
#[cfg(feature = "defmt")]
mod logged_name;
mod observe;
mod observer;
// Its types occur in signatures, and programs do not name them.
#[doc(hidden)]
#[cfg(any(feature = "alloc", feature = "macros"))]
pub mod observers;
#[cfg(any(feature = "alloc", feature = "macros"))]
mod plan_names;
#[cfg(any(feature = "alloc", feature = "macros"))]
mod plan_view;
mod reason;
#[cfg(any(feature = "alloc", feature = "macros"))]
mod report;
#[cfg(any(feature = "alloc", feature = "macros"))]
mod rounds;
#[cfg(any(feature = "alloc", feature = "macros"))]
mod sleep;
mod spawn;
#[cfg(any(feature = "alloc", feature = "macros"))]
mod step_cx;
mod time;
#[cfg(any(feature = "alloc", feature = "macros"))]
mod unmet;

#[cfg(feature = "alloc")]
mod cancel;
#[cfg(feature = "alloc")]
mod chain;
#[cfg(feature = "checkpoints")]
mod checkpoints;
#[cfg(feature = "alloc")]
mod driver;
#[cfg(feature = "alloc")]
// Its types occur in signatures; those that programs name are re-exported below.
#[doc(hidden)]
pub mod dynamic;
#[cfg(feature = "std")]
mod exit;
#[cfg(any(feature = "alloc", feature = "macros"))]
mod exit_code;
#[cfg(feature = "alloc")]
mod lock;
#[cfg(feature = "alloc")]
mod panics;
#[cfg(feature = "alloc")]
mod scope;
#[cfg(feature = "std")]
mod seed;
#[cfg(feature = "alloc")]
mod shared;
#[cfg(feature = "sim")]
pub mod sim;
#[cfg(feature = "alloc")]
mod steps;

/// What the code of `#[pipeline]` and the adapters call. It is no part of the public API, and may change in any release.
#[cfg(any(feature = "macros", feature = "defmt"))]
#[doc(hidden)]
pub mod __private {
    #[cfg(feature = "macros")]
    pub use crate::fixed::private::*;
    #[cfg(feature = "defmt")]
    pub use crate::logged_name::LoggedName;
}

pub use error::StepError;
#[cfg(feature = "postcard")]
pub use observe::Outdated;
pub use observe::{Counts, Event, EventKind, RunInfo};
pub use observer::Observer;
#[cfg(any(feature = "alloc", feature = "macros"))]
pub use plan_view::{PlanView, PlannedNeed, PlannedStep, StepKey};
pub use reason::Origin;
#[doc(inline)]
pub use rungs_scheduler::{
    Backoff, Cause, Config, Delays, Instant, Jitter, OnFailure, Order, Retry, Settings, Status, StepId, Stop, When,
};
pub use spawn::{InPlace, Spawner, TaskDropped};
#[cfg(any(feature = "alloc", feature = "macros"))]
pub use step_cx::StepCx;
pub use time::{NoClock, Timer};
#[cfg(any(feature = "alloc", feature = "macros"))]
pub use unmet::Unmet;

/// Makes a pipeline of a module of async functions: it is checked at compile time, and runs without a heap.
///
/// ```
/// use rungs::NoClock;
///
/// #[rungs::pipeline(error = Fault)]
/// pub mod boot {
///     use rungs::{Cause, StepCx};
///
///     #[derive(Debug, PartialEq)]
///     pub struct Fault;
///
///     #[context]
///     pub struct Board {
///         pub rail: bool,
///         pub log: Vec<&'static str>,
///     }
///
///     /// A parameter that does not have the name of a step is a field of the context. This step cannot fail.
///     #[step]
///     async fn power(rail: &mut bool) -> u32 {
///         *rail = true;
///         3_300
///     }
///
///     /// `power` is the result of the step `power`; `cx` describes the attempt.
///     #[step(retries = 2)]
///     async fn sensor(power: &u32, cx: &StepCx) -> Result<u32, Fault> {
///         if cx.attempt() == 3 { Ok(*power / 2) } else { Err(Fault) }
///     }
///
///     /// Runs whatever the outcome of the sensor, and gets its result or the cause.
///     #[step(when_all_done)]
///     async fn tidy(log: &mut Vec<&'static str>, sensor: Result<&u32, Cause>) -> Result<(), Fault> {
///         log.push(if sensor.is_ok() { "up" } else { "down" });
///         Ok(())
///     }
/// }
///
/// let mut board = boot::Board { rail: false, log: Vec::new() };
/// let report = futures_lite::future::block_on(boot::run(&mut board, &NoClock));
/// assert_eq!(report.outputs.sensor, Some(1_650));
/// assert_eq!(report.get("sensor").unwrap().attempts(), 3);
/// assert_eq!(board.log, ["up"]);
/// ```
#[cfg(feature = "macros")]
pub use rungs_macros::pipeline;

#[cfg(feature = "alloc")]
pub use cancel::CancelToken;
#[cfg(feature = "checkpoints")]
pub use checkpoints::{Checkpoint, Checkpoints, MemoryCheckpoints, RunEnding, StepEnding};
#[cfg(feature = "alloc")]
pub use dynamic::{
    AttemptSpawner, BoxError, Emitted, ExplainedStep, Explanation, Handle, InputError, InputErrorKind, Inputs, Kind,
    Local, LocalPipeline, Out, OutdatedCheckpoint, Owned, PanicSource, Pipeline, PipelineError, PipelineOf, PlanError,
    PlanErrorKind, PlanWarning, Runner, Shared, StepBuilder, StepWatch, UndoBuilder, Warnings, WatchError, own,
};
#[cfg(feature = "std")]
pub use exit::Exit;
#[cfg(feature = "alloc")]
pub use report::{
    AttemptTimes, ChromeTrace, Durations, ErrorChain, LongPoll, OutputError, OutputErrorKind, PollTimes, Report,
    RunError, StepPolls,
};
#[cfg(any(feature = "alloc", feature = "macros"))]
pub use report::{Reason, StepResult, StepResults, Timeline};
#[cfg(feature = "alloc")]
pub use scope::{AttemptScope, SpawnedAttempt};
#[cfg(feature = "std")]
pub use seed::random_seed;
#[cfg(feature = "alloc")]
pub use shared::SharedResource;
