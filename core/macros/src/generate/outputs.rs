//! What the steps of a run come to, one place a step.

use crate::model::{Pipeline, Step};
use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use std::collections::BTreeSet;
use syn::{GenericParam, Generics, Type, spanned::Spanned, visit::Visit};

/// `Outputs`, the numbers of the steps, and that each step's error is the pipeline's.
pub(super) fn items(model: &Pipeline) -> TokenStream {
    let generics = generics(model);
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let fields = model.steps.iter().map(|step| {
        let (ident, value) = (&step.ident, value_of(step));
        let doc = format!("What `{ident}` came to.");
        quote!(#[doc = #doc] pub #ident: ::core::option::Option<#value>)
    });
    let empty = model.steps.iter().map(|step| {
        let ident = &step.ident;
        quote!(#ident: ::core::option::Option::None)
    });
    let numbers = model.steps.iter().enumerate().map(|(number, step)| {
        let (ident, id) =
            (Ident::new(&step.ident.to_string().to_uppercase(), step.ident.span()), super::step_id(number));
        let doc = format!("`{}`.", step.ident);
        quote!(#[doc = #doc] pub const #ident: ::rungs::StepId = #id;)
    });
    let errors = model.steps.iter().map(|step| error_check(model, step));
    quote! {
        /// What the steps came to, by name.
        #[allow(clippy::exhaustive_structs, non_snake_case)]
        pub struct Outputs #impl_generics #where_clause {
            #(#fields,)*
        }

        impl #impl_generics ::rungs::fixed::StaticPipeline for Outputs #ty_generics #where_clause {
            const STATIC_PLAN: &'static ::rungs::fixed::StaticPlan = &PLAN;
        }

        impl #impl_generics ::rungs::fixed::Outputs for Outputs #ty_generics #where_clause {
            const EMPTY: Self = Self { #(#empty,)* };
        }

        /// The steps' numbers, by which observers and reports know them.
        #[allow(non_upper_case_globals)]
        pub mod step_ids {
            #(#numbers)*
        }

        #(#errors)*
    }
}

/// The value in a step's `Result`, which may be an alias.
pub(super) fn value_of(step: &Step) -> TokenStream {
    let output = &step.output;
    quote_spanned!(output.span()=> <#output as ::rungs::fixed::StepOutput>::Value)
}

/// Says at the step's own return type that its error is another one.
fn error_check(model: &Pipeline, step: &Step) -> TokenStream {
    let (error, output) = (&model.error, &step.output);
    let none = Generics::default();
    let generics = model.context.as_ref().map_or(&none, |context| &context.generics);
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    quote_spanned! {output.span()=>
        const _: () = {
            #[allow(dead_code)]
            fn has_the_error_of_the_pipeline #impl_generics () #where_clause {
                fn check<O: ::rungs::fixed::StepOutput<Error = E>, E>() {}
                check::<#output, #error>();
            }
        };
    }
}

/// Of the context's parameters those that outputs speak of, with what is said of them.
pub(super) fn generics(model: &Pipeline) -> Generics {
    let Some(context) = &model.context else { return Generics::default() };
    let outputs = Words::of(model.steps.iter().map(|step| &step.output));
    let mut kept = Generics::default();
    for param in &context.generics.params {
        let ident = match param {
            GenericParam::Type(param) => &param.ident,
            GenericParam::Const(param) => &param.ident,
            GenericParam::Lifetime(param) => &param.lifetime.ident,
        };
        if outputs.0.contains(&ident.to_string()) {
            kept.params.push(param.clone());
        }
    }
    if let Some(clause) = &context.generics.where_clause {
        let is_kept = |predicate: &&syn::WherePredicate| match predicate {
            syn::WherePredicate::Type(predicate) => Words::of([&predicate.bounded_ty]).0.is_subset(&outputs.0),
            _ => false,
        };
        let predicates: Vec<_> = clause.predicates.iter().filter(is_kept).cloned().collect();
        kept.make_where_clause().predicates.extend(predicates);
    }
    kept
}

/// All names in some types.
struct Words(BTreeSet<String>);

impl Words {
    fn of<'t>(types: impl IntoIterator<Item = &'t Type>) -> Self {
        let mut words = Self(BTreeSet::new());
        types.into_iter().for_each(|ty| words.visit_type(ty));
        words
    }
}

impl Visit<'_> for Words {
    fn visit_ident(&mut self, ident: &Ident) {
        self.0.insert(ident.to_string());
    }
}
