//! From tokens to the checked model.

mod args;
mod checkpoints;
mod closest;
mod context;
mod diagnostics;
mod infallible;
mod items;
mod kept;
mod limits;
mod missing_context;
mod module_args;
mod names;
mod ownership;
mod params;
mod signature;
mod step_args;
#[cfg(test)]
mod tests;
mod variants;
mod wiring;

use crate::{
    graph,
    model::{Context, Graph, Pipeline, Place, Step, When},
};
use diagnostics::Diagnostics;
pub(crate) use diagnostics::shown;
use names::Names;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{AttrStyle, Attribute, Error, Ident, Item, ItemMod, Visibility, parse_quote};
pub(crate) use variants::{Variant, variants};
use wiring::Wired;

/// A module with diagnostics.
pub(crate) struct Rejected {
    error: Error,
    /// The user's items without our attributes, so that the compiler does not complain about those as well.
    module: TokenStream,
}

impl Rejected {
    /// The module and the diagnostics, which are those of a [`Variant`] if there is a condition.
    pub(crate) fn into_tokens(self, condition: Option<&TokenStream>) -> TokenStream {
        let (module, errors) = (self.module, self.error.into_compile_error());
        match condition {
            None => quote! { #module #errors },
            Some(condition) => quote! { #[cfg(#condition)] #module #[cfg(#condition)] const _: () = { #errors }; },
        }
    }
}

/// Reads a module, and checks all that can be checked without types.
pub(crate) fn pipeline(args: TokenStream, module: TokenStream) -> Result<Pipeline, Rejected> {
    let (head, mut items) = open(&module).map_err(|error| Rejected { error, module })?;
    let mut diagnostics = Diagnostics::default();
    let args = module_args::read(args, &mut diagnostics);
    let found = items::find(&mut items, &args.default_names, &mut diagnostics);
    let structure = context::find(&found.structs, found.marked, &mut diagnostics);
    let names = Names::new(&found, structure);
    let context = structure.map(context::model);
    let generics = structure.map(|context| &context.generics);
    let wired = wiring::wire(found.steps, generics, &names, &args.resources, &mut diagnostics);
    infallible::check(&wired.steps, &args, &mut diagnostics);
    checkpoints::check_all(&wired.steps, &mut diagnostics);
    let checked = diagnostics.finish().and_then(|()| complete(args, context, wired));
    match checked {
        Ok(checked) => Ok(checked.into_pipeline(head, items)),
        Err(error) => Err(Rejected { error, module: head.around(&items) }),
    }
}

/// What stands before a module's items.
struct Head {
    attrs: Vec<Attribute>,
    vis: Visibility,
    ident: Ident,
}

impl Head {
    fn around(&self, items: &[Item]) -> TokenStream {
        let Self { attrs, vis, ident } = self;
        quote! { #(#attrs)* #vis mod #ident { #(#items)* } }
    }
}

fn open(module: &TokenStream) -> syn::Result<(Head, Vec<Item>)> {
    match args::parse_all(module.clone(), |input| input.parse())? {
        Item::Mod(ItemMod { mut attrs, vis, ident, content: Some((_, items)), .. }) => {
            // Inner attributes become outer ones, which are written before the module.
            attrs.iter_mut().for_each(|attribute| attribute.style = AttrStyle::Outer);
            Ok((Head { attrs, vis, ident }, items))
        }
        Item::Mod(module) => Err(Error::new_spanned(module, "write the steps in the module itself: `mod name { .. }`")),
        other => Err(Error::new_spanned(other, "`#[pipeline]` goes on a module: `mod name { .. }`")),
    }
}

/// What is known of a module beside its items.
struct Checked {
    args: module_args::Parsed,
    context: Option<Context>,
    steps: Vec<Step>,
    results: Vec<Place>,
    graph: Graph,
}

/// The graph of a module without diagnostics, and the checks that depend on the order of the steps.
fn complete(
    args: module_args::Parsed,
    mut context: Option<Context>,
    Wired { steps, needs }: Wired,
) -> syn::Result<Checked> {
    let rules: Vec<When> = steps.iter().map(|step| step.settings.when).collect();
    let fields = context.as_mut().map_or(&mut [][..], |context| &mut context.fields);
    let shared = wiring::shared(&steps, fields.len());
    let (graph, mut places) = graph::complete(needs, &rules, &shared);
    let results = places.split_off(fields.len());
    for (field, place) in fields.iter_mut().zip(places) {
        field.place = place;
    }
    let mut diagnostics = Diagnostics::default();
    ownership::check(&steps, fields, &graph.order, &mut diagnostics);
    diagnostics.finish().map(|()| Checked { args, context, steps, results, graph })
}

impl Checked {
    fn into_pipeline(self, Head { attrs, vis, ident }: Head, items: Vec<Item>) -> Pipeline {
        let Self { args, context, steps, results, graph } = self;
        let module_args::Parsed { krate, error, name, config, defaults, resources, .. } = args;
        let name = name.unwrap_or_else(|| shown(&ident));
        let error = error.unwrap_or_else(|| parse_quote!(::core::convert::Infallible));
        Pipeline {
            attrs,
            vis,
            ident,
            items,
            name,
            krate,
            error,
            config,
            defaults,
            resources,
            context,
            steps,
            results,
            graph,
        }
    }
}
