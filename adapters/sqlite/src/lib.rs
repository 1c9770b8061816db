#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod error;
mod file;
mod history;
mod lock;
mod records;
mod rows;
mod run;
mod runs;
mod writer;

pub use error::{Error, ErrorKind};
pub use history::History;
pub use records::{RunEnd, RunRecord, StepRecord};
pub use run::{Answer, Run};
pub use runs::Runs;
