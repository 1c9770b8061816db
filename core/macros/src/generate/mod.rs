//! Code generation: the items that a checked module gets beside its own.

mod arguments;
mod bounds;
mod checkpoints;
mod lane;
mod outputs;
mod places;
mod plan;
mod rules;
mod run;
mod run_context;
mod undo;

use crate::model::Pipeline;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use run_context::RunContext;
use syn::spanned::Spanned;

/// The user's module with the pipeline's own items behind it.
///
/// All generated code names the library `__rungs`, which stands for the path that the user states.
pub(crate) fn pipeline(model: &Pipeline) -> TokenStream {
    let Pipeline { attrs, vis, ident, items, krate, .. } = model;
    let plan = plan::items(model);
    let outputs = outputs::items(model);
    let run = run::items(model, &RunContext::of_steps(model));
    let checkpoints = checkpoints::items(model);
    let undo = undo::module(model);
    quote! {
        #(#attrs)*
        #vis mod #ident {
            #(#items)*
            use #krate as __rungs;
            #plan
            #outputs
            #run
            #checkpoints
            #undo
        }
    }
}

/// A local variable of ours, which is distinct from any of the user's.
fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// The same name with another location.
fn located(mut name: Ident, span: Span) -> Ident {
    name.set_span(name.span().located_at(span));
    name
}

/// An assertion, which the compiler reports at this expression if it fails.
fn check(at: &impl Spanned, holds: &TokenStream, message: &str) -> TokenStream {
    let span = Span::mixed_site().located_at(at.span());
    quote_spanned!(span=> const _: () = ::core::assert!(#holds, #message);)
}

/// The `StepId` of a step.
fn step_id(step: usize) -> TokenStream {
    let step = step as u32;
    quote!(__rungs::__private::step_id(#step))
}
