#![doc = include_str!("../../README.md")]
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

pub mod scheduler;

mod plan;
mod policy;
pub mod render;
mod spawn;
mod time;

#[cfg(feature = "alloc")]
mod cancel;
#[cfg(feature = "alloc")]
mod drive;
#[cfg(feature = "alloc")]
mod observe;
#[cfg(feature = "alloc")]
pub mod pipeline;
#[cfg(feature = "alloc")]
mod report;
#[cfg(feature = "std")]
mod seed;

pub use plan::StepId;
pub use policy::{Backoff, Config, Jitter, OnFailure, Order, Retry, Settings, When};
pub use scheduler::{Cause, Status, Stop};
pub use spawn::{InPlace, Lost, Spawner};
pub use time::{Instant, NoClock, Timer};

#[cfg(feature = "alloc")]
pub use cancel::CancelToken;
#[cfg(feature = "alloc")]
pub use observe::{Event, Happened, Observer};
#[cfg(feature = "alloc")]
pub use pipeline::{
    BoxError, Graph, Handle, InputError, InputFault, Inputs, LocalPipeline, Mistake, Out, Pipeline, PlanError, Runner,
    StepBuilder, StepCx,
};
#[cfg(feature = "alloc")]
pub use report::{NoOutput, Reason, Report, StepError, StepResult};
#[cfg(feature = "std")]
pub use seed::random_seed;
