//! From tokens to the checked model.

mod args;
mod checkpoints;
mod closest;
mod complete;
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
mod undo_args;
mod undos;
mod variants;
mod wiring;
mod within;

use crate::model::Pipeline;
use diagnostics::Diagnostics;
pub(crate) use diagnostics::shown;
use names::Names;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{AttrStyle, Attribute, Error, Ident, Item, ItemMod, Visibility};
pub(crate) use variants::{Variant, variants};

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
    let undo_params = found.undos.iter().map(|undo| &undo.sig);
    missing_context::check(found.steps.iter().map(|step| &step.sig).chain(undo_params), &names, &mut diagnostics);
    let wired = wiring::wire(found.steps, generics, &names, &args.resources, &mut diagnostics);
    let undos = undos::wire(found.undos, &wired.steps, generics, &names, &args.resources, &mut diagnostics);
    infallible::check(&wired.steps, &undos, &args, &mut diagnostics);
    checkpoints::check_all(&wired.steps, &mut diagnostics);
    let checked = diagnostics.finish().and_then(|()| complete::pipeline(args, context, wired, undos));
    match checked {
        Ok(checked) => {
            let Head { attrs, vis, ident } = head;
            Ok(checked.into_pipeline(attrs, vis, ident, items))
        }
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
