//! What a run is given beside its timer: the context, and for a run of undos the report of the run that it undoes.

use super::{local, outputs, step_id};
use crate::model::{Pipeline, Undo};
use proc_macro2::TokenStream;
use quote::quote;

/// What a run is given beside its timer.
pub(super) struct RunContext {
    /// The first sentence about a run.
    pub(super) doc: &'static str,
    /// The type of it all.
    pub(super) ty: TokenStream,
    /// The lifetime in the type, with a comma behind it; nothing where there is none.
    pub(super) lifetime: TokenStream,
    /// The parameters of `run`.
    pub(super) params: TokenStream,
    /// These as one value.
    pub(super) value: TokenStream,
    /// Code that takes the value apart again.
    pub(super) open: TokenStream,
    /// What is called on a runner.
    pub(super) options: TokenStream,
}

impl RunContext {
    /// Of a run of the steps.
    pub(super) fn of_steps(model: &Pipeline) -> Self {
        let doc = "Runs all steps, and reports. Dropping the future drops every step.";
        let (open, options) = (TokenStream::new(), TokenStream::new());
        match context_type(model) {
            Some(ty) => {
                let params = quote!(context: #ty,);
                Self { doc, params, ty, lifetime: quote!('context,), value: quote!(context), open, options }
            }
            None => {
                let (lifetime, params) = (TokenStream::new(), TokenStream::new());
                Self { doc, ty: quote!(()), lifetime, params, value: quote!(()), open, options }
            }
        }
    }

    /// Of a run of undos, which is also given the report of a run of the steps.
    pub(super) fn of_undos(steps: &Pipeline, undo: &Undo) -> Self {
        let doc = "Takes back what has succeeded in the run of this report, the last first, and reports. Dropping the future \
                   drops every undo.";
        let generics = outputs::generics(steps);
        let (_, report_ty, _) = generics.split_for_impl();
        let report_type = quote!(&'context super::Report #report_ty);
        let (context, report) = (local("context"), local("report"));
        let undone = undo.steps.iter().map(|&step| step_id(step));
        let options = quote!(.undoing(#report, const { &[#(#undone),*] }));
        let lifetime = quote!('context,);
        match context_type(steps) {
            Some(ty) => Self {
                doc,
                params: quote!(context: #ty, report: #report_type,),
                ty: quote!((#ty, #report_type)),
                lifetime,
                value: quote!((context, report)),
                open: quote!(let (#context, #report) = #context;),
                options,
            },
            None => Self {
                doc,
                params: quote!(report: #report_type,),
                ty: report_type,
                lifetime,
                value: quote!(report),
                open: quote!(let #report = #context;),
                options,
            },
        }
    }
}

fn context_type(model: &Pipeline) -> Option<TokenStream> {
    let context = model.context.as_ref()?;
    let ident = &context.ident;
    let (_, generics, _) = context.generics.split_for_impl();
    Some(quote!(&'context mut #ident #generics))
}
