//! The bounds of a run on the context's type parameters: those of the context itself, and those of its steps.

use crate::model::{Context, ParamKind, Pipeline, Step};
use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use std::collections::BTreeMap;
use syn::{GenericParam, Type, TypeParam};

/// The where-clause of a run.
pub(super) fn where_clause(model: &Pipeline) -> TokenStream {
    let Some(context) = &model.context else { return TokenStream::new() };
    let own = context.generics.where_clause.iter().flat_map(|clause| &clause.predicates).map(ToTokens::to_token_stream);
    let steps = model.steps.iter().flat_map(|step| bounds_of(step, context));
    let mut all: Vec<TokenStream> = Vec::new();
    for predicate in own.chain(steps) {
        if !all.iter().any(|known| known.to_string() == predicate.to_string()) {
            all.push(predicate);
        }
    }
    if all.is_empty() { TokenStream::new() } else { quote!(where #(#all),*) }
}

/// The bounds of a step on its own parameters, with the names that the context has for them.
fn bounds_of(step: &Step, context: &Context) -> Vec<TokenStream> {
    let names = names(step, context);
    let params = step.generics.type_params().filter(|param| names.contains_key(&param.ident.to_string()));
    let inline =
        params.filter(|param| !param.bounds.is_empty()).map(|TypeParam { ident, bounds, .. }| quote!(#ident: #bounds));
    let clause = step.generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    // A lifetime of the step is that of one attempt, or that of the context, for which its type holds anyway.
    let own: Vec<_> = step.generics.lifetimes().map(|param| param.lifetime.to_string()).collect();
    let is_general = |predicate: &TokenStream| !own.iter().any(|own| predicate.to_string().contains(own.as_str()));
    let all = inline.chain(clause.map(ToTokens::to_token_stream)).filter(is_general);
    all.map(|predicate| renamed(predicate, &names)).collect()
}

/// Which parameter of the context each parameter of a step stands for: the one of the field whose type it is, or else
/// the one of the same name.
fn names(step: &Step, context: &Context) -> BTreeMap<String, Ident> {
    let known = |name: &Ident| context.generics.type_params().any(|param| param.ident == *name);
    let own = step.generics.params.iter().filter_map(|param| match param {
        GenericParam::Type(param) => Some(&param.ident),
        _ => None,
    });
    let mut names: BTreeMap<_, _> =
        own.filter(|name| known(name)).map(|name| (name.to_string(), name.clone())).collect();
    for param in &step.params {
        let ParamKind::Field { field, .. } = param.kind else { continue };
        let Type::Reference(reference) = &param.ty else { continue };
        let (Some(here), Some(there)) =
            (plain(&reference.elem), context.fields.get(field).and_then(|field| plain(&field.ty)))
        else {
            continue;
        };
        let is_own = step.generics.type_params().any(|param| param.ident == *here);
        if is_own && known(there) {
            names.insert(here.to_string(), there.clone());
        }
    }
    names
}

/// The name that is a whole type.
fn plain(ty: &Type) -> Option<&Ident> {
    match ty {
        Type::Path(path) if path.qself.is_none() => path.path.get_ident(),
        _ => None,
    }
}

fn renamed(tokens: TokenStream, names: &BTreeMap<String, Ident>) -> TokenStream {
    tokens
        .into_iter()
        .map(|token| match token {
            TokenTree::Ident(ident) => names.get(&ident.to_string()).cloned().unwrap_or(ident).into(),
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), renamed(group.stream(), names));
                inner.set_span(group.span());
                inner.into()
            }
            other => other,
        })
        .collect()
}
