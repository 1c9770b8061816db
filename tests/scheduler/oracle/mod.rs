//! A naive oracle for the scheduler: a discrete-event simulation of a whole run, written to be read rather than to be
//! fast. It shares no code and no idea with the scheduler that it checks: each question ("may this step start?", "is
//! its fate decided?") is answered from scratch, by looking at everything that has happened so far.
//!
//! At each instant, in this order:
//!
//! 1. every attempt that is over by itself reports its result, in the order of the steps;
//! 2. the token's requests are applied;
//! 3. the first of these rules that applies is carried out, until none does: a timer fires, the run's deadline passes,
//!    a step ends that had ended before the run, a doomed step ends, the stop ends or abandons one step, the startable
//!    step that comes first starts, a step that is blocked for good fails.
//!
//! Then time jumps to the next instant at which anything can happen. [`run`] does this to a [`Case`] and returns what
//! is [`Expected`]. A case prints itself as the expression of [`build`] that makes it, so that it can be replayed.

#![allow(unreachable_pub, reason = "what the rest of the test binary may use is `pub`; there is nothing beyond it")]

mod case;
mod expected;
mod outcome;
mod queries;
mod rank;
mod show;
mod world;

pub mod build;

#[cfg(test)]
mod tests;

pub use case::{Attempt, Case, Ends, Given, OnFailure, Rule, Spec, StopRequest};
pub use expected::{Expected, LastError, Status, StepEnd, Why};
pub use world::run;
