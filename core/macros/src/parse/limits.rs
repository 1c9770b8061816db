//! Time limits that are values of the context: `timeout = limits.radio, at_most = secs(2)`.

use super::{
    diagnostics::{Diagnostics, shown},
    names::Names,
};
use crate::model::{ContextLimits, StepArgs};
use proc_macro2::Ident;
use syn::{Expr, ExprField, ExprPath};

/// Takes the limits that name a field of the context out of a step's arguments, and puts their upper bound in their places.
pub(super) fn resolve(args: &mut StepArgs, names: &Names, diagnostics: &mut Diagnostics) -> ContextLimits {
    let at_most = args.at_most.take();
    let mut limits = ContextLimits::default();
    for (limit, own) in [(&mut args.timeout, &mut limits.timeout), (&mut args.deadline, &mut limits.deadline)] {
        let Some(field) = limit.as_ref().and_then(root).filter(|field| names.has_field(&shown(field))) else {
            continue;
        };
        match &at_most {
            Some(at_most) => *own = limit.replace(at_most.clone()),
            None => diagnostics.at(
                limit,
                format!(
                    "`{}` is a field of the context: state an upper bound beside it, `at_most = secs(2)`",
                    shown(field)
                ),
            ),
        }
    }
    if let Some(at_most) = at_most
        && limits.timeout.is_none()
        && limits.deadline.is_none()
    {
        diagnostics
            .at(&at_most, "`at_most` has no effect without a `timeout` or `deadline` that is a field of the context");
    }
    limits
}

/// The first name of `limits.radio`, or a name alone.
fn root(value: &Expr) -> Option<&Ident> {
    match value {
        Expr::Path(ExprPath { qself: None, path, .. }) => path.get_ident(),
        Expr::Field(ExprField { base, .. }) => root(base),
        Expr::Group(group) => root(&group.expr),
        Expr::Paren(paren) => root(&paren.expr),
        _ => None,
    }
}
