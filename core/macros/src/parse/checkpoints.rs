//! Steps whose results are kept beyond the run: what can be stored, and what would be wrong after it.

use super::{
    diagnostics::{Diagnostics, shown},
    kept::Lifetimes,
    signature::mentions_any,
    step_args::Parsed,
};
use crate::model::{By, ParamKind, Step};
use syn::{Signature, Type};

/// Checks one step, by what is written at it.
pub(super) fn check(
    sig: &Signature,
    args: &Parsed,
    output: &Type,
    lifetimes: &Lifetimes,
    diagnostics: &mut Diagnostics,
) {
    let Some(checkpoint) = &args.checkpoint else { return };
    if !cfg!(feature = "postcard") {
        diagnostics.at(checkpoint, "`checkpoint` needs the feature `postcard` of the crate `rungs`");
    }
    if args.settings.when.is_clean_up() {
        diagnostics.at(checkpoint, "a step that cleans up runs in each run, so its result cannot be a checkpoint");
    }
    if !lifetimes.is_empty() {
        diagnostics.at(output, "the result of a checkpoint is stored, so it cannot borrow");
    } else if mentions_any(output, &sig.generics) {
        diagnostics
            .at(output, "the result of a checkpoint cannot depend on a generic parameter: its size must be known");
    }
}

/// Checks what other steps do with the results.
pub(super) fn check_all(steps: &[Step], diagnostics: &mut Diagnostics) {
    let is_checkpoint = |step: usize| steps.get(step).is_some_and(|step| step.is_checkpoint);
    for param in steps.iter().flat_map(|step| &step.params) {
        if let ParamKind::Result { step, by: By::Mut } = param.kind
            && is_checkpoint(step)
        {
            let message = format!(
                "`{}` is a checkpoint, and what a step changes in its result is not stored: take it as `&T` or `T`",
                shown(&param.ident)
            );
            diagnostics.at(&param.ident, message);
        }
    }
    let has_checkpoint = steps.iter().any(|step| step.is_checkpoint);
    for version in steps.iter().filter_map(|step| step.version.as_ref()).filter(|_| !has_checkpoint) {
        diagnostics.at(version, "`version` has no effect in a pipeline without a `checkpoint`");
    }
}
