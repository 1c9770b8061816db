//! What is gone once a step has taken it: no step that comes later can take it too.

use super::diagnostics::{Diagnostics, shown};
use crate::model::{By, Field, Param, ParamKind, Step};

/// A parameter, by its step and its place there.
#[derive(Clone, Copy)]
struct Taken<'s> {
    step: &'s Step,
    param: &'s Param,
}

/// Checks steps in their order.
pub(super) fn check(steps: &[Step], fields: &[Field], order: &[usize], diagnostics: &mut Diagnostics) {
    let mut before: Vec<Taken<'_>> = Vec::new();
    for step in order.iter().filter_map(|&step| steps.get(step)) {
        for param in &step.params {
            let later = Taken { step, param };
            if let Some(message) = before.iter().find_map(|earlier| conflict(*earlier, later, fields)) {
                diagnostics.at(&param.ident, message);
            }
        }
        before.extend(step.params.iter().map(|param| Taken { step, param }));
    }
}

/// What is wrong if both take the same, in this order.
fn conflict(earlier: Taken<'_>, later: Taken<'_>, fields: &[Field]) -> Option<String> {
    let (first, then) = (shown(&earlier.step.ident), shown(&later.step.ident));
    match (earlier.param.kind, later.param.kind) {
        (ParamKind::Result { step, by: By::Value }, ParamKind::Result { step: same, by }) if step == same => {
            let result = shown(&later.param.ident);
            Some(if by == By::Value {
                format!(
                    "step `{first}` takes the result of `{result}` by value already: take it as `&T` or `&mut T` in one of the two"
                )
            } else {
                format!(
                    "step `{first}` takes the result of `{result}` by value, and `{then}` comes after it: declare `{then}` \
                     before `{first}`, or take the result as `&T` or `&mut T` in `{first}`"
                )
            })
        }
        (ParamKind::Field { field, by }, ParamKind::Field { field: same, by: then_by })
            if field == same && earlier.param.is_kept && By::Mut == by.max(then_by) =>
        {
            let field = fields.get(field).map_or(String::new(), |field| shown(&field.ident));
            Some(format!(
                "the result of step `{first}` borrows the field `{field}` for the rest of the run, and `{then}` comes after \
                 it: declare `{then}` before `{first}`, or let it use the result of `{first}`"
            ))
        }
        _ => None,
    }
}
