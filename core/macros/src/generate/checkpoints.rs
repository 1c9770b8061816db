//! Results that are kept beyond the run: what is known of them at compile time, and the code around the lanes.

use super::{check, local, outputs, places, step_id};
use crate::model::{EdgeKind, Pipeline, Step};
use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

/// The implementation of `WithCheckpoints`, and the length of the buffer.
pub(super) fn items(model: &Pipeline) -> TokenStream {
    if model.checkpoints().next().is_none() {
        return TokenStream::new();
    }
    let order = model.graph.order.iter().map(|&step| step as u32);
    let fingerprints = model.graph.order.iter().map(|&step| fingerprint(model, step));
    let (count, title) = (model.steps.len(), &model.name);
    let stored = model.checkpoints().map(|(number, step)| {
        let (name, id) = (step.ident.to_string(), step_id(number));
        quote!(__rungs::__private::StoredStep {
            step: #id,
            key: __rungs::__private::key(#title, #name),
            fingerprint: __FINGERPRINTS[#number],
        })
    });
    let sizes = model.checkpoints().map(|(_, step)| {
        let value = outputs::value_of(step);
        quote_spanned!(step.output.span()=> __rungs::__private::buffer_size::<#value>())
    });
    let first = model.checkpoints().map(|(_, step)| &step.ident).next();
    let plain = check(
        &first,
        &quote!(__rungs::__private::is_plain(STORED_STEPS)),
        "two checkpoints have the same key: rename one of them",
    );
    quote! {
        /// The length of the longest result that is stored, with all that is stored beside it, in bytes.
        pub const CHECKPOINT_BYTES: usize = {
            let sizes = [#(#sizes),*];
            let (mut most, mut index) = (0, 0);
            while index < sizes.len() {
                most = if sizes[index] > most { sizes[index] } else { most };
                index += 1;
            }
            most
        };

        const STORED_STEPS: &[__rungs::__private::StoredStep] = {
            const __FINGERPRINTS: [u64; #count] = {
                let mut __found = [0; #count];
                #(#fingerprints)*
                __found
            };
            &[#(#stored),*]
        };
        #plain

        impl __rungs::__private::WithCheckpoints for Pipeline {
            const STORED_STEPS: &'static [__rungs::__private::StoredStep] = STORED_STEPS;
            const ORDER: &'static [u32] = &[#(#order),*];
        }
    }
}

/// Computes the fingerprint of a step, after those that it needs.
fn fingerprint(model: &Pipeline, number: usize) -> TokenStream {
    let step = &model.steps[number];
    let (name, id) = (step.ident.to_string(), step_id(number));
    let version = step.version.as_ref().map_or_else(|| quote!(0), |version| quote!(#version));
    let edges = &model.graph.needs[number];
    let needs = edges.iter().filter_map(|edge| {
        let (name, need) = (model.steps[edge.step].ident.to_string(), edge.step);
        let has_result = match edge.kind {
            EdgeKind::Result => true,
            EdgeKind::After => false,
            EdgeKind::AfterAll | EdgeKind::Order => return None,
        };
        Some(quote!(.need(#name, #has_result, __found[#need])))
    });
    let is_after_all = edges.iter().any(|edge| edge.kind == EdgeKind::AfterAll);
    let before = (0..if is_after_all { number } else { 0 }).map(|step| quote!(.before(__found[#step])));
    quote! {
        __found[#number] =
            __rungs::__private::Fingerprint::new(#name, #version, PLAN.plan.settings(#id).get_when())
                #(#needs)* #(#before)* .finish();
    }
}

/// What a run of undos removes from its store.
pub(super) fn removals(steps: &Pipeline, undos: &Pipeline) -> TokenStream {
    let title = &steps.name;
    let removals = undos.steps.iter().enumerate().flat_map(|(number, undo)| {
        let id = step_id(number);
        undo.removes.iter().map(move |removed| {
            let name = removed.to_string();
            quote!(__rungs::__private::StoredStep {
                step: #id,
                key: __rungs::__private::key(#title, #name),
                fingerprint: 0,
            })
        })
    });
    if !undos.removes_results() {
        return TokenStream::new();
    }
    quote! {
        impl __rungs::__private::WithCheckpoints for Pipeline {
            const STORED_STEPS: &'static [__rungs::__private::StoredStep] = &[#(#removals),*];
            const ORDER: &'static [u32] = &[];
        }
    }
}

/// What a run does about its checkpoints.
pub(super) struct Code {
    /// Reads what is stored, once the outputs are taken apart and before the lanes take them.
    pub(super) load: TokenStream,
    /// The runner, with what was read.
    pub(super) runner: TokenStream,
}

pub(super) fn code(model: &Pipeline, runner: &TokenStream) -> Code {
    if model.removes_results() {
        return Code { load: remover(), runner: runner.clone() };
    }
    if model.checkpoints().next().is_none() {
        return Code { load: TokenStream::new(), runner: runner.clone() };
    }
    let [store, buffers, begins, buffer, slot, serving, writer] =
        ["store", "buffers", "begins", "buffer", "write_slot", "serving", "writer"].map(local);
    let decoders = model.checkpoints().map(|(number, step)| {
        let (number, result) = (number as u32, places::slot_of(step));
        let decode = quote_spanned!(step.output.span()=> __rungs::__private::decode);
        quote!(#number => #decode(bytes, #result))
    });
    let published = model.checkpoints().map(|(number, step)| places::publish(model, number, step));
    let load = quote! {
        let mut #store = #store;
        let mut #buffer = [0; CHECKPOINT_BYTES];
        let #begins = #buffers
            .load::<Self, __Store>(&mut #store, &mut #buffer, |step, bytes| match step.number() {
                #(#decoders,)*
                _ => __rungs::__private::StepBegin::Anew,
            })
            .await;
        #(#published)*
        let #slot = __rungs::__private::WriteSlot::new(&mut #buffer);
        let #serving = #slot.serve::<Self, __Store>(#store);
        let #serving = ::core::pin::pin!(#serving);
        let #writer = __rungs::__private::StoreWriter::new(&#slot, #serving);
        let #writer = &#writer;
    };
    Code { load, runner: quote!(#runner.begun_by::<__Store>(&#begins)) }
}

/// What removes results.
fn remover() -> TokenStream {
    let [store, slot, serving, writer] = ["store", "write_slot", "serving", "writer"].map(local);
    quote! {
        let #slot = __rungs::__private::WriteSlot::new(&mut []);
        let #serving = #slot.serve_removals::<Self, __Store>(#store);
        let #serving = ::core::pin::pin!(#serving);
        let #writer = &__rungs::__private::StoreWriter::new(&#slot, #serving);
    }
}

/// Removes what is stored of a step that is undone, as the last part of the undo's attempt; `then` is what follows.
pub(super) fn remove(lane: usize, number: usize, then: &TokenStream) -> TokenStream {
    let [lane_states, writer, error, removed] = ["lane_states", "writer", "error", "removed"].map(local);
    let (index, id) = (number as u32, step_id(number));
    quote! {
        let #removed = if __Store::IS_THERE {
            #lane_states.attempt::<#lane, #index, _>(#writer.remove(#id)).await
        } else {
            ::core::option::Option::Some(::core::result::Result::Ok(()))
        };
        match #removed {
            ::core::option::Option::Some(::core::result::Result::Ok(())) => { #then }
            ::core::option::Option::Some(::core::result::Result::Err(#error)) => {
                #lane_states.failed(#lane, #id, #error, __rungs::Retry::No);
            }
            ::core::option::Option::None => #lane_states.abandoned(#lane, #id),
        }
    }
}

/// Stores what an attempt came to, as its last part. `value` is an `Option` of the result; `then` is what follows.
pub(super) fn store(lane: usize, number: usize, step: &Step, value: &Ident, then: &TokenStream) -> TokenStream {
    let (lane_states, writer, error, id) = (local("lane_states"), local("writer"), local("error"), step_id(number));
    let (index, span) = (number as u32, step.output.span());
    let nth = local("stored");
    let store = quote_spanned!(span=> #writer.store(#nth, #value));
    quote! {
        let #value = if __Store::IS_THERE {
            let #nth = const { __rungs::__private::stored_step(STORED_STEPS, #id) };
            #lane_states.attempt::<#lane, #index, _>(#store).await
        } else {
            ::core::option::Option::Some(::core::result::Result::Ok(#value))
        };
        match #value {
            ::core::option::Option::Some(::core::result::Result::Ok(#value)) => { #then }
            ::core::option::Option::Some(::core::result::Result::Err(#error)) => {
                #lane_states.failed(#lane, #id, #error, __rungs::Retry::No);
            }
            ::core::option::Option::None => #lane_states.abandoned(#lane, #id),
        }
    }
}
