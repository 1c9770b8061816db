//! Fields of the context and results of steps: where the lanes find them.

use super::local;
use crate::model::{Access, Context, Field, Pipeline, Place, Step};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::Index;

/// The context taken apart, each field as its users take it.
pub(super) fn fields(model: &Pipeline) -> TokenStream {
    let Some(context) = &model.context else { return TokenStream::new() };
    let used: Vec<_> = context.fields.iter().filter(|field| !field.place.users.is_empty()).collect();
    let ty = &context.ident;
    let patterns = used.iter().map(|field| {
        let (ident, name) = (&field.ident, field_of(field));
        quote!(#ident: #name)
    });
    let shared = used.iter().map(|field| {
        let name = field_of(field);
        let readers = readers(&field.place, &name);
        match field.place.access {
            Access::Shared => quote!(let #name = &*#name;),
            Access::Owned => TokenStream::new(),
            Access::HandedOver => quote!(let #name = &__rungs::__private::Handover::new(#name); #readers),
        }
    });
    let context_value = local("context");
    quote! {
        let #ty { #(#patterns,)* .. } = #context_value;
        #(#shared)*
    }
}

/// The field that a parameter is given.
pub(super) fn find_field(context: Option<&Context>, field: usize) -> Option<&Field> {
    context.and_then(|context| context.fields.get(field))
}

pub(super) fn field_of(field: &Field) -> Ident {
    local(&format!("field_{}", field.ident))
}

/// The outputs taken apart, a slot for each result, and the results that other lanes take.
pub(super) fn results(model: &Pipeline) -> TokenStream {
    let outputs = local("outputs");
    let slots = model.steps.iter().filter(|step| !step.borrows).map(|step| {
        let (ident, slot) = (&step.ident, slot_of(step));
        quote!(#ident: #slot)
    });
    // Their types hold lifetimes of this run, which no type outside of it can.
    let local_slots = model.steps.iter().filter(|step| step.borrows).map(|step| {
        let slot = slot_of(step);
        quote!(let #slot = &mut ::core::option::Option::None;)
    });
    let shared = (0..model.steps.len()).filter(|&step| is_read_elsewhere(model, step));
    let shared = shared.map(|_| quote!(__rungs::__private::SharedResult::new()));
    let all = local("shared");
    let handed_over = model.steps.iter().zip(&model.results).filter(|(_, place)| place.access == Access::HandedOver);
    let handed_over = handed_over.map(|(step, place)| {
        let name = handover_of(step);
        let readers = readers(place, &name);
        quote! {
            let #name: &__rungs::__private::Handover<&mut ::core::option::Option<_>> =
                &__rungs::__private::Handover::empty();
            #readers
        }
    });
    quote! {
        let Outputs { #(#slots,)* } = #outputs;
        #(#local_slots)*
        let #all = &(#(#shared,)*);
        #(#handed_over)*
    }
}

/// The slot of a step's result.
pub(super) fn slot_of(step: &Step) -> Ident {
    local(&format!("slot_{}", step.ident))
}

/// Where the users of a step's result hand its slot over.
pub(super) fn handover_of(step: &Step) -> Ident {
    local(&format!("handover_{}", step.ident))
}

/// Where readers that may be in flight together find what is handed over under this name.
pub(super) fn readers_of(handover: &Ident) -> Ident {
    format_ident!("{handover}_readers", span = handover.span())
}

fn readers(place: &Place, handover: &Ident) -> TokenStream {
    if place.readers.is_empty() {
        return TokenStream::new();
    }
    let name = readers_of(handover);
    quote!(let #name = &__rungs::__private::SharedResult::new();)
}

/// Where steps of other lanes read a step's result that no step changes, if there are such steps.
pub(super) fn shared(model: &Pipeline, number: usize) -> Option<TokenStream> {
    if !is_read_elsewhere(model, number) {
        return None;
    }
    let all = local("shared");
    let nth = Index::from((0..number).filter(|&step| is_read_elsewhere(model, step)).count());
    Some(quote!(#all.#nth))
}

fn is_read_elsewhere(model: &Pipeline, number: usize) -> bool {
    let Some(Place { access: Access::Shared, users, .. }) = model.results.get(number) else { return false };
    let lane_of = |step: usize| model.graph.lanes.iter().position(|lane| lane.contains(&step));
    users.iter().any(|&reader| lane_of(reader) != lane_of(number))
}

/// Takes the slot of a result that is there before the run, for those that take it. Otherwise its lane has it still.
pub(super) fn publish(model: &Pipeline, number: usize, step: &Step) -> TokenStream {
    let slot = slot_of(step);
    let publish = match (model.results.get(number).map(|place| place.access), shared(model, number)) {
        (Some(Access::HandedOver), _) => {
            let handover = handover_of(step);
            quote!(#handover.give(#slot);)
        }
        (_, Some(shared)) => quote!(if let ::core::option::Option::Some(result) = #slot { #shared.set(result); }),
        (_, None) => return TokenStream::new(),
    };
    quote! {
        let #slot = if #slot.is_some() {
            #publish
            ::core::option::Option::None
        } else {
            ::core::option::Option::Some(#slot)
        };
    }
}

/// Code after a success, which keeps the value.
pub(super) fn keep(model: &Pipeline, number: usize, value: &Ident) -> TokenStream {
    let Some(step) = model.steps.get(number) else { return TokenStream::new() };
    let slot = slot_of(step);
    let is_handed_over = model.results.get(number).is_some_and(|place| place.access == Access::HandedOver);
    let keep = if is_handed_over {
        let handover = handover_of(step);
        quote!(*#slot = ::core::option::Option::Some(#value); #handover.give(#slot);)
    } else if let Some(shared) = shared(model, number) {
        quote!(#shared.set(#slot.insert(#value));)
    } else {
        return quote!(let _ = #slot.insert(#value););
    };
    // The slot of a checkpoint is gone if its result was there before the run.
    if step.is_checkpoint { quote!(if let ::core::option::Option::Some(#slot) = #slot { #keep }) } else { keep }
}
