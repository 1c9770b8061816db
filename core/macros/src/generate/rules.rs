//! What generated code relies on, checked by the compiler.

use super::{check, places::find_field, step_id};
use crate::model::{ParamKind, Pipeline, Place, Step};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

/// What the lanes and the code that hands values over rely on; the compiler checks it by rules of its own.
pub(super) fn sequences(model: &Pipeline) -> TokenStream {
    let numbers = |steps: &[usize]| -> Vec<u32> { steps.iter().map(|&step| step as u32).collect() };
    let fields = model.context.iter().flat_map(|context| &context.fields).map(|field| &field.place);
    let places = fields.chain(&model.results).flat_map(Place::sequences);
    let sequences = model.graph.lanes.iter().cloned().chain(places).map(|steps| {
        let steps = numbers(&steps);
        quote!(&[#(#steps),*])
    });
    let words = model.steps.len().div_ceil(64);
    quote! {
        #[allow(long_running_const_eval)]
        const __SEQUENCES: __rungs::__private::Sequences<__COUNT, #words> =
            __rungs::__private::Sequences::new(&__PLAN, __NEED_ROWS, __NEEDS, __ORDER);
        #[allow(long_running_const_eval)]
        const _: () = ::core::assert!(
            __SEQUENCES.hold(&[#(#sequences),*]),
            "steps that must follow one another may overlap: please report this as a bug of `rungs`",
        );
    }
}

/// Errors that are handed on are cloned. The compiler complains at the first parameter that takes one.
pub(super) fn cloned_error(model: &Pipeline) -> TokenStream {
    let mut params = model.steps.iter().flat_map(|step| &step.params);
    let (Some(param), error) = (params.find(|param| param.is_unmet), &model.error) else { return TokenStream::new() };
    quote_spanned!(param.ty.span()=> const _: () = __rungs::__private::may_be_unmet::<#error>();)
}

/// Steps that use up what they are given are not retried. Only the compiler knows the values of settings.
pub(super) fn single_attempts(model: &Pipeline) -> TokenStream {
    let checks = model.steps.iter().enumerate().filter_map(|(number, step)| {
        let param = step.params.iter().find(|param| param.is_used_up())?;
        let (id, message) = (step_id(number), single_attempt(model, step, param.kind));
        Some(check(&param.ty, &quote!(PLAN.plan.settings(#id).get_retries() == 0), &message))
    });
    checks.collect()
}

fn single_attempt(model: &Pipeline, step: &Step, kind: ParamKind) -> String {
    let name = &step.ident;
    match kind {
        ParamKind::Field { field, .. } => {
            let field = find_field(model.context.as_ref(), field).map(|field| field.ident.to_string());
            let field = field.unwrap_or_default();
            format!(
                "step `{name}` cannot be retried, since its result borrows the field `{field}`: write `retries = 0`"
            )
        }
        ParamKind::Result { step: made_by, .. } => {
            let result = &model.steps[made_by].ident;
            format!(
                "step `{name}` cannot be retried, since it takes the result of `{result}` by value: write `retries = 0`, or \
                 take it as `&mut T`"
            )
        }
        ParamKind::Context | ParamKind::Undone => String::new(),
    }
}
