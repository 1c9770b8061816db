//! `#[cfg]` on steps, on their parameters and on fields that they take.
//!
//! An attribute sees a module before the compiler evaluates `#[cfg]`, and a plan cannot wait. So a module with such attributes
//! has a variant for each way in which they may turn out, under a `#[cfg]` of its own, and the compiler keeps one.

use super::{diagnostics::shown, items::is_cfg, names};
use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use std::collections::BTreeSet;
use syn::{Attribute, Error, Field, FnArg, Item, ItemMod, ItemStruct, Meta, Signature};

/// A module as it is under some condition.
pub(crate) struct Variant {
    /// What stands in the variant's `#[cfg]`; `None` if the module has no variants.
    pub(crate) condition: Option<TokenStream>,
    pub(crate) module: TokenStream,
}

/// With more there are over 16 variants, all of which are expanded.
const MOST: usize = 4;

/// The variants of a module.
///
/// # Errors
/// There are too many.
pub(crate) fn variants(module: TokenStream) -> syn::Result<Vec<Variant>> {
    let read = if mentions_cfg(module.clone()) { Module::read(&module) } else { None };
    let predicates = read.map_or(Vec::new(), |module| module.predicates());
    if let Some(one_more) = predicates.get(MOST) {
        let count = predicates.len();
        let message = format!(
            "the steps of a pipeline have {MOST} different `#[cfg]` at most, and these are {count}: put some on the module or \
             inside the bodies"
        );
        return Err(Error::new_spanned(one_more, message));
    }
    if predicates.is_empty() {
        return Ok(vec![Variant { condition: None, module }]);
    }
    let variant = |number: usize| {
        let holds = |at: usize| number >> at & 1 == 1;
        let terms =
            predicates.iter().enumerate().map(|(at, is)| if holds(at) { quote!(#is) } else { quote!(not(#is)) });
        let condition = Some(quote!(all(#(#terms),*)));
        let mut module = Module::read(&module)?;
        module.keep(&|of: &Attribute| {
            let Some((predicate, is_positive)) = predicate(of) else { return true };
            let at = predicates.iter().position(|other| other.to_string() == predicate.to_string());
            at.is_none_or(|at| holds(at) == is_positive)
        });
        Some(Variant { condition, module: module.0.into_token_stream() })
    };
    Ok((0..1 << predicates.len()).filter_map(variant).collect())
}

fn mentions_cfg(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "cfg",
        TokenTree::Group(group) => mentions_cfg(group.stream()),
        _ => false,
    })
}

/// A module with items.
struct Module(ItemMod);

impl Module {
    fn read(module: &TokenStream) -> Option<Self> {
        syn::parse2(module.clone()).ok().map(Self)
    }

    fn items(&self) -> &[Item] {
        self.0.content.as_ref().map_or(&[], |(_, items)| items)
    }

    /// The different predicates, in the order of the source.
    fn predicates(&self) -> Vec<TokenStream> {
        let taken = self.taken();
        let mut known = BTreeSet::new();
        let attributes = self.items().iter().flat_map(|item| match item {
            Item::Fn(function) if is_step(&function.attrs) => {
                let params = function.sig.inputs.iter().flat_map(param_attributes);
                function.attrs.iter().chain(params).collect()
            }
            Item::Struct(structure) => {
                taken_fields(structure, &taken).flat_map(|field| &field.attrs).collect::<Vec<_>>()
            }
            _ => Vec::new(),
        });
        let all = attributes.filter_map(predicate).map(|(predicate, _)| predicate);
        all.filter(|predicate| known.insert(predicate.to_string())).collect()
    }

    /// Removes what a predicate that does not hold stands at, and the attributes.
    fn keep(&mut self, holds: &impl Fn(&Attribute) -> bool) {
        let taken = self.taken();
        let Some((_, items)) = &mut self.0.content else { return };
        items.retain_mut(|item| match item {
            Item::Fn(function) if is_step(&function.attrs) => {
                let inputs = std::mem::take(&mut function.sig.inputs).into_iter();
                let stays = |input: &mut FnArg| match input {
                    FnArg::Typed(typed) => stays(&mut typed.attrs, holds),
                    FnArg::Receiver(receiver) => stays(&mut receiver.attrs, holds),
                };
                function.sig.inputs = inputs.filter_map(|mut input| stays(&mut input).then_some(input)).collect();
                self::stays(&mut function.attrs, holds)
            }
            Item::Struct(structure) => {
                if let syn::Fields::Named(fields) = &mut structure.fields {
                    let named = std::mem::take(&mut fields.named).into_iter();
                    let stays = |field: &mut Field| !is_taken(field, &taken) || stays(&mut field.attrs, holds);
                    fields.named = named.filter_map(|mut field| stays(&mut field).then_some(field)).collect();
                }
                true
            }
            _ => true,
        });
    }

    /// The names of the steps' parameters.
    fn taken(&self) -> BTreeSet<String> {
        let signatures = self.items().iter().filter_map(|item| match item {
            Item::Fn(function) if is_step(&function.attrs) => Some(&function.sig),
            _ => None,
        });
        signatures.flat_map(|sig: &Signature| names::parameters_of(sig)).map(|(name, _)| name).collect()
    }
}

/// Whether it is a step, or the undo of one.
fn is_step(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| ["step", "undo"].iter().any(|name| attribute.path().is_ident(name)))
}

fn param_attributes(input: &FnArg) -> &[Attribute] {
    match input {
        FnArg::Typed(typed) => &typed.attrs,
        FnArg::Receiver(receiver) => &receiver.attrs,
    }
}

fn taken_fields<'s>(structure: &'s ItemStruct, taken: &'s BTreeSet<String>) -> impl Iterator<Item = &'s Field> {
    structure.fields.iter().filter(|field| is_taken(field, taken))
}

fn is_taken(field: &Field, taken: &BTreeSet<String>) -> bool {
    field.ident.as_ref().is_some_and(|ident| taken.contains(&shown(ident)))
}

/// What stands in a `#[cfg(..)]`, without a `not(..)` around it, and whether there was none.
fn predicate(attribute: &Attribute) -> Option<(TokenStream, bool)> {
    let Meta::List(list) = &attribute.meta else { return None };
    if !is_cfg(attribute) {
        return None;
    }
    let tokens: Vec<TokenTree> = list.tokens.clone().into_iter().collect();
    match tokens.as_slice() {
        [TokenTree::Ident(not), TokenTree::Group(inner)] if not == "not" => Some((inner.stream(), false)),
        _ => Some((list.tokens.clone(), true)),
    }
}

/// Whether all predicates hold; the attributes with these are removed.
fn stays(attributes: &mut Vec<Attribute>, holds: &impl Fn(&Attribute) -> bool) -> bool {
    let (cfgs, others) =
        std::mem::take(attributes).into_iter().partition::<Vec<_>, _>(|attribute| predicate(attribute).is_some());
    *attributes = others;
    cfgs.iter().all(holds)
}
