//! What a step's parameters stand for, and which types they must have.

use super::{
    diagnostics::{Diagnostics, shown},
    kept::Lifetimes,
    names::{Meaning, Names, Taker},
    signature::Named,
};
use crate::model::{By, Param, ParamKind, When};
use syn::{GenericArgument, PathArguments, PathSegment, Type, TypeReference};

/// The parameters whose names stand for something. Those with a wrong type are included, so that the graph is complete.
pub(super) fn resolve(
    named: Vec<Named>,
    of: Taker,
    when: When,
    lifetimes: &Lifetimes,
    names: &Names,
    diagnostics: &mut Diagnostics,
) -> Vec<Param> {
    let resolve = |Named { ident, ty }| {
        let meaning = match names.parameter(&ident, of) {
            Some(Ok(meaning)) => meaning,
            Some(Err(message)) => {
                diagnostics.at(&ident, message);
                return None;
            }
            // One diagnostic tells of all of these.
            None => return None,
        };
        let name = shown(&ident);
        let wrong = match meaning {
            Meaning::Step(_) if when.is_clean_up() => check_clean_up(&name, &ty),
            Meaning::Step(_) if when == When::NoneFailed => check_join(&name, &ty),
            Meaning::Step(_) => check_result(&name, &ty),
            Meaning::Field(_) => check_field(&name, &ty),
            Meaning::Context => check_context(&ty, when),
            Meaning::Undone => check_undone(&name, &ty),
        };
        let taken = match meaning {
            Meaning::Step(_) => result_within(&ty, when).unwrap_or(&ty),
            Meaning::Field(_) | Meaning::Context | Meaning::Undone => &ty,
        };
        let is_kept = reference(taken).is_some_and(|reference| lifetimes.contains_that_of(reference));
        if let Err(message) = wrong {
            diagnostics.at(&ty, message);
        } else if is_kept && !matches!(meaning, Meaning::Field(_)) {
            diagnostics.at(taken, format!("a result can borrow from fields of the context, and not from `{name}`"));
        } else if let Some(lifetime) = reference(taken).and_then(|reference| reference.lifetime.as_ref())
            && !is_kept
        {
            diagnostics.at(lifetime, "a step borrows for one attempt only: remove the lifetime");
        }
        let by = match reference(taken) {
            None => By::Value,
            Some(TypeReference { mutability: None, .. }) => By::Ref,
            Some(_) => By::Mut,
        };
        let kind = match meaning {
            Meaning::Step(step) => ParamKind::Result { step, by },
            Meaning::Field(field) => ParamKind::Field { field, by },
            Meaning::Context => ParamKind::Context,
            Meaning::Undone => ParamKind::Undone,
        };
        let is_unmet = match meaning {
            Meaning::Step(_) => when.is_clean_up() && error_of_result(&ty) == Some("Unmet"),
            Meaning::Field(_) | Meaning::Undone => false,
            Meaning::Context => lists_unmet(&ty),
        };
        Some(Param { ident, ty, kind, is_kept, is_unmet })
    };
    named.into_iter().filter_map(resolve).collect()
}

fn check_result(name: &str, ty: &Type) -> Result<(), String> {
    if reference(ty).is_none() && is_called(ty, "Result") {
        return Err(format!(
            "only steps `when_all_done` and `when_any_failed` are told what became of their needs: take the result of \
             step `{name}` as `&T`, `&mut T` or `T`"
        ));
    }
    // A result that is an `Option` of a reference has a lifetime, which is `'static` or that of the context.
    if some_of_option(ty).and_then(reference).is_some_and(|reference| reference.lifetime.is_none()) {
        return Err(format!(
            "only a step `when_none_failed` runs if step `{name}` was skipped: add `when_none_failed`, or take the result as \
             `&T`, `&mut T` or `T`"
        ));
    }
    Ok(())
}

fn check_join(name: &str, ty: &Type) -> Result<(), String> {
    let help = || format!("the step also runs if step `{name}` was skipped: take it as `Option<&T>`");
    some_of_option(ty).map(drop).ok_or_else(help)
}

