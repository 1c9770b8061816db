//! A module without a context whose steps take fields: one diagnostic for all of them, since they have one cause.

use super::{
    diagnostics::Diagnostics,
    names::{Names, Struct, parameters_of},
};
use syn::{Ident, Signature};

/// Reports the parameters that [lack](Names::lacks) a context, at the struct that is likely the context, or else at the first
/// of them.
pub(super) fn check<'s>(declared: impl Iterator<Item = &'s Signature>, names: &Names, diagnostics: &mut Diagnostics) {
    let mut lacking: Vec<(String, &Ident)> = Vec::new();
    for (name, ident) in declared.flat_map(parameters_of) {
        if names.lacks(&name) && !lacking.iter().any(|(other, _)| *other == name) {
            lacking.push((name, ident));
        }
    }
    let Some(&(_, first)) = lacking.first() else { return };
    let all: Vec<&str> = lacking.iter().map(|(name, _)| name.as_str()).collect();
    let listed = list(&all);
    let have_all: Vec<&Struct> =
        names.structs().iter().filter(|structure| all.iter().all(|name| structure.has(name))).collect();
    let (a_step, a_field, such) = match all.as_slice() {
        [_] => ("is no step", "a field", "such a field"),
        _ => ("are no steps", "fields", "such fields"),
    };
    match (have_all.as_slice(), names.structs()) {
        ([context], _) => {
            let ident = &context.ident;
            let message = format!(
                "{listed} {a_step} but {a_field} of `{ident}`: mark it as the context, `#[context] struct {ident}`"
            );
            diagnostics.at(ident, message);
        }
        (_, []) => diagnostics.at(
            first,
            format!(
                "{listed} {a_step}, and the module has no context with {such}: declare it in the module, \
                 `#[context] pub struct Board {{ .. }}`"
            ),
        ),
        _ => diagnostics
            .at(first, format!("{listed} {a_step}, and no struct of the module with {such} is marked `#[context]`")),
    }
}

/// The names, as a sentence lists them.
fn list(names: &[&str]) -> String {
    const MOST: usize = 4;
    let quoted = |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match names {
        [] => String::new(),
        [only] => format!("`{only}`"),
        [first @ .., last] if names.len() <= MOST => format!("{} and `{last}`", quoted(first)),
        _ => format!("{} and {} others", quoted(&names[..MOST - 1]), names.len() - MOST + 1),
    }
}
