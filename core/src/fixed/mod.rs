//! Pipelines that are known at compile time: no heap, the plan in flash, futures that take the room of the graph's width.
//!
//! [`pipeline`](crate::dynamic) writes all of it for a module of async functions. This is what it is made of, for
//! those who would rather write it by hand: a [`StaticPlan`], a [`RunStorage`]'s storage, [`SharedResult`] results, and paths: async
//! blocks that take their steps one after another, as [`LaneStates`] tell them.
//!
//! # By hand
//!
//! What the compiler does not see is yours to keep, as the macro does:
//!
//! - Steps may share a path if each starts only when those before it there have ended, as where each needs the one
//!   before.
//! - A path whose steps each need only steps declared before them takes them in the order of declaration.
//! - A path says of an attempt that it [failed](LaneStates::failed) or was [abandoned](LaneStates::abandoned), and waits for the
//!   step's next turn. If it succeeded, the path goes on to its next step.
//! - The graph has no cycle ([`topological`](crate::scheduler::topological) tells, in a `const` too), and a plan that
//!   [needs a clock](crate::scheduler::Plan::needs_clock) has one.
//!
//! ```
//! use core::{future::Future, pin::pin, task::Poll};
//! use rungs::fixed::{StaticPlan, StaticPipeline, Outputs, SharedResult, Report, RunStorage, Runner, LaneStates, step_id};
//! use rungs::scheduler::{Edges, Need, StorageSize, Plan, invert};
//! use rungs::{NoClock, Retry, Settings, Status};
//!
//! #[derive(Debug, PartialEq)]
//! enum Fault {
//!     Busy,
//!     NoAntenna,
//! }
//!
//! struct Board {
//!     rail: bool,
//!     antenna: bool,
//! }
//!
//! // The steps, numbered as they are declared.
//! const POWER: u32 = 0;
//! const RADIO: u32 = 1;
//! const IMU: u32 = 2;
//! const FRAME: u32 = 3;
//!
//! async fn power(rail: &mut bool) -> Result<u32, Fault> {
//!     *rail = true;
//!     Ok(3_300)
//! }
//! async fn radio(antenna: &bool) -> Result<u8, Fault> {
//!     futures_lite::future::yield_now().await;
//!     if *antenna { Ok(7) } else { Err(Fault::NoAntenna) }
//! }
//! async fn imu(power: &u32, attempt: u32) -> Result<u32, Fault> {
//!     if attempt == 1 { Err(Fault::Busy) } else { Ok(power / 100) }
//! }
//! async fn frame(imu: &u32, radio: &u8) -> Result<u32, Fault> {
//!     Ok(imu + u32::from(*radio))
//! }
//!
//! // What each step needs, from its entry in the first list to the next one's; turned around, who waits for it; then
//! // the settings that there are, and which of them each step has.
//! const NEEDS: Edges<'static> = Edges::new(
//!     &[0, 0, 0, 1, 3],
//!     &[Need::result(step_id(POWER)), Need::result(step_id(IMU)), Need::result(step_id(RADIO))],
//! );
//! const WAITING: ([u32; 5], [Need; 3]) = {
//!     let (mut starts, mut list) = ([0; 5], [Need::result(step_id(0)); 3]);
//!     invert(NEEDS, &mut starts, &mut list);
//!     (starts, list)
//! };
//! const SETTINGS: &[Settings<'static>] = &[Settings::DEFAULT, Settings::DEFAULT.retries(2)];
//! const PLAN: Plan<'static> = Plan::new(NEEDS, Edges::new(&WAITING.0, &WAITING.1), SETTINGS, &[0, 0, 1, 0]);
//!
//! // Two paths: `power`, `imu` and `frame` follow one another, `radio` runs beside them.
//! const STATIC_PLAN: StaticPlan = StaticPlan::new("bring-up", &["power", "radio", "imu", "frame"], PLAN)
//!     .paths(&[0, 1, 0, 0])
//!     .levels(&[0, 0, 1, 2]);
//!
//! struct Results {
//!     power: Option<u32>,
//!     radio: Option<u8>,
//!     imu: Option<u32>,
//!     frame: Option<u32>,
//! }
//!
//! impl StaticPipeline for Results {
//!     const STATIC_PLAN: &'static StaticPlan = &STATIC_PLAN;
//! }
//!
//! impl Outputs for Results {
//!     const EMPTY: Self = Self { power: None, radio: None, imu: None, frame: None };
//! }
//!
//! type Storage = RunStorage<Results, Fault, 4, { StorageSize::ready_words(4) }, { PLAN.timers() }, 0, 0>;
//! // Two paths; no step asks why a need has no result, but one asks for its context.
//! type BoardWires = LaneStates<Fault, 2, 0, 1>;
//!
//! /// Tells what came of an attempt, and whether that ends the step.
//! fn tell<T>(wires: &BoardWires, path: usize, step: u32, place: &mut Option<T>, came: Option<Result<T, Fault>>) -> bool {
//!     match came {
//!         Some(Ok(value)) => {
//!             *place = Some(value);
//!             return true;
//!         }
//!         Some(Err(fault)) => wires.failed(path, step_id(step), fault, Retry::Yes),
//!         None => wires.abandoned(path, step_id(step)),
//!     }
//!     false
//! }
//!
//! async fn run<'r>(storage: &'r mut Storage, board: &mut Board) -> &'r Report<Results, Fault, 4> {
//!     {
//!         let (outputs, lent) = storage.lend();
//!         let wires = &BoardWires::new();
//!         let Results { power: voltage, radio: channel, imu: reading, frame: sum } = outputs;
//!         let heard = SharedResult::new();
//!         let Board { rail, antenna } = board;
//!         let mut sensors = pin!(async {
//!             while wires.turn::<0, POWER>().await {
//!                 let came = wires.attempt::<0, POWER, _>(power(&mut *rail)).await;
//!                 if tell(wires, 0, POWER, voltage, came) {
//!                     break;
//!                 }
//!             }
//!             while wires.turn::<0, IMU>().await {
//!                 // Both are there, or it would not be the step's turn.
//!                 let came = match (&*voltage, wires.context::<Results>(step_id(IMU))) {
//!                     (Some(power), Some(cx)) => wires.attempt::<0, IMU, _>(imu(power, cx.attempt())).await,
//!                     _ => None,
//!                 };
//!                 if tell(wires, 0, IMU, reading, came) {
//!                     break;
//!                 }
//!             }
//!             while wires.turn::<0, FRAME>().await {
//!                 let came = match (&*reading, heard.get()) {
//!                     (Some(imu), Some(radio)) => wires.attempt::<0, FRAME, _>(frame(imu, radio)).await,
//!                     _ => None,
//!                 };
//!                 if tell(wires, 0, FRAME, sum, came) {
//!                     break;
//!                 }
//!             }
//!         });
//!         let mut link = pin!(async {
//!             while wires.turn::<1, RADIO>().await {
//!                 let came = wires.attempt::<1, RADIO, _>(radio(antenna)).await;
//!                 if tell(wires, 1, RADIO, channel, came) {
//!                     break;
//!                 }
//!             }
//!             if let Some(channel) = channel {
//!                 heard.set(channel); // for a step of the other path
//!             }
//!         });
//!         let runner = Runner::<Results>::new();
//!         lent.drive(runner, &NoClock, wires, |path, cx| match path {
//!             0 => sensors.as_mut().poll(cx),
//!             1 => link.as_mut().poll(cx),
//!             _ => Poll::Ready(()),
//!         })
//!         .await;
//!     }
//!     storage.report()
//! }
//!
//! let mut storage = Storage::new();
//! let mut board = Board { rail: false, antenna: true };
//! let report = futures_lite::future::block_on(run(&mut storage, &mut board));
//! assert_eq!((report.outputs.frame, board.rail), (Some(40), true));
//! assert_eq!(report.get("imu").unwrap().attempts(), 2);
//!
//! // Again, on the same storage. `frame` fails as soon as `radio` has.
//! board.antenna = false;
//! let report = futures_lite::future::block_on(run(&mut storage, &mut board));
//! assert_eq!(report.get("radio").unwrap().error(), Some(rungs::StepError::Failed(&Fault::NoAntenna)));
//! assert_eq!(report.get("frame").unwrap().status(), Status::Failed);
//! assert_eq!((report.outputs.frame, report.exit_code()), (None, 1));
//! ```

pub mod args;
mod cells;
#[cfg(feature = "defmt")]
mod defmt;
mod drive;
mod fast_path;
mod lane_states;
mod observers;
mod output;
mod packed;
mod priorities;
mod report;
mod run_future;
mod runner;
mod settings;
mod signal;
mod static_plan;
mod storage;

pub use cells::{Handover, SharedResult};
pub use lane_states::LaneStates;
pub use observers::Watched;
pub use output::{StepOutput, judge, result_of, step_id};
pub use priorities::Priorities;
pub use report::{Outputs, Report};
pub use runner::{Fallible, ReportOf, Runner, Steps};
pub use settings::{AsDeclared, RunOptions, RunSettings, StoppedBy};
pub use signal::StopSignal;
pub use static_plan::{Diagram, StaticPipeline, StaticPlan};
pub use storage::{ReportStorage, RunBuffers, RunStorage};
