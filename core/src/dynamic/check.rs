//! The checks before a run: of the plan, and of the run's configuration.

use super::{
    beginning::Beginning,
    draft::Draft,
    plan_error::{PlanError, PlanErrorKind},
    selection::Selection,
};
use crate::steps::{PlanWarning, ValueType, Warnings};
use alloc::vec::Vec;
use rungs_scheduler::{Config, Jitter, Settings, StepId};

impl Draft<'_> {
    /// Finds everything that is wrong: with the plan, and with a run of it under this configuration that begins with this, whose
    /// steps have results of these types.
    pub(super) fn check<C: ?Sized>(
        &mut self,
        config: &Config,
        ticks: bool,
        beginning: &Beginning<C>,
        result_type: impl Fn(StepId) -> Option<ValueType>,
    ) -> Vec<PlanErrorKind> {
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
                    mistakes.push(PlanErrorKind::TimeWithoutClock { step: Some(self.name(step)) });
                },
            );
        }
        if !ticks {
            self.check_starts_without_clock(&mut mistakes);
        }
        if config.get_seed().is_none() {
            self.each_step_with(
                |s| s.needs_seed(),
                |step| {
                    mistakes.push(PlanErrorKind::JitterWithoutSeed { step: self.name(step) });
                },
            );
        }
        if self.inputs.is_some() || !beginning.is_nothing() {
            let inputs = self.inputs.as_deref().map_or(&[][..], |inputs| inputs);
            let select = || self.select(beginning);
            beginning.check(&self.names, inputs, result_type, select, &mut mistakes);
        }
        mistakes
    }

    /// An error of these mistakes, if there are any.
    pub(super) fn no_mistakes(&self, mistakes: Vec<PlanErrorKind>) -> Result<(), PlanError> {
        if mistakes.is_empty() { Ok(()) } else { Err(PlanError::new(self.names.pipeline().into(), mistakes)) }
    }

    /// Which steps a run consists of that begins with this; none if the plan is wrong.
    pub(super) fn select<C: ?Sized>(&self, beginning: &Beginning<C>) -> Option<Selection<'_>> {
        let compiled = self.compiled.as_ref()?;
        let (targets, given) = (beginning.target_steps(&self.names), beginning.given_steps(&self.names));
        Some(Selection::new(self.plan(compiled), &compiled.order, targets.as_deref(), &given))
    }

    /// Finds what a run under this configuration is warned of; `may_wait_less` tells for a step whether its retry
    /// predicate may state a shorter delay than its backoff.
    pub(super) fn warn(&self, config: &Config, may_wait_less: impl Fn(StepId) -> bool, warnings: &mut Warnings) {
        warnings.clear();
        if config.has_deadline() && config.get_clean_up_deadline().is_none() {
            self.each_step_with(is_unlimited_clean_up, |step| {
                warnings.push(PlanWarning::UnlimitedCleanUp { step: self.name(step) });
            });
        }
        self.each_step_with(is_never_retried, |step| {
            if !may_wait_less(step) {
                warnings.push(PlanWarning::NeverRetried { step: self.name(step) });
            }
        });
        for resource in self.resources.iter().filter(|resource| !resource.is_used) {
            warnings.push(PlanWarning::UnusedResource { resource: resource.name.clone() });
        }
    }

    pub(super) fn each_step_with(&self, what: impl Fn(&Settings<'_>) -> bool, mut found: impl FnMut(StepId)) {
        // Most plans have a handful of different settings, most of them harmless.
        if !self.settings.iter().any(&what) {
            return;
        }
        for (step, &which) in self.which.iter().enumerate() {
            if self.settings.get(which as usize).is_some_and(&what) {
                found(StepId::from_number(step as u32));
            }
        }
    }
}

fn is_unlimited_clean_up(settings: &Settings<'_>) -> bool {
    settings.get_when().is_clean_up() && settings.get_timeout().is_none() && settings.get_deadline().is_none()
}

/// Whether the first delay, which jitter could shorten, reaches the deadline.
fn is_never_retried(settings: &Settings<'_>) -> bool {
    settings.get_retries() > 0
        && settings.get_backoff().get_jitter() == Jitter::None
        && settings.get_deadline().is_some_and(|deadline| settings.get_backoff().delay(1, 0) >= deadline)
}