fn check_clean_up(name: &str, ty: &Type) -> Result<(), String> {
    let help = || {
        format!(
            "the step runs whatever the outcome of step `{name}`: take it as `Result<&T, Cause>` or `Result<&T, Unmet<E>>`"
        )
    };
    ok_of_result(ty).map(drop).ok_or_else(help)
}

/// The type of the result itself in what a step of this rule takes.
fn result_within(ty: &Type, when: When) -> Option<&Type> {
    match when {
        When::AllSucceeded | When::SkipOnError => Some(ty),
        When::AllDone | When::AnyFailed => ok_of_result(ty),
        When::NoneFailed => some_of_option(ty),
    }
}

/// The `T` of an `Option<T>`.
fn some_of_option(ty: &Type) -> Option<&Type> {
    let PathSegment { ident, arguments: PathArguments::AngleBracketed(arguments) } = last_segment(ty)? else {
        return None;
    };
    let mut arguments = arguments.args.iter();
    match (arguments.next(), arguments.next()) {
        (Some(GenericArgument::Type(some)), None) => (ident == "Option").then_some(some),
        _ => None,
    }
}

/// The `T` of a `Result<T, Cause>` or `Result<T, Unmet<E>>`.
fn ok_of_result(ty: &Type) -> Option<&Type> {
    result_of(ty).map(|(ok, _)| ok)
}

/// What a step is told instead of a result, by name.
fn error_of_result(ty: &Type) -> Option<&'static str> {
    result_of(ty).map(|(_, name)| name)
}

fn result_of(ty: &Type) -> Option<(&Type, &'static str)> {
    let PathSegment { ident, arguments: PathArguments::AngleBracketed(arguments) } = last_segment(ty)? else {
        return None;
    };
    let mut arguments = arguments.args.iter();
    match (arguments.next(), arguments.next(), arguments.next()) {
        (Some(GenericArgument::Type(ok)), Some(GenericArgument::Type(error)), None) if ident == "Result" => {
            let name = ["Cause", "Unmet"].into_iter().find(|name| is_called(error, name))?;
            Some((ok, name))
        }
        _ => None,
    }
}

fn check_field(name: &str, ty: &Type) -> Result<(), String> {
    reference(ty)
        .map(drop)
        .ok_or_else(|| format!("field `{name}` is lent for each attempt: take it as `&T` or `&mut T`"))
}

fn check_context(ty: &Type, when: When) -> Result<(), String> {
    match reference(ty) {
        Some(_) if lists_unmet(ty) && !when.may_lack_results() => Err(
            "only steps `when_all_done`, `when_any_failed` and `when_none_failed` run though a need has no result: take `cx` as \
             `&StepCx`"
                .into(),
        ),
        Some(TypeReference { mutability: None, elem, .. }) if matches!(**elem, Type::Path(_)) => Ok(()),
        _ => Err("`cx` is the step's own context: take it as `&StepCx`".into()),
    }
}

fn check_undone(name: &str, ty: &Type) -> Result<(), String> {
    match reference(ty) {
        Some(TypeReference { mutability: None, .. }) => Ok(()),
        _ => Err(format!("the result of step `{name}` stays in the report: take it as `&T`")),
    }
}

/// Whether a context lists the needs without a result.
fn lists_unmet(ty: &Type) -> bool {
    reference(ty).is_some_and(|reference| is_called(&reference.elem, "UnmetCx"))
}

fn reference(ty: &Type) -> Option<&TypeReference> {
    match ty {
        Type::Reference(reference) => Some(reference),
        Type::Group(group) => reference(&group.elem),
        Type::Paren(paren) => reference(&paren.elem),
        _ => None,
    }
}

fn is_called(ty: &Type, name: &str) -> bool {
    last_segment(ty).is_some_and(|segment| segment.ident == name)
}

fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match ty {
        Type::Path(path) => path.path.segments.last(),
        Type::Group(group) => last_segment(&group.elem),
        Type::Paren(paren) => last_segment(&paren.elem),
        _ => None,
    }
}
