//! From the model to code.

use crate::model::Pipeline;
use proc_macro2::TokenStream;
use quote::quote;

/// The user's module with all that makes it a pipeline.
pub(crate) fn pipeline(model: &Pipeline) -> TokenStream {
    let Pipeline { attrs, vis, ident, items, .. } = model;
    quote! { #(#attrs)* #vis mod #ident { #(#items)* } }
}
