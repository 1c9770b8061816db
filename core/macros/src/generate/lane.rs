//! Lanes: an async block each, in which the steps of the lane follow one another, so that their futures share memory.

use super::{local, outputs, step_id};
use crate::model::{Field, Param, ParamKind, Pipeline, Step};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Index, spanned::Spanned};

/// How the steps of a lane get a field of the context.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    /// All steps only read it.
    Shared,
    /// All steps that take it are on one lane, which owns the `&mut`.
    Owned,
    /// They are on several lanes, which hand it over.
    HandedOver,
}

fn access(model: &Pipeline, field: &Field) -> Access {
    if !field.exclusive {
        return Access::Shared;
    }
    let lane_of = |step: &usize| model.graph.lanes.iter().position(|lane| lane.contains(step));
    let mut lanes = field.users.iter().map(lane_of);
    let first = lanes.next();
    if lanes.all(|lane| Some(lane) == first) { Access::Owned } else { Access::HandedOver }
}

/// The context taken apart, each field as its users take it.
pub(super) fn fields(model: &Pipeline) -> TokenStream {
    let Some(context) = &model.context else { return TokenStream::new() };
    let used: Vec<_> = context.fields.iter().filter(|field| !field.users.is_empty()).collect();
    let ty = &context.ident;
    let patterns = used.iter().map(|field| {
        let (ident, name) = (&field.ident, name_of(field));
        quote!(#ident: #name)
    });
    let shared = used.iter().map(|field| {
        let name = name_of(field);
        match access(model, field) {
            Access::Shared => quote!(let #name = &*#name;),
            Access::Owned => TokenStream::new(),
            Access::HandedOver => quote!(let #name = &__rungs::__private::Handover::new(#name);),
        }
    });
    let context_value = local("context");
    quote! {
        let #ty { #(#patterns,)* .. } = #context_value;
        #(#shared)*
    }
}

fn name_of(field: &Field) -> Ident {
    local(&format!("field_{}", field.ident))
}

/// The same name with another location.
fn located(mut name: Ident, span: Span) -> Ident {
    name.set_span(name.span().located_at(span));
    name
}

/// The outputs taken apart, a slot for each result, and the results that other lanes read.
pub(super) fn results(model: &Pipeline) -> TokenStream {
    let outputs = local("outputs");
    let slots = model.steps.iter().map(|step| {
        let (ident, slot) = (&step.ident, slot_of(step));
        quote!(#ident: #slot)
    });
    let shared = (0..model.steps.len()).filter(|&step| is_read_elsewhere(model, step));
    let shared = shared.map(|_| quote!(__rungs::__private::SharedResult::new()));
    let all = local("shared");
    quote! {
        let Outputs { #(#slots,)* } = #outputs;
        let #all = &(#(#shared,)*);
    }
}

/// The slot of a step's result.
fn slot_of(step: &Step) -> Ident {
    local(&format!("slot_{}", step.ident))
}

/// Where steps of other lanes read a step's result, if there are such steps.
fn shared(model: &Pipeline, number: usize) -> Option<TokenStream> {
    if !is_read_elsewhere(model, number) {
        return None;
    }
    let all = local("shared");
    let nth = Index::from((0..number).filter(|&step| is_read_elsewhere(model, step)).count());
    Some(quote!(#all.#nth))
}

fn is_read_elsewhere(model: &Pipeline, number: usize) -> bool {
    let lane_of = |step: usize| model.graph.lanes.iter().position(|lane| lane.contains(&step));
    let reads = |step: &Step| step.params.iter().any(|param| param.kind == ParamKind::Result { step: number });
    let mut readers = model.steps.iter().enumerate().filter(|(_, step)| reads(step));
    readers.any(|(reader, _)| lane_of(reader) != lane_of(number))
}

/// One lane, as an async block.
pub(super) fn block(model: &Pipeline, lane: usize, steps: &[usize]) -> TokenStream {
    let turns = steps.iter().map(|&step| turns(model, lane, step));
    quote!(async move { #(#turns)* })
}

/// The attempts of one step.
fn turns(model: &Pipeline, lane: usize, number: usize) -> TokenStream {
    let step = &model.steps[number];
    let (ident, id) = (&step.ident, step_id(number));
    let lane_states = local("lane_states");
    let (output, value) = (local("output"), local("value"));
    let error = located(local("error"), step.output.span());
    let index = number as u32;
    // At the step's return type, where the compiler says that it has another error.
    let (is_result, error_type) = (outputs::is_result(step), &model.error);
    let result_of = quote_spanned!(step.output.span()=> __rungs::__private::result_of::<_, #error_type, #is_result>);
    let slot = slot_of(step);
    let keep = match shared(model, number) {
        Some(shared) => quote!(#shared.set(#slot.insert(#value));),
        None => quote!(let _ = #slot.insert(#value);),
    };
    let Arguments { before, arguments, after } = Arguments::of(model, lane, number);
    let verdict = match &step.settings.retry_if {
        Some(predicate) => {
            quote_spanned!(predicate.span()=> __rungs::__private::retry_verdict(#predicate, &#error))
        }
        None => quote!(__rungs::Retry::Yes),
    };
    quote! {
        while #lane_states.turn::<#lane, #index>().await {
            #before
            let #output = #lane_states.attempt::<#lane, #index, _>(#ident(#(#arguments),*)).await;
            #after
            match #result_of(#output) {
                ::core::option::Option::Some(::core::result::Result::Ok(#value)) => {
                    #keep
                    break;
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

/// The arguments of an attempt.
#[derive(Default)]
struct Arguments {
    /// Code before the attempt, which fetches them.
    before: TokenStream,
    arguments: Vec<TokenStream>,
    /// Code after the attempt, which gives them back.
    after: TokenStream,
}

impl Arguments {
    fn of(model: &Pipeline, lane: usize, number: usize) -> Self {
        let step = &model.steps[number];
        let (lane_states, id) = (local("lane_states"), step_id(number));
        // It never happens: a step starts when its needs have ended as its rule says, and when its fields are free.
        let missing = quote!({ #lane_states.abandoned(#lane, #id); continue; });
        let mut all = Self::default();
        let mut results = 0;
        for (index, param) in step.params.iter().enumerate() {
            // At the parameter's type, where the compiler says that it is another one.
            let name = located(local(&format!("argument_{index}")), param.ty.span());
            match param.kind {
                ParamKind::Result { step: need } => {
                    all.result(model, step, need, results, &name, &missing);
                    results += 1;
                }
                ParamKind::Field { field, mutable } => all.field(model, field, mutable, param, &name, &missing),
                ParamKind::Context => {
                    all.before.extend(
                        quote!(let ::core::option::Option::Some(#name) = #lane_states.context::<Self>(#id) else #missing;),
                    );
                    all.arguments.push(quote!(&#name));
                }
            }
        }
        all
    }

    /// Results come first among a step's needs, in the order of its parameters.
    fn result(&mut self, model: &Pipeline, step: &Step, need: usize, nth: usize, name: &Ident, missing: &TokenStream) {
        let (lane_states, slot) = (local("lane_states"), slot_of(&model.steps[need]));
        let result = shared(model, need).map_or_else(|| quote!(#slot.as_ref()), |shared| quote!(#shared.get()));
        self.before.extend(if step.settings.when.is_clean_up() {
            quote! {
                let #name = match (#result, #lane_states.cause(#nth)) {
                    (::core::option::Option::Some(value), _) => ::core::result::Result::Ok(value),
                    (_, ::core::option::Option::Some(cause)) => ::core::result::Result::Err(cause),
                    _ => #missing
                };
            }
        } else {
            quote!(let ::core::option::Option::Some(#name) = #result else #missing;)
        });
        self.arguments.push(quote!(#name));
    }

    fn field(
        &mut self,
        model: &Pipeline,
        field: usize,
        mutable: bool,
        param: &Param,
        name: &Ident,
        missing: &TokenStream,
    ) {
        let Some(field) = model.context.as_ref().and_then(|context| context.fields.get(field)) else { return };
        let span = param.ty.span();
        let shared = located(name_of(field), span);
        let owner = match access(model, field) {
            Access::Shared => return self.arguments.push(quote!(#shared)),
            Access::Owned => shared,
            Access::HandedOver => {
                self.before.extend(quote!(let ::core::option::Option::Some(#name) = #shared.take() else #missing;));
                // Given back whatever the outcome of the attempt.
                self.after.extend(quote!(#shared.give(#name);));
                name.clone()
            }
        };
        self.arguments.push(if mutable {
            quote_spanned!(span=> &mut *#owner)
        } else {
            quote_spanned!(span=> &*#owner)
        });
    }
}
