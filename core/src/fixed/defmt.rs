//! The report in defmt's log: a line per step.

use super::report::{Outputs, Report};
use crate::report::log_report;
use defmt::{Format, Formatter};

impl<R: Outputs, E: Format, const STEPS: usize> Format for Report<R, E, STEPS> {
    fn format(&self, f: Formatter<'_>) {
        log_report(f, self.pipeline(), self.exit_code(), self.duration(), self.steps());
    }
}
