//! What a step's parameters stand for, and which types they must have.

use super::{
    diagnostics::{Diagnostics, shown},
    names::{Meaning, Names},
    signature::Named,
};
use crate::model::{Param, ParamKind};
use syn::{GenericArgument, PathArguments, PathSegment, Type, TypeReference};

/// The parameters whose names stand for something. Those with a wrong type are included, so that the graph is complete.
pub(super) fn resolve(
    named: Vec<Named>,
    step: usize,
    is_clean_up: bool,
    names: &Names,
    diagnostics: &mut Diagnostics,
) -> Vec<Param> {
    let resolve = |Named { ident, ty }| {
        let meaning = match names.parameter(&ident, step) {
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
            Meaning::Step(_) if is_clean_up => check_clean_up(&name, &ty),
            Meaning::Step(_) => check_result(&name, &ty),
            Meaning::Field(_) => check_field(&name, &ty),
            Meaning::Context => check_context(&ty),
        };
        if let Err(message) = wrong {
            diagnostics.at(&ty, message);
        } else if let Some(lifetime) = reference(&ty).and_then(|reference| reference.lifetime.as_ref()) {
            diagnostics.at(lifetime, "a step borrows for one attempt only: remove the lifetime");
        }
        let mutable = reference(&ty).is_some_and(|reference| reference.mutability.is_some());
        let kind = match meaning {
            Meaning::Step(step) => ParamKind::Result { step },
            Meaning::Field(field) => ParamKind::Field { field, mutable },
            Meaning::Context => ParamKind::Context,
        };
        Some(Param { ident, ty, kind })
    };
    named.into_iter().filter_map(resolve).collect()
}

fn check_result(name: &str, ty: &Type) -> Result<(), String> {
    match reference(ty) {
        Some(TypeReference { mutability: None, .. }) => Ok(()),
        Some(_) => Err(format!("the result of step `{name}` may have other readers: take it by `&`, not by `&mut`")),
        None if is_called(ty, "Result") => Err(format!(
            "only steps `when_all_done` and `when_any_failed` are told what became of their needs: take the result of \
             step `{name}` as `&T`"
        )),
        None => Err(format!("the result of step `{name}` may have other readers: take it as `&T`, not by value")),
    }
}

fn check_clean_up(name: &str, ty: &Type) -> Result<(), String> {
    let right = match last_segment(ty) {
        Some(PathSegment { ident, arguments: PathArguments::AngleBracketed(arguments) }) if ident == "Result" => {
            let mut arguments = arguments.args.iter();
            let (ok, err, more) = (arguments.next(), arguments.next(), arguments.next());
            matches!(ok, Some(GenericArgument::Type(ok)) if reference(ok).is_some_and(|ok| ok.mutability.is_none()))
                && matches!(err, Some(GenericArgument::Type(cause)) if is_called(cause, "Cause"))
                && more.is_none()
        }
        _ => false,
    };
    let help = || format!("the step runs whatever the outcome of step `{name}`: take it as `Result<&T, Cause>`");
    right.then_some(()).ok_or_else(help)
}

fn check_field(name: &str, ty: &Type) -> Result<(), String> {
    reference(ty)
        .map(drop)
        .ok_or_else(|| format!("field `{name}` is lent for each attempt: take it as `&T` or `&mut T`"))
}

fn check_context(ty: &Type) -> Result<(), String> {
    match reference(ty) {
        Some(TypeReference { mutability: None, elem, .. }) if matches!(**elem, Type::Path(_)) => Ok(()),
        _ => Err("`cx` is the step's own context: take it as `&StepCx`".into()),
    }
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
