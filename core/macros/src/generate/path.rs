//! Paths: an async block each, in which its steps follow one another, so that their futures take the room of one.

use super::{local, step_id};
use crate::model::{Field, Param, ParamKind, Pipeline, Step};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Index, spanned::Spanned};

/// How the steps of a path come by a field of the context.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    /// All only look at it.
    Shared,
    /// All who take it lie on one path, which owns the `&mut`.
    Owned,
    /// They lie on several paths, and hand it on.
    Lent,
}

fn access(model: &Pipeline, field: &Field) -> Access {
    if !field.exclusive {
        return Access::Shared;
    }
    let path_of = |step: &usize| model.graph.paths.iter().position(|path| path.contains(step));
    let mut paths = field.users.iter().map(path_of);
    let first = paths.next();
    if paths.all(|path| Some(path) == first) { Access::Owned } else { Access::Lent }
}

/// The context taken apart, each field as its users want it.
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
            Access::Lent => quote!(let #name = &::rungs::fixed::Handover::new(#name);),
        }
    });
    let given = local("context");
    quote! {
        let #ty { #(#patterns,)* .. } = #given;
        #(#shared)*
    }
}

fn name_of(field: &Field) -> Ident {
    local(&format!("field_{}", field.ident))
}

/// The same name, shown elsewhere.
fn located(mut name: Ident, span: Span) -> Ident {
    name.set_span(name.span().located_at(span));
    name
}

/// The outputs taken apart, a place for each path to write its results to, and what other paths see of them.
pub(super) fn results(model: &Pipeline) -> TokenStream {
    let outputs = local("outputs");
    let priorities = model.steps.iter().map(|step| {
        let (ident, place) = (&step.ident, place_of(step));
        quote!(#ident: #place)
    });
    let published = (0..model.steps.len()).filter(|&step| is_read_elsewhere(model, step));
    let published = published.map(|_| quote!(::rungs::fixed::SharedResult::new()));
    let all = local("published");
    quote! {
        let Outputs { #(#priorities,)* } = #outputs;
        let #all = &(#(#published,)*);
    }
}

/// Where a step's result is written.
fn place_of(step: &Step) -> Ident {
    local(&format!("place_{}", step.ident))
}

/// Where steps of other paths see a step's result, if there are any.
fn published(model: &Pipeline, number: usize) -> Option<TokenStream> {
    if !is_read_elsewhere(model, number) {
        return None;
    }
    let all = local("published");
    let nth = Index::from((0..number).filter(|&step| is_read_elsewhere(model, step)).count());
    Some(quote!(#all.#nth))
}

fn is_read_elsewhere(model: &Pipeline, number: usize) -> bool {
    let path_of = |step: usize| model.graph.paths.iter().position(|path| path.contains(&step));
    let reads = |step: &Step| step.params.iter().any(|param| param.kind == ParamKind::Result { step: number });
    let mut readers = model.steps.iter().enumerate().filter(|(_, step)| reads(step));
    readers.any(|(reader, _)| path_of(reader) != path_of(number))
}

/// One path, as an async block.
pub(super) fn block(model: &Pipeline, path: usize, steps: &[usize]) -> TokenStream {
    let turns = steps.iter().map(|&step| turns(model, path, step));
    quote!(async move { #(#turns)* })
}

/// The attempts of one step.
fn turns(model: &Pipeline, path: usize, number: usize) -> TokenStream {
    let step = &model.steps[number];
    let (ident, id) = (&step.ident, step_id(number));
    let wires = local("wires");
    let (came, value) = (local("came"), local("value"));
    let error = located(local("error"), step.output.span());
    let index = number as u32;
    // Where the step says its type: there the compiler says that it is no `Result`.
    let result_of = quote_spanned!(step.output.span()=> ::rungs::fixed::result_of);
    let place = place_of(step);
    let keep = match published(model, number) {
        Some(published) => quote!(#published.set(#place.insert(#value));),
        None => quote!(let _ = #place.insert(#value);),
    };
    let Arguments { before, arguments, after } = Arguments::of(model, path, number);
    let judge = match &step.settings.retry_if {
        Some(judge) => quote_spanned!(judge.span()=> ::rungs::fixed::judge(#judge, &#error)),
        None => quote!(::rungs::Retry::Yes),
    };
    quote! {
        while #wires.turn::<#path, #index>().await {
            #before
            let #came = #wires.attempt::<#path, #index, _>(#ident(#(#arguments),*)).await;
            #after
            match #result_of(#came) {
                ::core::option::Option::Some(::core::result::Result::Ok(#value)) => {
                    #keep
                    break;
                }
                ::core::option::Option::Some(::core::result::Result::Err(#error)) => {
                    let judged = #judge;
                    #wires.failed(#path, #id, #error, judged);
                }
                ::core::option::Option::None => #wires.abandoned(#path, #id),
            }
        }
    }
}

/// What an attempt is given.
#[derive(Default)]
struct Arguments {
    /// Fetched before it begins.
    before: TokenStream,
    arguments: Vec<TokenStream>,
    /// Given back when it has ended.
    after: TokenStream,
}

impl Arguments {
    fn of(model: &Pipeline, path: usize, number: usize) -> Self {
        let step = &model.steps[number];
        let (wires, id) = (local("wires"), step_id(number));
        // Never: a step starts when its needs have ended as its rule wants them, and when its fields are free.
        let missing = quote!({ #wires.abandoned(#path, #id); continue; });
        let mut all = Self::default();
        let mut results = 0;
        for (place, param) in step.params.iter().enumerate() {
            // Located where the step says its type: there the compiler says that it is another one.
            let name = located(local(&format!("argument_{place}")), param.ty.span());
            match param.kind {
                ParamKind::Result { step: need } => {
                    all.result(model, step, need, results, &name, &missing);
                    results += 1;
                }
                ParamKind::Field { field, mutable } => all.field(model, field, mutable, param, &name, &missing),
                ParamKind::Context => {
                    all.before.extend(
                        quote!(let ::core::option::Option::Some(#name) = #wires.context::<Self>(#id) else #missing;),
                    );
                    all.arguments.push(quote!(&#name));
                }
            }
        }
        all
    }

    /// Results come first among a step's needs, in the order of its parameters.
    fn result(&mut self, model: &Pipeline, step: &Step, need: usize, nth: usize, name: &Ident, missing: &TokenStream) {
        let (wires, place) = (local("wires"), place_of(&model.steps[need]));
        let result =
            published(model, need).map_or_else(|| quote!(#place.as_ref()), |published| quote!(#published.get()));
        self.before.extend(if step.settings.when.is_clean_up() {
            quote! {
                let #name = match (#result, #wires.cause(#nth)) {
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
            Access::Lent => {
                self.before.extend(quote!(let ::core::option::Option::Some(#name) = #shared.take() else #missing;));
                // Given back whatever came of the attempt.
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
