//! The undos of a module: a pipeline of its own in a module within.

use super::{checkpoints, outputs, plan, run, run_context::RunContext};
use crate::model::Pipeline;
use proc_macro2::TokenStream;
use quote::quote;

/// The module, if there are undos.
pub(super) fn module(model: &Pipeline) -> TokenStream {
    let Some(undo) = &model.undo else { return TokenStream::new() };
    let (plan, outputs) = (plan::items(&undo.pipeline), outputs::items(&undo.pipeline));
    let run = run::items(&undo.pipeline, &RunContext::of_undos(model, undo));
    let removals = checkpoints::removals(model, &undo.pipeline);
    quote! {
        /// Takes back what a run has done: a pipeline of undos, each of which has the name of its step.
        #[allow(unused_imports, clippy::wildcard_imports)]
        pub mod undo {
            use super::*;
            use super::__rungs;

            #plan
            #outputs
            #run
            #removals
        }
    }
}
