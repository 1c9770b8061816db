// The README's code needs adapters, so it is tested as a part of the package `rungs-tests`, which has them.
#![cfg_attr(not(doctest), doc = include_str!("../README.md"))]
//!
//! # Which part do I need?
//!
//! | you write | you take |
//! | --- | --- |
//! | an application, with steps as closures | [`Pipeline`]; [`LocalPipeline`] if results are not `Send` |
//! | an application, with steps as async functions | the attribute `pipeline` (feature `macros`) |
//! | .. on smol | the package `rungs-smol`: `Smol` is the timer, and spawns on the global executor |
//! | .. on executors of your own, from async-executor | the package `rungs-async-executor`: `On` spawns, also steps that borrow |
//! | .. on tokio or another runtime | a [`Timer`] over its clock; a [`Spawner`] over its tasks, if steps shall run on other threads. A pipeline runs in any task: `tokio::spawn`, a `JoinSet` |
//! | .. on no runtime | [`NoClock`] if no step has a limit or a delay, else a [`Timer`]: `examples/custom_executor.rs` is a whole one |
//! | firmware on embassy | the attribute `pipeline`, with `default-features = false, features = ["macros"]`; the package `rungs-embassy` for its clock |
//! | firmware with a bare loop or interrupts | the same with a [`Timer`] of your own over a hardware counter: `examples/firmware/riscv` |
//! | a driver of your own: threads, a game loop, a simulator, another language | [`scheduler`] alone, the package `rungs-scheduler`. It has no futures, heap or clock |
//!
//! The smallest application:
//!
//! ```
//! # #[cfg(feature = "alloc")] {
//! use rungs::{NoClock, Pipeline};
//!
//! let mut p = Pipeline::new("sum");
//! let a = p.step("a").run(async || Ok(2));
//! let b = p.step("b").run(async || Ok("40".parse::<i32>()?));
//! let sum = p.step("sum").needs((a, b)).run(async |a, b| Ok(*a + *b));
//!
//! let report = futures_lite::future::block_on(p.run(&NoClock))?;
//! assert_eq!(*report.output(sum).unwrap(), 42);
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What happens when
//!
//! | said | meaning |
//! | --- | --- |
//! | `defaults(..)` of a pipeline | what each of its steps has if it does not state it: [`Settings`], setting by setting |
//! | `config(..)` of a pipeline | how each of its runs is carried out if the run does not state it: [`Config`] |
//! | `retries(n)` | n extra attempts after the first; alone: at once, without a clock |
//! | `backoff(..)` | the delay before each further attempt: [`Backoff`], with [`Jitter`] |
//! | `retry_if(..)` | [`Retry`]: again, again after a given time, or not. Sees the step's own errors only |
//! | `timeout(d)` | for each attempt, from its start; one that takes longer is ended and counts as failed |
//! | `deadline(d)` | for the step, from its first attempt's start through delays and waiting; a delay that would reach it fails the step at once, with its last error |
//! | `max_concurrent(n)` | attempts in flight; a step that waits for its next attempt holds no place |
//! | `uses(resource, k)` | held exactly while an attempt is in flight, all taken at once; a step that lacks one is passed over |
//! | a need failed | the step is `Failed` with [`Cause::Dependency`], as soon as its first need ends without success; a need that was skipped or cancelled makes it `Skipped` |
//! | `skip_on_error` | a failed need makes it `Skipped` instead |
//! | `when_all_done` | waits for all needs and runs whatever they came to, also after a stop |
//! | `when_any_failed` | the same, if one was failed, cancelled, or skipped because of a failure or a stop; else `Skipped` with [`Cause::NotNeeded`] |
//! | `optional` | its failure stops nothing and does not count in the exit code. A required step that needs it still fails with it: say `skip_on_error` there |
//! | [`OnFailure`] | what a required step's own final failure does to the others: nothing, drain, cancel |
//! | drain | no ordinary step or attempt starts any more: what never started is `Skipped`, what waits for another attempt is `Cancelled` with its last error; attempts in flight end |
//! | cancel | as drain, and attempts in flight are abandoned: `Cancelled` |
//! | clean-up after a stop | steps `when_all_done` and `when_any_failed` still run after a failure, the run's deadline or a token's first cancel; the second cancel of a token (or dropping the run) prevents them |
//! | a tie | a result that is ready in a poll wins over a time limit or a stop noticed in the same poll; a time limit over a stop |
//! | a panic (`std`) | the step is `Failed` with [`StepError::Panicked`], never tried again; the others go on |
//!
//! An abandoned attempt keeps its place and its resources until it has really ended, and no attempt of the same step
//! starts before. In place, ending an attempt is dropping it.
//!
//! # Features
//!
//! `std` (default) implies `alloc`; without both, the scheduler, policies, rendering and the traits remain, and `macros`
//! adds the static face (without `std` it links against an implementation of the crate `critical-section`, which every
//! board brings). `serde` writes reports, and reads and writes [`Settings`] and [`Config`]; `defmt` logs reports and plain data on a board.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

/// The same scheduler alone, as a crate of its own.
pub use rungs_scheduler as scheduler;

mod error;
#[cfg(feature = "macros")]
pub mod fixed;
mod observe;
// Its types stand in signatures; nobody names them.
pub mod diagram;
#[doc(hidden)]
#[cfg(any(feature = "alloc", feature = "macros"))]
pub mod observers;
#[cfg(any(feature = "alloc", feature = "macros"))]
mod plan_view;
mod reason;
#[cfg(any(feature = "alloc", feature = "macros"))]
mod report;
mod spawn;
#[cfg(any(feature = "alloc", feature = "macros"))]
mod step_cx;
mod time;

#[cfg(feature = "alloc")]
mod cancel;
#[cfg(feature = "alloc")]
mod driver;
#[cfg(feature = "alloc")]
// Its types stand in signatures, and what people use of them is named below.
#[doc(hidden)]
pub mod dynamic;
#[cfg(feature = "std")]
mod exit;
#[cfg(feature = "std")]
mod seed;

/// What the code of `#[pipeline]` calls. It is no part of the public API, and may change in any release.
#[cfg(feature = "macros")]
#[doc(hidden)]
pub mod __private {
    pub use crate::fixed::private::*;
}

pub use error::StepError;
pub use observe::{Counts, Event, EventKind, Observer, RunInfo};
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

/// A module of async functions as a pipeline: checked at compile time, and run without a heap.
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
///     /// Any parameter that is no step is a field of the context.
///     #[step]
///     async fn power(rail: &mut bool) -> Result<u32, Fault> {
///         *rail = true;
///         Ok(3_300)
///     }
///
///     /// `power` is that step's result, and `cx` what a step may know of its attempt.
///     #[step(retries = 2)]
///     async fn sensor(power: &u32, cx: &StepCx) -> Result<u32, Fault> {
///         if cx.attempt() == 3 { Ok(*power / 2) } else { Err(Fault) }
///     }
///
///     /// Runs whatever came of the sensor.
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
#[cfg(feature = "alloc")]
pub use dynamic::{
    BoxError, Handle, InputError, InputErrorKind, Inputs, Kind, Local, LocalPipeline, Out, Pipeline, PipelineOf,
    PlanError, PlanErrorKind, Runner, Shared, StepBuilder, own,
};
#[cfg(feature = "std")]
pub use exit::Exit;
#[cfg(feature = "alloc")]
pub use report::{ErrorChain, OutputError, OutputErrorKind, Report, RunError};
#[cfg(any(feature = "alloc", feature = "macros"))]
pub use report::{Reason, StepResult, StepResults};
#[cfg(feature = "std")]
pub use seed::random_seed;
