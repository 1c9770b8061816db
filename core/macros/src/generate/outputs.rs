//! The outputs of a run, one slot per step.

use crate::model::{Fallibility, Pipeline, Step};
use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, quote, quote_spanned};
use std::collections::BTreeSet;
use syn::{GenericParam, Generics, Type, parse_quote, spanned::Spanned, visit::Visit};

/// `Outputs`, the ids of the steps, and the check of the steps that cannot fail by the names of their types.
pub(super) fn items(model: &Pipeline) -> TokenStream {
    let generics = generics(model);
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let kept = || model.steps.iter().filter(|step| !step.borrows);
    let fields = kept().map(|step| {
        let (ident, value) = (&step.ident, value_of(step));
        let doc = format!("The output of `{ident}`; `None` if it did not succeed, or if another step took it.");
        // Where the value is not what the attributes ask for, the compiler says so at the step's return type.
        let ty = quote_spanned!(step.output.span()=> ::core::option::Option<#value>);
        let ty = if step.may_skip_itself { ty } else { quote!(::core::option::Option<#value>) };
        quote!(#[doc = #doc] pub #ident: #ty)
    });
    let empty = kept().map(|step| {
        let ident = &step.ident;
        quote!(#ident: ::core::option::Option::None)
    });
    let ids = model.steps.iter().enumerate().map(|(number, step)| {
        let (ident, id) =
            (Ident::new(&step.ident.to_string().to_uppercase(), step.ident.span()), super::step_id(number));
        let doc = format!("`{}`.", step.ident);
        quote!(#[doc = #doc] pub const #ident: StepId = #id;)
    });
    let checks = model.steps.iter().filter(|step| may_be_alias(step)).map(|step| plain_check(model, step));
    quote! {
        /// The outputs of the steps, by name.
        #[allow(clippy::exhaustive_structs, non_snake_case)]
        pub struct Outputs #impl_generics #where_clause {
            #(#fields,)*
        }

        impl #impl_generics __rungs::__private::Generated for Outputs #ty_generics #where_clause {}

        impl #impl_generics __rungs::fixed::StaticPipeline for Outputs #ty_generics #where_clause {
            const STATIC_PLAN: &'static __rungs::fixed::StaticPlan = &PLAN;
        }

        impl #impl_generics __rungs::fixed::Outputs for Outputs #ty_generics #where_clause {
            const EMPTY: Self = Self { #(#empty,)* };
        }

        /// The steps' ids, by which observers and reports name them.
        #[allow(non_upper_case_globals)]
        pub mod step_ids {
            use super::__rungs::{self, StepId};

            #(#ids)*
        }

        #(#checks)*
    }
}

/// The value that a step returns: what is in its `Result`, or all that it returns if it cannot fail. Of a step that may skip
/// itself it is what is in the `Option` there.
pub(super) fn value_of(step: &Step) -> TokenStream {
    let (output, is_result) = (&step.output, is_result(step));
    let value = quote_spanned!(output.span()=> <#output as __rungs::__private::StepValue<#is_result>>::Value);
    if step.may_skip_itself {
        quote_spanned!(output.span()=> <#value as __rungs::__private::MaybeValue>::Value)
    } else {
        value
    }
}

/// Whether a step returns a `Result`, as a generic argument.
pub(super) fn is_result(step: &Step) -> TokenStream {
    let output = with_lifetime(step, &quote!('static));
    match step.fallibility {
        Fallibility::Fallible => quote!(true),
        Fallibility::Infallible => quote!(false),
        Fallibility::ByType => {
            let is_result = quote_spanned!(step.output.span()=> <__rungs::__private::OutputType<#output>>::IS_RESULT);
            quote!({ #[allow(unused_imports)] use __rungs::__private::PlainType as _; #is_result })
        }
    }
}

/// The return type as it can be named outside of a run, for questions about its name alone: all its lifetimes are this one.
fn with_lifetime(step: &Step, lifetime: &TokenStream) -> TokenStream {
    let output = step.output.to_token_stream();
    if step.borrows { renamed(output, lifetime) } else { output }
}

/// The same tokens with this lifetime for each one.
fn renamed(tokens: TokenStream, lifetime: &TokenStream) -> TokenStream {
    let mut named = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let is_quote = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '\'');
        match token {
            _ if is_quote(&token) => {
                tokens.next();
                named.extend(lifetime.clone());
            }
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), renamed(group.stream(), lifetime));
                inner.set_span(group.span());
                named.append(inner);
            }
            TokenTree::Punct(ref punct) if punct.as_char() == '&' && !tokens.peek().is_some_and(is_quote) => {
                named.append(token);
                named.extend(lifetime.clone());
            }
            _ => named.append(token),
        }
    }
    named
}

/// Whether the compiler might see a `Result` where the attribute does not.
fn may_be_alias(step: &Step) -> bool {
    step.fallibility == Fallibility::Infallible
        && !matches!(step.output, Type::Tuple(_) | Type::Array(_) | Type::Reference(_))
}

/// Checks that a plain value is no `Result` by another name: the error would be lost. The compiler complains at the step's own
/// return type.
fn plain_check(model: &Pipeline, step: &Step) -> TokenStream {
    let borrowed = quote!('__borrowed);
    let output = with_lifetime(step, &borrowed);
    let mut generics = model.context.as_ref().map_or_else(Generics::default, |context| context.generics.clone());
    // As the type of an argument, it is known to be well-formed for this lifetime.
    let argument = step.borrows.then(|| {
        generics.params.insert(0, parse_quote!(#borrowed));
        quote!(_: __rungs::__private::OutputType<#output>)
    });
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    quote_spanned! {step.output.span()=>
        const _: () = {
            #[allow(dead_code)]
            fn is_no_result #impl_generics (#argument) #where_clause {
                #[allow(unused_imports)]
                use __rungs::__private::PlainType as _;
                <__rungs::__private::OutputType<#output>>::is_no_result();
            }
        };
    }
}

/// The parameters of the context that occur in outputs, with their bounds.
pub(super) fn generics(model: &Pipeline) -> Generics {
    let Some(context) = &model.context else { return Generics::default() };
    let outputs = Identifiers::of(model.steps.iter().filter(|step| !step.borrows).map(|step| &step.output));
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
            syn::WherePredicate::Type(predicate) => Identifiers::of([&predicate.bounded_ty]).0.is_subset(&outputs.0),
            _ => false,
        };
        let predicates: Vec<_> = clause.predicates.iter().filter(is_kept).cloned().collect();
        kept.make_where_clause().predicates.extend(predicates);
    }
    kept
}

/// All identifiers in some types.
struct Identifiers(BTreeSet<String>);

impl Identifiers {
    fn of<'t>(types: impl IntoIterator<Item = &'t Type>) -> Self {
        let mut all = Self(BTreeSet::new());
        types.into_iter().for_each(|ty| all.visit_type(ty));
        all
    }
}

impl Visit<'_> for Identifiers {
    fn visit_ident(&mut self, ident: &Ident) {
        self.0.insert(ident.to_string());
    }
}
