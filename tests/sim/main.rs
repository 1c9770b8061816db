//! The simulation that users get: what it promises of itself.

mod errors;
mod order;
mod scripts;
mod tasks;
