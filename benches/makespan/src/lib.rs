//! How much longer runs take than they have to, by what is known of the durations of their steps.
//!
//! All runs are on a held clock, so the figures are exact and the same on every machine.

mod list;
mod random;
mod run;
mod workflow;

pub use list::{Key, list_schedule};
pub use random::Random;
pub use run::{Known, Runs};
pub use workflow::{Task, Workflow};
