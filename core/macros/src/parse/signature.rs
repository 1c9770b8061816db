//! What every step's signature must be, whatever its parameters stand for.

use super::{
    diagnostics::{Diagnostics, shown},
    items::is_cfg,
};
use crate::model::Fallibility;
use syn::{
    FnArg, GenericParam, Generics, Ident, Lifetime, Pat, PatIdent, Path, PathSegment, ReturnType, Safety, Signature,
    TraitBound, Type, TypeFnPtr, TypeImplTrait, TypeReference, parse_quote_spanned,
    visit::{self, Visit},
};

/// A parameter by its name.
pub(super) struct Named {
    pub(super) ident: Ident,
    pub(super) ty: Type,
}

/// The parameters that have a name.
pub(super) fn parameters(sig: &Signature, diagnostics: &mut Diagnostics) -> Vec<Named> {
    let mut named: Vec<Named> = Vec::new();
    for input in &sig.inputs {
        let typed = match input {
            FnArg::Receiver(receiver) => {
                diagnostics
                    .at(receiver, "a step has no `self`: what it borrows are fields of the context, by their names");
                continue;
            }
            FnArg::Typed(typed) => typed,
        };
        if let Some(cfg) = typed.attrs.iter().find(|attribute| is_cfg(attribute)) {
            diagnostics.at(cfg, "`#[cfg]` is not supported on a parameter of a step; put it on the module");
        }
        match &*typed.pat {
            Pat::Ident(PatIdent { ident, by_ref: None, subpat: None, .. }) => {
                if named.iter().any(|other| other.ident == *ident) {
                    diagnostics.at(ident, format!("two parameters are called `{}`", shown(ident)));
                } else {
                    named.push(Named { ident: ident.clone(), ty: (*typed.ty).clone() });
                }
            }
            pattern => diagnostics
                .at(pattern, "a step's parameter is a plain name: of a step, of a field of the context, or `cx`"),
        }
    }
    named
}

/// The return type, and whether it is a `Result`.
pub(super) fn check(sig: &Signature, context: Option<&Generics>, diagnostics: &mut Diagnostics) -> (Type, Fallibility) {
    check_keywords(sig, diagnostics);
    for lifetime in sig.generics.lifetimes() {
        diagnostics.at(lifetime, format!("a step has no lifetime parameters: remove `{}`", lifetime.lifetime));
    }
    let output = output(sig);
    if let Type::Never(never) = &output {
        diagnostics.at(never, "a step ends: its return type cannot be `!`");
    }
    check_result(&output, sig, context, diagnostics);
    let fallibility = fallibility(&output, &sig.generics);
    (output, fallibility)
}

fn check_keywords(sig: &Signature, diagnostics: &mut Diagnostics) {
    if sig.asyncness.is_none() {
        diagnostics.at(&sig.fn_token, "a step is an `async fn`: add `async`");
    }
    if let Some(keyword) = &sig.constness {
        diagnostics.at(keyword, "a step cannot be `const`");
    }
    if let Safety::Unsafe(keyword) = &sig.safety {
        diagnostics.at(keyword, "a step cannot be `unsafe`");
    }
    if let Some(abi) = &sig.abi {
        diagnostics.at(abi, "a step cannot be `extern`");
    }
    if let Some(variadic) = &sig.variadic {
        diagnostics.at(variadic, "a step cannot be variadic");
    }
}

fn output(sig: &Signature) -> Type {
    match &sig.output {
        ReturnType::Type(_, ty) => (**ty).clone(),
        ReturnType::Default => parse_quote_spanned!(sig.ident.span()=> ()),
    }
}

/// By the name of the type where that suffices. An alias has any path, and a macro may stand for any type.
fn fallibility(ty: &Type, generics: &Generics) -> Fallibility {
    match ty {
        Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Result") => {
            Fallibility::Fallible
        }
        // A constant that tells whether a type is a `Result` cannot depend on a parameter.
        Type::Path(_) | Type::Macro(_) if !mentions_any(ty, generics) => Fallibility::ByType,
        Type::Group(group) => fallibility(&group.elem, generics),
        Type::Paren(paren) => fallibility(&paren.elem, generics),
        _ => Fallibility::Infallible,
    }
}

/// Whether a parameter of the step occurs in the type.
fn mentions_any(ty: &Type, generics: &Generics) -> bool {
    struct Mentions<'g>(&'g Generics, bool);

    impl<'ast> Visit<'ast> for Mentions<'_> {
        fn visit_ident(&mut self, ident: &'ast Ident) {
            let is_ident = |param: &GenericParam| match param {
                GenericParam::Type(param) => param.ident == *ident,
                GenericParam::Const(param) => param.ident == *ident,
                GenericParam::Lifetime(_) => false,
            };
            self.1 |= self.0.params.iter().any(is_ident);
        }
    }

    let mut mentions = Mentions(generics, false);
    mentions.visit_type(ty);
    mentions.1
}

/// A result is kept after its step has ended, for the steps that need it and for the report: so its type can be named,
/// and borrows nothing.
fn check_result(output: &Type, sig: &Signature, context: Option<&Generics>, diagnostics: &mut Diagnostics) {
    let named = |param: &GenericParam| match param {
        GenericParam::Type(ty) => Some(ty.ident.clone()),
        GenericParam::Const(value) => Some(value.ident.clone()),
        GenericParam::Lifetime(_) => None,
    };
    let foreign = sig.generics.params.iter().filter_map(named);
    let of_context: Vec<Ident> =
        context.into_iter().flat_map(|generics| generics.params.iter().filter_map(named)).collect();
    let foreign = foreign.filter(|ident| !of_context.contains(ident)).collect();
    Kept { foreign, diagnostics }.visit_type(output);
}

/// Looks through the type of a result.
struct Kept<'m> {
    /// Generic parameters of the step that the context does not have.
    foreign: Vec<Ident>,
    diagnostics: &'m mut Diagnostics,
}

impl<'ast> Visit<'ast> for Kept<'_> {
    fn visit_path(&mut self, path: &'ast Path) {
        if let Some(PathSegment { ident, .. }) = path.segments.first()
            && path.leading_colon.is_none()
            && self.foreign.contains(ident)
        {
            let name = shown(ident);
            self.diagnostics
                .at(ident, format!("`{name}` occurs in the result, so the context must have a parameter `{name}` too"));
        }
        visit::visit_path(self, path);
    }

    fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
        if lifetime.ident != "static" {
            self.diagnostics.at(lifetime, BORROWS);
        }
    }

    fn visit_type_reference(&mut self, reference: &'ast TypeReference) {
        if reference.lifetime.is_none() {
            self.diagnostics.at(&reference.and_token, BORROWS);
        }
        visit::visit_type_reference(self, reference);
    }

    fn visit_type_impl_trait(&mut self, opaque: &'ast TypeImplTrait) {
        self.diagnostics
            .at(opaque, "a result is kept after its step has ended, and `impl` gives it no name to keep it by");
    }

    /// The references of a function type are the function's own.
    fn visit_type_fn_ptr(&mut self, _: &'ast TypeFnPtr) {}

    /// So are the lifetimes of a trait that goes for all of them.
    fn visit_trait_bound(&mut self, bound: &'ast TraitBound) {
        if bound.lifetimes.is_none() {
            visit::visit_trait_bound(self, bound);
        }
    }

    fn visit_parenthesized_generic_arguments(&mut self, _: &'ast syn::ParenthesizedGenericArguments) {}
}

const BORROWS: &str = "a result is kept after its step has ended, so it cannot borrow from the step's parameters";
