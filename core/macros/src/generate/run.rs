//! How the pipeline is run: the functions that people call, and what they come down to.

use super::{bounds, local, outputs, path};
use crate::model::{Order, ParamKind, Pipeline, Step};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, GenericParam, Generics, TypeGenerics, punctuated::Punctuated, spanned::Spanned};

/// `run`, `runner`, `plan`, `visualize`, `Report`, and the implementation behind them.
///
/// Parameters of our own stand beside the context's, and where the user's expressions are: so they have names that nobody
/// else's have.
pub(super) fn items(model: &Pipeline) -> TokenStream {
    let count = model.steps.len();
    let error = &model.error;
    let output_generics = outputs::generics(model);
    let (_, output_ty, _) = output_generics.split_for_impl();
    let alias = without_bounds(&output_generics);
    let none = Generics::default();
    let generics = model.context.as_ref().map_or(&none, |context| &context.generics);
    let (_, context_ty, _) = generics.split_for_impl();
    let context_where = bounds::where_clause(model);
    let params: Vec<_> = generics.params.iter().collect();
    let names = params.iter().map(|param| match param {
        GenericParam::Type(param) => param.ident.to_token_stream(),
        GenericParam::Const(param) => param.ident.to_token_stream(),
        GenericParam::Lifetime(param) => param.lifetime.to_token_stream(),
    });
    let context_type = model.context.as_ref().map(|context| {
        let ident = &context.ident;
        quote!(&'context mut #ident #context_ty)
    });
    let lifetime = context_type.is_some().then(|| quote!('context,));
    let context_type = context_type.unwrap_or_else(|| quote!(()));
    let taken = model.context.as_ref().map(|_| quote!(context: #context_type,));
    let passed = model.context.as_ref().map_or_else(|| quote!(()), |_| quote!(context));
    let wires = wires(model);
    let lengths = lengths(model);
    let body = body(model, &context_type, &output_ty);
    let checks = checks(model);
    quote! {
        #wires

        /// The report of a run.
        pub type Report #alias = ::rungs::fixed::Report<Outputs #output_ty, #error, #count>;

        /// What a run writes on, its report included.
        pub type Storage #alias = ::rungs::fixed::RunStorage<Outputs #output_ty, #error, #lengths>;

        /// The pipeline, as a type.
        #[derive(Debug)]
        #[allow(clippy::exhaustive_enums)]
        pub enum Pipeline {}

        impl ::rungs::fixed::StaticPipeline for Pipeline {
            const STATIC_PLAN: &'static ::rungs::fixed::StaticPlan = &PLAN;
        }

        impl ::rungs::fixed::Fallible for Pipeline {
            type Error = #error;
        }

        /// Runs all steps, and reports. Dropping the future drops every step.
        #[allow(clippy::multiple_bound_locations)]
        pub fn run<#lifetime 'clock, #(#params,)* __Clock: ::rungs::Timer>(
            #taken
            timer: &'clock __Clock,
        ) -> impl ::core::future::Future<Output = Report #output_ty> + use<#lifetime 'clock, #(#names,)* __Clock>
        #context_where
        {
            runner().run(#passed, timer)
        }

        /// A run with settings of its own: limits, a seed, an observer, a signal to stop it.
        pub const fn runner() -> ::rungs::fixed::Runner<Pipeline> {
            ::rungs::fixed::Runner::new()
        }

        /// The plan, to ask what it consists of: names, needs and dependents, levels, settings, resources.
        pub const fn plan() -> ::rungs::PlanView<'static> {
            STATIC_PLAN.view()
        }

        /// The picture of the plan: as text, Mermaid or DOT.
        pub const fn visualize() -> ::rungs::fixed::Diagram<'static> {
            STATIC_PLAN.picture()
        }

        #[allow(clippy::multiple_bound_locations)]
        impl<#lifetime #(#params,)*> ::rungs::fixed::Steps<#context_type> for Pipeline #context_where {
            type Storage = Storage #output_ty;

            #[inline]
            fn check<__Clock: ::rungs::Timer, const SEEDED: bool>() {
                #checks
            }

            #body
        }
    }
}

/// An alias does not hold its parameters' bounds, so it does not say them either.
fn without_bounds(generics: &Generics) -> Generics {
    let mut bare = generics.clone();
    bare.where_clause = None;
    for param in bare.type_params_mut() {
        param.colon_token = None;
        param.bounds = Punctuated::new();
    }
    bare
}

/// The lengths of a run's storage.
fn lengths(model: &Pipeline) -> TokenStream {
    let count = model.steps.len();
    let resources = model.resources.len();
    let levels = if model.config.order == Some(Order::Levels) {
        model.graph.levels.iter().max().map_or(0, |top| top + 1)
    } else {
        0
    };
    quote! {
        #count,
        { ::rungs::scheduler::StorageSize::ready_words(#count) },
        { PLAN.plan.timers() },
        #resources,
        #levels
    }
}

/// What paths and drive talk over.
fn wires(model: &Pipeline) -> TokenStream {
    // Only steps that take settled results ask why one is not there.
    let settled = model.steps.iter().zip(&model.graph.needs).filter(|(step, _)| step.settings.when.is_clean_up());
    let needs = settled.map(|(_, needs)| needs.len()).max().unwrap_or(0);
    let asks = |step: &Step| step.params.iter().any(|param| param.kind == ParamKind::Context);
    let contexts = usize::from(model.steps.iter().any(asks));
    let paths = model.graph.paths.len();
    quote!(type LaneStates<E> = ::rungs::fixed::LaneStates<E, #paths, #needs, #contexts>;)
}

/// What a run must bring, asked for where a step's settings say so.
fn checks(model: &Pipeline) -> TokenStream {
    let check = |number: usize, blamed: &Expr, has: TokenStream, needs: TokenStream, message: String| {
        let (id, span) = (super::step_id(number), Span::mixed_site().located_at(blamed.span()));
        quote_spanned!(span=> const { if !#has && PLAN.plan.settings(#id).#needs() { ::core::panic!(#message) } })
    };
    let defaults = &model.defaults;
    let checks = model.steps.iter().enumerate().flat_map(|(number, step)| {
        let said = &step.settings;
        // A step's own settings are to blame before those that come from elsewhere.
        let elsewhere = |default| [&said.settings, default].into_iter().flatten().next();
        let seed = format!("step `{}` draws its delays at random, so the run wants `.seed(..)`", step.ident);
        let seeded = said.backoff.as_ref().or_else(|| elsewhere(&defaults.backoff));
        let seed = seeded.map(|blamed| check(number, blamed, quote!(SEEDED), quote!(needs_seed), seed));
        let clock = format!("step `{}` has a time limit or a delay, and `NoClock` tells no time", step.ident);
        let timed = [said, defaults].into_iter().flat_map(|args| {
            [&args.timeout, &args.deadline, &args.backoff, &args.retry_delay, &args.settings].into_iter().flatten()
        });
        let clock = timed
            .into_iter()
            .next()
            .map(|blamed| check(number, blamed, quote!(__Clock::TICKS), quote!(needs_clock), clock));
        seed.into_iter().chain(clock)
    });
    checks.collect()
}

fn body(model: &Pipeline, context_type: &TokenStream, output_ty: &TypeGenerics<'_>) -> TokenStream {
    let (outputs, wires, storage, context) = (local("outputs"), local("wires"), local("storage"), local("context"));
    let (runner, timer, lent) = (local("runner"), local("timer"), local("lent"));
    let (fields, results, error) = (path::fields(model), path::results(model), &model.error);
    let names: Vec<_> = (0..model.graph.paths.len()).map(|path| local(&format!("path_{path}"))).collect();
    let blocks = model.graph.paths.iter().enumerate().map(|(path, steps)| path::block(model, path, steps));
    // The last is for all others, as there are none: so it need not be compared with.
    let last = names.last().map_or_else(|| quote!(::core::task::Poll::Ready(())), poll_path);
    let others = names.iter().enumerate().take(names.len().saturating_sub(1)).map(|(number, path)| {
        let poll = poll_path(path);
        quote!(#number => #poll)
    });
    quote! {
        #[allow(unused_variables)]
        async fn run_in<
            'run,
            __Clock: ::rungs::Timer,
            __Watchers: ::rungs::observers::Observers<#error>,
            __Settings: ::rungs::fixed::RunSettings,
        >(
            #runner: ::rungs::fixed::Runner<Self, __Watchers, __Settings>,
            #storage: &'run mut Self::Storage,
            #context: #context_type,
            #timer: &__Clock,
        ) -> &'run Report #output_ty {
            {
                let (#outputs, #lent) = #storage.lend();
                let #wires: &LaneStates<#error> = &LaneStates::new();
                #results
                #fields
                #(let mut #names = ::core::pin::pin!(#blocks);)*
                #lent.drive(#runner, #timer, #wires, move |path, cx| match path {
                    #(#others,)*
                    _ => #last,
                })
                .await;
            }
            #storage.report()
        }
    }
}

fn poll_path(path: &Ident) -> TokenStream {
    quote!(::core::future::Future::poll(#path.as_mut(), cx))
}
