//! Steps that cannot fail: what has no effect on them, and the pipeline that needs no error type for them.

use super::{diagnostics::Diagnostics, module_args, undos::Undo};
use crate::model::{Fallibility, Step, StepArgs};

pub(super) fn check(steps: &[Step], undos: &[Undo], args: &module_args::Parsed, diagnostics: &mut Diagnostics) {
    let undos = || undos.iter().map(|undo| &undo.step);
    let can_fail = |step: &Step| step.fallibility == Fallibility::Fallible;
    let may_have_no_error = !steps.is_empty() && !steps.iter().chain(undos()).any(can_fail);
    if args.error.is_none() && !may_have_no_error {
        diagnostics.missing("the steps' error type is missing: `#[pipeline(error = MyError)]`");
    }
    for step in steps.iter().filter(|step| step.fallibility == Fallibility::Infallible) {
        check_retries(step, &args.defaults, diagnostics);
    }
    // The defaults are those of steps.
    for undo in undos().filter(|undo| undo.fallibility == Fallibility::Infallible) {
        check_retries(undo, &StepArgs::default(), diagnostics);
    }
}

/// Such a step is retried only after a timeout.
fn check_retries(step: &Step, defaults: &StepArgs, diagnostics: &mut Diagnostics) {
    let settings = &step.settings;
    if let Some(predicate) = &settings.retry_if {
        diagnostics.at(predicate, "`retry_if` has no effect on a step that cannot fail: it returns no `Result`");
    }
    let may_time_out = [&settings.timeout, &settings.settings, &defaults.timeout].into_iter().any(Option::is_some);
    let message = |name| format!("`{name}` has no effect on a step that cannot fail and has no `timeout`");
    match &settings.retries {
        Some(retries) if !may_time_out => diagnostics.at(retries, message("retries")),
        None if settings.retry_forever && !may_time_out => diagnostics.at(&step.ident, message("retry_forever")),
        _ => {}
    }
}
