//! The type of a result: it is kept after its step has ended.

use super::diagnostics::{Diagnostics, shown};
use std::collections::BTreeSet;
use syn::{
    GenericParam, Generics, Ident, Lifetime, Path, PathSegment, Signature, TraitBound, Type, TypeFnPtr, TypeImplTrait,
    TypeReference,
    visit::{self, Visit},
};

/// A result is kept after its step has ended, for the steps that need it and for the report: so its type can be named. One
/// that borrows is kept by the run alone.
pub(super) fn check(
    output: &Type,
    sig: &Signature,
    context: Option<&Generics>,
    diagnostics: &mut Diagnostics,
) -> Lifetimes {
    let named = |param: &GenericParam| match param {
        GenericParam::Type(ty) => Some(ty.ident.clone()),
        GenericParam::Const(value) => Some(value.ident.clone()),
        GenericParam::Lifetime(_) => None,
    };
    let foreign = sig.generics.params.iter().filter_map(named);
    let of_context: Vec<Ident> =
        context.into_iter().flat_map(|generics| generics.params.iter().filter_map(named)).collect();
    let foreign = foreign.filter(|ident| !of_context.contains(ident)).collect();
    let mut kept = Kept { foreign, lifetimes: Lifetimes::default(), diagnostics };
    kept.visit_type(output);
    kept.lifetimes
}

/// Looks through the type of a result.
struct Kept<'m> {
    /// Generic parameters of the step that the context does not have.
    foreign: Vec<Ident>,
    lifetimes: Lifetimes,
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
        self.lifetimes.add(Some(lifetime));
    }

    fn visit_type_reference(&mut self, reference: &'ast TypeReference) {
        self.lifetimes.add(reference.lifetime.as_ref());
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

/// The names of lifetimes, without `'static`; one that is not written is called `_`.
#[derive(Debug, Default)]
pub(super) struct Lifetimes(BTreeSet<String>);

impl Lifetimes {
    pub(super) fn add(&mut self, lifetime: Option<&Lifetime>) {
        let name = name(lifetime);
        if name != "static" {
            self.0.insert(name);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn contains(&self, lifetime: &Lifetime) -> bool {
        self.0.contains(&name(Some(lifetime)))
    }

    /// Whether a reference with this lifetime, or with none that is written, is one that the result borrows for.
    pub(super) fn contains_that_of(&self, reference: &TypeReference) -> bool {
        self.0.contains(&name(reference.lifetime.as_ref()))
    }
}

fn name(lifetime: Option<&Lifetime>) -> String {
    lifetime.map_or("_".into(), |lifetime| lifetime.ident.to_string())
}
