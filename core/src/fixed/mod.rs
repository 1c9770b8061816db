//! The static API: a pipeline that is known at compile time runs without a heap, its plan lies in flash, and its futures
//! need memory for the steps that can overlap.
//!
//! The attribute [`pipeline`](macro@crate::pipeline) makes such a pipeline of a module of async functions. Here are the
//! types that its functions return, and the traits for code that works with any of these pipelines:
//!
//! - [`Runner`] is a run with options of its own, and [`StopSignal`] stops one from outside.
//! - [`Report`] is the outcome of a run.
//! - [`StaticPlan`] and [`Diagram`] show the plan.
//! - [`StaticPipeline`], [`Fallible`], [`Steps`] and [`Outputs`] are bounds for generic functions.
//! - `Checkpoints`, with the feature `postcard`, is where results are kept that outlast their run.
//! - [`UnmetCx`] is the context of a step that is told which of its needs have no result.
//! - [`args`] has what may stand in the attribute's arguments.
//!
//! ```
//! use rungs::fixed::{ReportOf, Runner, StaticPipeline, Steps};
//! use rungs::NoClock;
//!
//! #[rungs::pipeline(error = &'static str)]
//! mod boot {
//!     pub struct Board {
//!         pub rail: bool,
//!     }
//!
//!     #[step]
//!     async fn power(rail: &mut bool) -> Result<u32, &'static str> {
//!         *rail = true;
//!         Ok(3_300)
//!     }
//!     #[step]
//!     async fn sensor(power: &u32) -> Result<u32, &'static str> {
//!         Ok(power / 100)
//!     }
//! }
//!
//! /// Runs any pipeline on its context, one attempt at a time.
//! fn run_serially<C, P: Steps<C>>(context: C) -> ReportOf<P, C> {
//!     let run = Runner::<P>::new().max_concurrent(1).run(context, &NoClock);
//!     futures_lite::future::block_on(run)
//! }
//!
//! let mut board = boot::Board { rail: false };
//! let report: boot::Report = run_serially::<_, boot::Pipeline>(&mut board);
//! assert_eq!((report.outputs.sensor, board.rail), (Some(33), true));
//! assert_eq!(boot::Pipeline::STATIC_PLAN.plan.len(), 2);
//! ```
//!
//! # A driver that one step makes and the next ones use
//!
//! Results may be borrowed by `&mut`, in turn, and taken by value, by the last step that uses one. A result may borrow from the
//! context, which then keeps the field until the run has ended:
//!
//! ```
//! #[rungs::pipeline(error = &'static str)]
//! mod boot {
//!     /// A driver owns its peripheral.
//!     pub struct Modem<'u> {
//!         uart: &'u mut Vec<u8>,
//!     }
//!
//!     #[context]
//!     pub struct Peripherals {
//!         pub uart: Vec<u8>,
//!     }
//!
//!     #[step]
//!     async fn modem(uart: &mut Vec<u8>) -> Result<Modem<'_>, &'static str> {
//!         Ok(Modem { uart })
//!     }
//!     #[step(retries = 1)]
//!     async fn join(modem: &mut Modem<'_>) -> Result<(), &'static str> {
//!         modem.uart.push(1);
//!         if modem.uart.len() < 2 { Err("no answer") } else { Ok(()) }
//!     }
//!     #[step]
//!     async fn packet() -> String {
//!         "hello".into()
//!     }
//!     #[step(after(join))]
//!     async fn send(modem: &mut Modem<'_>, packet: String) {
//!         modem.uart.extend(packet.into_bytes());
//!     }
//!     #[step]
//!     async fn sleep(modem: Modem<'_>) -> usize {
//!         modem.uart.len()
//!     }
//! }
//!
//! let mut board = boot::Peripherals { uart: Vec::new() };
//! let report = futures_lite::future::block_on(boot::run(&mut board, &rungs::NoClock));
//! assert_eq!(report.outputs.sleep, Some(7));
//! assert_eq!(report.outputs.packet, None, "`send` has taken it");
//! assert_eq!(report.get("packet").map(|step| step.status()), Some(rungs::Status::Success));
//! assert_eq!(board.uart, b"\x01\x01hello");
//! ```
//!
//! What cannot be had, and what to do instead:
//!
//! - A result that borrows from another result: keep what it would borrow in a field of the context, or let a step take the other
//!   result by value and return both.
//! - A later step that takes a field which a result has borrowed by `&mut`: let it take that result.
//! - A step that is retried and takes a result by value: take it by `&mut`, and let the value be an `Option` of which the attempt
//!   that succeeds takes what it needs.
//! - Readers of a field that run at the same time *before* a step that writes it: that needs a lock that counts its readers, which
//!   a core without compare-and-swap does not have without `unsafe`. They keep the order of the writers.
//!
//! # Readers and writers of a field
//!
//! Steps that take a field by `&` follow the writers that are declared before them, and the next writer waits for all of
//! them, whether they succeed or not. After the last writer they run at the same time:
//!
//! ```
//! #[rungs::pipeline]
//! mod boot {
//!     pub struct Board {
//!         pub calibration: u32,
//!     }
//!
//!     #[step]
//!     async fn load(calibration: &mut u32) {
//!         *calibration = 7;
//!     }
//!     #[step]
//!     async fn imu(calibration: &u32) -> u32 {
//!         *calibration
//!     }
//!     #[step]
//!     async fn baro(calibration: &u32) -> u32 {
//!         *calibration
//!     }
//! }
//!
//! let mut board = boot::Board { calibration: 0 };
//! let report = futures_lite::future::block_on(boot::run(&mut board, &rungs::NoClock));
//! assert_eq!((report.outputs.imu, report.outputs.baro), (Some(7), Some(7)));
//! let after = |step| boot::plan().get(step).unwrap().needs().map(|need| need.step().name()).collect::<Vec<_>>();
//! assert_eq!((after("imu"), after("baro")), (vec!["load"], vec!["load"]));
//! ```
//!
//! # Limits that the board states
//!
//! A limit may be a value of the context, with an upper bound for the plan:
//!
//! ```
//! #[rungs::pipeline(error = &'static str)]
//! mod boot {
//!     use core::time::Duration;
//!
//!     pub struct Board {
//!         pub patience: Duration,
//!     }
//!
//!     #[step(timeout = patience, at_most = secs(2))]
//!     async fn join() -> Result<u8, &'static str> {
//!         Ok(7)
//!     }
//! }
//!
//! // Storage and plan are those of the bound; each run takes the limit from its board.
//! let join = boot::plan().get("join").unwrap();
//! assert_eq!(join.settings().get_timeout(), Some(rungs::fixed::args::secs(2)));
//! ```
//!
//! # Branches
//!
//! A step with `maybe` may find that there is nothing to do; the steps that need its result are skipped with it, and a step with
//! `when_none_failed` joins what is left. `follows` is an order without a need, and `after_all` waits for all steps before:
//!
//! ```
//! use rungs::{Cause, NoClock};
//!
//! #[rungs::pipeline(error = &'static str)]
//! mod update {
//!     pub struct Device {
//!         pub image: Option<u32>,
//!         pub log: Vec<&'static str>,
//!     }
//!
//!     #[step(maybe)]
//!     async fn download(image: &Option<u32>) -> Option<u32> {
//!         *image
//!     }
//!     // What must not end half-way goes on whatever stops the run.
//!     #[step(never_cancel)]
//!     async fn write(download: &u32) -> Result<u32, &'static str> {
//!         if *download == 0 { Err("a bad image") } else { Ok(*download) }
//!     }
//!     #[step]
//!     async fn version() -> u32 {
//!         7
//!     }
//!     #[step(when_none_failed)]
//!     async fn boot(write: Option<&u32>, version: Option<&u32>) -> Option<u32> {
//!         write.or(version).copied()
//!     }
//!     #[step(follows(write))]
//!     async fn modem(log: &mut Vec<&'static str>) {
//!         log.push("modem");
//!     }
//!     #[step(when_all_done, after_all)]
//!     async fn power_down(log: &mut Vec<&'static str>) {
//!         log.push("power down");
//!     }
//! }
//!
//! let update = |image| {
//!     let mut device = update::Device { image, log: Vec::new() };
//!     let report = futures_lite::future::block_on(update::run(&mut device, &NoClock));
//!     assert_eq!(device.log, ["modem", "power down"]);
//!     report
//! };
//! let up_to_date = update(None);
//! assert_eq!((up_to_date.exit_code(), up_to_date.outputs.boot), (0, Some(Some(7))));
//! assert_eq!(up_to_date.get("download").unwrap().cause(), Some(Cause::SkippedItself));
//! assert_eq!(update(Some(8)).outputs.boot, Some(Some(8)));
//! assert_eq!(update(Some(0)).outputs.boot, None);
//! ```
//!
//! # On a board
//!
//! - A run is a future that a task awaits or a loop polls. It passes the waker on as it is, so embassy's timers work in a task of
//!   embassy. For a bare loop, see the page of the package `rungs-embassy`.
//! - A run that is dropped, by a time limit around it or by a button, leaves its report in the storage that
//!   [`run_in`](Runner::run_in) was given: `Storage::report` tells how far it came.
//! - A further step takes some hundreds of bytes of flash with a small body: `examples/firmware/growth` in the repository measures
//!   it, and its README has the figures. It takes 24 bytes of RAM, 16 for a time limit, its output and its error.

