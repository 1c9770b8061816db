//! All small plans, on the scheduler and on the oracle.
//!
//! An ordinary test run tries a fixed share of each space and prints which; a full run tries all of it.

mod attempts;
mod given;
mod grace;
mod lingering;
mod meanings;
mod put_off;
mod rules;
mod space;
mod stops;
