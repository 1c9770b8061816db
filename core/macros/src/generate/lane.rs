//! Lanes: an async block each, in which the steps of the lane follow one another, so that their futures share memory.

use super::{arguments::Arguments, checkpoints, local, located, outputs, places::keep, step_id};
use crate::model::Pipeline;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

/// One lane, as an async block.
pub(super) fn block(model: &Pipeline, lane: usize, steps: &[usize]) -> TokenStream {
    let turns = steps.iter().map(|&step| turns(model, lane, step));
    quote!(async move { #(#turns)* })
}

/// The attempts of one step.
fn turns(model: &Pipeline, lane: usize, number: usize) -> TokenStream {
    let step = &model.steps[number];
    let (function, id) = (&step.function, step_id(number));
    let lane_states = local("lane_states");
    let (output, value) = (local("output"), local("value"));
    let error = located(local("error"), step.output.span());
    let index = number as u32;
    // At the step's return type, where the compiler says that it has another error.
    let (is_result, error_type) = (outputs::is_result(step), &model.error);
    let result_of = quote_spanned!(step.output.span()=> __rungs::__private::result_of::<_, #error_type, #is_result>);
    let keep = keep(model, number, &value);
    let succeed = quote! {
        #keep
        break;
    };
    let succeed = if step.is_checkpoint {
        let skip = quote!(::core::option::Option::None => #lane_states.skipped_itself(#lane, #id),);
        let skip = if step.may_skip_itself {
            skip
        } else {
            quote!(::core::option::Option::None => #lane_states.abandoned(#lane, #id),)
        };
        let then = quote! {
            match #value {
                ::core::option::Option::Some(#value) => { #succeed }
                #skip
            }
        };
        let found = quote_spanned!(step.output.span()=> __rungs::__private::found(#value));
        let found = if step.may_skip_itself { found } else { quote!(::core::option::Option::Some(#value)) };
        let store = checkpoints::store(lane, number, step, &value, &then);
        quote! {
            let #value = #found;
            #store
        }
    } else if step.may_skip_itself {
        let found = quote_spanned!(step.output.span()=> __rungs::__private::found);
        quote! {
            match #found(#value) {
                ::core::option::Option::Some(#value) => { #succeed }
                ::core::option::Option::None => #lane_states.skipped_itself(#lane, #id),
            }
        }
    } else {
        succeed
    };
    let succeed = if step.removes.is_empty() { succeed } else { checkpoints::remove(lane, number, &succeed) };
    let Arguments { setup, before, list: arguments, after } = Arguments::of(model, lane, number);
    let verdict = match &step.settings.retry_if {
        Some(predicate) => {
            quote_spanned!(predicate.span()=> __rungs::__private::retry_verdict(#predicate, &#error))
        }
        None => quote!(__rungs::Retry::Yes),
    };
    quote! {
        #setup
        while #lane_states.may_start::<#lane, #index>() || #lane_states.turn::<#lane, #index>().await {
            #before
            let #output = #lane_states.attempt::<#lane, #index, _>(#function(#(#arguments),*)).await;
            #after
            match #result_of(#output) {
                ::core::option::Option::Some(::core::result::Result::Ok(#value)) => {
                    #succeed
                }
                ::core::option::Option::Some(::core::result::Result::Err(#error)) => {
                    let verdict = #verdict;
                    #lane_states.failed(#lane, #id, #error, verdict);
                }
                ::core::option::Option::None => #lane_states.abandoned(#lane, #id),
            }
        }
    }
}
