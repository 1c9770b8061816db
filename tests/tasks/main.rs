//! Runs in tasks: a pipeline that is made in one, or moved into one, in each API and with each kind of error that programs
//! use. What is held here is foremost that it compiles: such a future is `Send`, and the compiler finds that out.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by a panic")]
#![allow(unnameable_types, unreachable_pub, missing_docs, reason = "modules of steps")]

mod tasks;

mod dynamic;
mod fixed;
mod parts;

use rungs::{Event, Observer};
use std::fmt;

/// An error of a program's own.
#[derive(Debug)]
pub enum Fault {
    No,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no")
    }
}

/// Counts events, whatever the error.
#[derive(Debug, Default)]
pub struct Count(u32);

impl<E> Observer<E> for Count {
    fn on_event(&mut self, _: &Event<'_, E>) {
        self.0 += 1;
    }
}