pub mod args;
mod cells;
#[cfg(feature = "postcard")]
mod checkpoints;
#[cfg(feature = "defmt")]
mod defmt;
mod driver;
mod fast_path;
mod lane_states;
mod lanes;
mod limits;
mod observers;
mod output;
mod packed;
mod polled_run;
mod priorities;
mod report;
mod run_future;
mod run_store;
mod runner;
mod sequences;
mod settings;
mod signal;
mod static_plan;
mod storage;
mod undo;
mod unmet_cx;
mod unmet_needs;

#[cfg(feature = "postcard")]
pub use checkpoints::{CheckpointError, Checkpoints};
pub use report::{Outputs, Report};
pub use runner::{ReportOf, Runner, Steps};
pub use signal::StopSignal;
pub use static_plan::{Diagram, Fallible, StaticPipeline, StaticPlan};
pub use unmet_cx::UnmetCx;

/// What only generated code calls or implements, and the types that users need not name.
pub(crate) mod private {
    #[cfg(feature = "postcard")]
    pub use super::checkpoints::{
        Begins, Fingerprint, StepBegin, StoreWriter, StoredIn, StoredStep, WithCheckpoints, WriteSlot, buffer_size,
        decode, is_plain, key, stored_step,
    };
    pub use super::{
        cells::{Handover, SharedResult},
        lane_states::LaneStates,
        lanes::Lanes,
        limits::{ContextLimits, StatedLimits},
        observers::Watched,
        output::{
            MaybeValue, NamedResult, OutputType, PlainType, StepOutput, StepValue, found, result_of, retry_verdict,
            step_id,
        },
        priorities::Priorities,
        run_store::RunStore,
        sealed::Generated,
        sequences::Sequences,
        settings::{AsDeclared, RunInput, RunOptions, RunSettings, StoppedBy, With},
        static_plan::StaticPlanParts,
        storage::{ReportStorage, RunBuffers, RunStorage},
        undo::Undone,
        unmet_cx::HeldUnmet,
        unmet_needs::{Causes, UnmetError, UnmetNeeds, Unmets, may_be_unmet},
    };
    pub use crate::observers::Observers;
}

mod sealed {
    /// Seals the traits that only this crate implements.
    #[allow(unnameable_types, reason = "this is what seals them")]
    pub trait Sealed {}

    /// Seals the traits that only generated code implements.
    pub trait Generated {}
}
