//! A report as a table for people.

use super::Report;
use crate::{pipeline::Cell, summary::Table};
use core::fmt;

impl<E: fmt::Display, C: Cell + ?Sized> fmt::Display for Report<E, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let table = Table {
            pipeline: self.pipeline(),
            names: &*self.names,
            states: &self.ran.states,
            started: self.started,
            duration: self.duration(),
            is_required: |step| self.step(step).is_required(),
            reason: |step| self.step(step).reason(),
        };
        table.write(f)
    }
}
