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

pub mod args;
mod cells;
#[cfg(feature = "defmt")]
mod defmt;
mod driver;
mod fast_path;
mod lane_states;
mod observers;
mod output;
mod packed;
mod polled_run;
mod priorities;
mod report;
mod run_future;
mod runner;
mod settings;
mod signal;
mod static_plan;
mod storage;

pub use report::{Outputs, Report};
pub use runner::{ReportOf, Runner, Steps};
pub use signal::StopSignal;
pub use static_plan::{Diagram, Fallible, StaticPipeline, StaticPlan};

/// What only generated code calls or implements, and the types that users need not name.
pub(crate) mod private {
    pub use super::{
        cells::{Handover, SharedResult},
        lane_states::LaneStates,
        observers::Watched,
        output::{StepOutput, result_of, retry_verdict, step_id},
        priorities::Priorities,
        sealed::Generated,
        settings::{AsDeclared, RunOptions, RunSettings, StoppedBy},
        static_plan::StaticPlanParts,
        storage::{ReportStorage, RunBuffers, RunStorage},
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
