//! The arguments of an attempt: results, fields of the context, and the step's own context.

use super::{
    local, located,
    places::{field_of, find_field, handover_of, readers_of, shared, slot_of},
    step_id,
};
use crate::model::{Access, By, Param, ParamKind, Pipeline, When};
use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

/// The arguments of an attempt.
#[derive(Default)]
pub(super) struct Arguments {
    /// Code before the step's first attempt.
    pub(super) setup: TokenStream,
    /// Code before each attempt, which fetches them.
    pub(super) before: TokenStream,
    pub(super) list: Vec<TokenStream>,
    /// Code after each attempt, which gives them back, whatever its outcome.
    pub(super) after: TokenStream,
}

/// What a parameter is given, and where.
struct Argument<'m> {
    step: usize,
    param: &'m Param,
    /// The variable for it, at the parameter's type, where the compiler says that it is another one.
    name: Ident,
    /// What to do where it is missing. It never is: a step starts when its needs have ended as its rule says, and when its
    /// fields are free.
    missing: TokenStream,
}

impl Arguments {
    pub(super) fn of(model: &Pipeline, lane: usize, number: usize) -> Self {
        let step = &model.steps[number];
        let (lane_states, id) = (local("lane_states"), step_id(number));
        let missing = quote!({ #lane_states.abandoned(#lane, #id); continue; });
        let mut all = Self::default();
        let held_unmet = local("held_unmet");
        if step.lists_unmet() {
            let needs = step.told_needs(&model.graph.needs[number]);
            all.before.extend(quote! {
                let ::core::option::Option::Some(#held_unmet) =
                    #lane_states.context_with_unmet::<Self, #needs>(#id)
                else #missing;
            });
        }
        let mut results = 0;
        for (index, param) in step.params.iter().enumerate() {
            let name = located(local(&format!("argument_{index}")), param.ty.span());
            let argument = Argument { step: number, param, name, missing: missing.clone() };
            match param.kind {
                ParamKind::Result { step: need, by } => {
                    all.result(model, &argument, need, by, results);
                    results += 1;
                }
                ParamKind::Field { field, by } => all.field(model, &argument, field, by),
                ParamKind::Undone => {
                    let (name, missing, result) = (&argument.name, &argument.missing, &step.ident);
                    let report = local("report");
                    all.before.extend(quote! {
                        let ::core::option::Option::Some(#name) = #report.outputs.#result.as_ref() else #missing;
                    });
                    all.list.push(quote!(#name));
                }
                ParamKind::Context if step.lists_unmet() => {
                    let name = &argument.name;
                    all.before.extend(quote!(let #name = #held_unmet.cx();));
                    all.list.push(quote!(&#name));
                }
                ParamKind::Context => {
                    let (name, missing) = (&argument.name, &argument.missing);
                    all.before.extend(
                        quote!(let ::core::option::Option::Some(#name) = #lane_states.context::<Self>(#id) else #missing;),
                    );
                    all.list.push(quote!(&#name));
                }
            }
        }
        all
    }

    /// A result, which is `nth` among the step's needs: results come first there, in the order of its parameters.
    fn result(&mut self, model: &Pipeline, argument: &Argument<'_>, need: usize, by: By, nth: usize) {
        let Argument { step, name, missing, .. } = argument;
        let result = self.place_of_result(model, argument, need, by);
        self.before.extend(match model.steps[*step].settings.when {
            When::AllDone | When::AnyFailed => {
                let lane_states = local("lane_states");
                let told = if model.steps[*step].lists_unmet() { local("held_unmet") } else { lane_states };
                let why = if argument.param.is_unmet { quote!(unmet) } else { quote!(cause) };
                quote! {
                    let #name = match (#result, #told.#why(#nth)) {
                        (::core::option::Option::Some(value), _) => ::core::result::Result::Ok(value),
                        (_, ::core::option::Option::Some(why)) => ::core::result::Result::Err(why),
                        _ => #missing
                    };
                }
            }
            When::NoneFailed => quote!(let #name = #result;),
            When::AllSucceeded | When::SkipOnError => {
                quote!(let ::core::option::Option::Some(#name) = #result else #missing;)
            }
        });
        self.list.push(quote!(#name));
    }

    /// An option of the result, as the step takes it.
    fn place_of_result(&mut self, model: &Pipeline, argument: &Argument<'_>, need: usize, by: By) -> TokenStream {
        let (made_by, place) = (&model.steps[need], &model.results[need]);
        let slot = slot_of(made_by);
        let handover = handover_of(made_by);
        let take = match by {
            By::Ref => quote!(as_ref),
            By::Mut => quote!(as_mut),
            By::Value => quote!(take),
        };
        match place.access {
            Access::Shared => {
                shared(model, need).map_or_else(|| quote!(#slot.as_ref()), |shared| quote!(#shared.get()))
            }
            Access::Owned => quote!(#slot.#take()),
            Access::HandedOver if place.readers.contains(&argument.step) => {
                let readers = readers_of(&handover);
                quote!(#readers.get_or_set(|| #handover.take().and_then(|slot| (*slot).as_ref())))
            }
            Access::HandedOver if by == By::Value => quote!(#handover.take().and_then(::core::option::Option::take)),
            Access::HandedOver => {
                let taken = local(&format!("taken_{}", made_by.ident));
                self.before.extend(quote!(let mut #taken = #handover.take();));
                self.after.extend(quote!(#handover.give_back(#taken);));
                quote!(#taken.as_mut().and_then(|slot| (**slot).#take()))
            }
        }
    }

    fn field(&mut self, model: &Pipeline, argument: &Argument<'_>, field: usize, by: By) {
        let Argument { step, param, name, missing } = argument;
        let Some(field) = find_field(model.context.as_ref(), field) else { return };
        let span = param.ty.span();
        let place = located(field_of(field), span);
        let owner = match field.place.access {
            Access::Shared => return self.list.push(quote!(#place)),
            Access::Owned if param.is_used_up() => {
                // Moved out of the only attempt, since its result borrows it for longer than the attempt takes.
                let kept = local(&format!("kept_{}", field.ident));
                self.setup.extend(quote!(let mut #kept = ::core::option::Option::Some(#place);));
                self.before.extend(quote!(let ::core::option::Option::Some(#name) = #kept.take() else #missing;));
                return self.list.push(quote!(#name));
            }
            Access::Owned => place,
            Access::HandedOver if field.place.readers.contains(step) => {
                let readers = readers_of(&field_of(field));
                self.before.extend(quote! {
                    let ::core::option::Option::Some(#name) =
                        #readers.get_or_set(|| #place.take().map(|field| &*field))
                    else #missing;
                });
                return self.list.push(quote!(#name));
            }
            Access::HandedOver => {
                self.before.extend(quote!(let ::core::option::Option::Some(#name) = #place.take() else #missing;));
                if param.is_used_up() {
                    return self.list.push(quote!(#name));
                }
                self.after.extend(quote!(#place.give(#name);));
                name.clone()
            }
        };
        self.list.push(if by == By::Mut {
            quote_spanned!(span=> &mut *#owner)
        } else {
            quote_spanned!(span=> &*#owner)
        });
    }
}
