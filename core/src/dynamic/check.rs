//! The checks before a run: of the plan, and of the run's configuration.

use super::{
    draft::Draft,
    plan_error::{PlanError, PlanErrorKind},
};
use alloc::{string::String, vec::Vec};
use rungs_scheduler::{Config, Settings, StepId};

impl Draft<'_> {
    /// Finds everything that is wrong: with the plan, and with a run of it under this configuration.
    pub(super) fn check(&mut self, config: &Config, ticks: bool) -> Result<(), PlanError> {
        let mut mistakes = match self.compile() {
            Ok(()) => Vec::new(),
            Err(error) => error.into_mistakes(),
        };
        if config.get_max_concurrent() == Some(0) {
            mistakes.push(PlanErrorKind::NoConcurrency);
        }
        if !ticks {
            if config.needs_clock() {
                mistakes.push(PlanErrorKind::TimeWithoutClock { step: None });
            }
            self.each_step_with(
                |s| s.needs_clock(),
                |step| {
                    mistakes.push(PlanErrorKind::TimeWithoutClock { step: Some(step) });
                },
            );
        }
        if config.get_seed().is_none() {
            self.each_step_with(
                |s| s.needs_seed(),
                |step| {
                    mistakes.push(PlanErrorKind::JitterWithoutSeed { step });
                },
            );
        }
        if mistakes.is_empty() { Ok(()) } else { Err(PlanError::new(self.names.pipeline().into(), mistakes)) }
    }

    /// Calls `found` with the name of each step with such settings.
    pub(super) fn each_step_with(&self, what: impl Fn(&Settings<'_>) -> bool, mut found: impl FnMut(String)) {
        // Most plans have a handful of different settings, most of them harmless.
        if !self.settings.iter().any(&what) {
            return;
        }
        for (step, &which) in self.which.iter().enumerate() {
            if self.settings.get(which as usize).is_some_and(&what) {
                found(self.name(StepId::from_number(step as u32)));
            }
        }
    }
}
