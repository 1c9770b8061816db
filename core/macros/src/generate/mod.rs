//! Code generation: what a checked module becomes, beside itself.

mod bounds;
mod outputs;
mod path;
mod plan;
mod run;

use crate::model::Pipeline;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

/// The user's module with the pipeline's own items behind it.
pub(crate) fn pipeline(model: &Pipeline) -> TokenStream {
    let Pipeline { attrs, vis, ident, items, .. } = model;
    let plan = plan::items(model);
    let outputs = outputs::items(model);
    let run = run::items(model);
    quote! {
        #(#attrs)*
        #vis mod #ident {
            #(#items)*
            #plan
            #outputs
            #run
        }
    }
}

/// A local of ours, which no name of the user's can meet.
fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// A step as the library knows it.
fn step_id(step: usize) -> TokenStream {
    let step = step as u32;
    quote!(::rungs::fixed::step_id(#step))
}
