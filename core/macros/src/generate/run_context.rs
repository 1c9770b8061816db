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
    /// The lifetimes in the type, with a comma behind each. Each reference has its own: in a `Send` future a run compiles only if
    /// the pipeline has its steps for all lifetimes.
    pub(super) lifetimes: TokenStream,
    /// A parameter of types beside those of the context, with a comma behind it; nothing where there is none.
    pub(super) generic: TokenStream,
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
        let [open, options, generic] = [(); 3].map(|()| TokenStream::new());
        match context_type(model) {
            Some(ty) => {
                let params = quote!(context: #ty,);
                Self { doc, params, ty, lifetimes: quote!('context,), generic, value: quote!(context), open, options }
            }
            None => {
                let (lifetimes, params) = (TokenStream::new(), TokenStream::new());
                Self { doc, ty: quote!(()), lifetimes, generic, params, value: quote!(()), open, options }
            }
        }
    }

    /// Of a run of undos, which is also given the report of a run of the steps.
    pub(super) fn of_undos(steps: &Pipeline, undo: &Undo) -> Self {
        let doc = "Takes back what has succeeded in the run of this report, the last first, and reports. Dropping the future \
                   drops every undo.";
        let generics = outputs::generics(steps);
        let (_, report_ty, _) = generics.split_for_impl();
        let report_param = quote!(report: &'report super::Report #report_ty,);
        // Of a report with any error: a type that holds a lifetime, as a box of an error does, would stand in the type of the run.
        let count = steps.steps.len();
        let ty = quote!(&'report __rungs::fixed::Report<super::Outputs #report_ty, __Error, #count>);
        let generic = quote!(__Error,);
        let (context, report) = (local("context"), local("report"));
        let undone = undo.steps.iter().map(|&step| step_id(step));
        let options = quote!(.undoing(#report, const { &[#(#undone),*] }));
        match context_type(steps) {
            Some(context_ty) => Self {
                doc,
                params: quote!(context: #context_ty, #report_param),
                ty: quote!((#context_ty, #ty)),
                lifetimes: quote!('context, 'report,),
                generic,
                value: quote!((context, report)),
                open: quote!(let (#context, #report) = #context;),
                options,
            },
            None => Self {
                doc,
                params: report_param,
                ty,
                lifetimes: quote!('report,),
                generic,
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
