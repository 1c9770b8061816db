//! Pipelines that are known at compile time: no heap, the plan in flash, futures that take the room of the graph's width.
//!
//! [`pipeline`](crate::pipeline) writes all of it for a module of async functions. This is what it is made of, for
//! those who would rather write it by hand: a [`Blueprint`], a [`Run`]'s storage, [`Published`] results, and paths: async
//! blocks that take their steps one after another, as [`Wires`] tell them.

mod ahead;
pub mod args;
mod blueprint;
mod cells;
mod drive;
mod driven;
mod output;
mod places;
mod report;
mod runner;
mod settings;
mod signal;
mod wire;

pub use blueprint::{Blueprint, Known, Picture};
pub use cells::{Handed, Published};
pub use output::{StepOutput, judge, step_id};
pub use places::Places;
pub use report::{Outputs, Reason, Report, StepResult, Store};
pub use runner::{Lent, ReportOf, Run, Runner, Steps, Storage};
pub use settings::{AsDeclared, RunSettings, Said};
pub use signal::StopSignal;
pub use wire::{Attempt, Wires};
