//! How the pipeline is run: the functions that users call, and the implementation behind them.

use super::{bounds, checkpoints, lane, local, outputs, places, run_context::RunContext};
use crate::model::{ContextLimits, Order, ParamKind, Pipeline, Step};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, GenericParam, Generics, TypeGenerics, punctuated::Punctuated, spanned::Spanned};

/// `run`, `runner`, `plan`, `visualize`, `Report`, and the implementation behind them.
///
/// Our type parameters begin with two underscores, since they stand beside the context's and the user's expressions.
pub(super) fn items(model: &Pipeline, context: &RunContext) -> TokenStream {
    let count = model.steps.len();
    let error = &model.error;
    let output_generics = outputs::generics(model);
    let (_, output_ty, _) = output_generics.split_for_impl();
    let alias = without_bounds(&output_generics);
    let none = Generics::default();
    let generics = model.context.as_ref().map_or(&none, |context| &context.generics);
    let context_where = bounds::where_clause(model);
    let params: Vec<_> = generics.params.iter().collect();
    let names = params.iter().map(|param| match param {
        GenericParam::Type(param) => param.ident.to_token_stream(),
        GenericParam::Const(param) => param.ident.to_token_stream(),
        GenericParam::Lifetime(param) => param.lifetime.to_token_stream(),
    });
    let RunContext { doc, ty: context_type, lifetimes, generic, params: taken, value: passed, .. } = context;
    let lane_states = lane_states(model);
    let lengths = lengths(model);
    let body = body(model, context, &output_ty);
    let checks = checks(model);
    quote! {
        #lane_states

        /// The report of a run.
        pub type Report #alias = __rungs::fixed::Report<Outputs #output_ty, #error, #count>;

        /// The memory that a run writes to, its report included.
        pub type Storage #alias = __rungs::__private::RunStorage<Outputs #output_ty, #error, #lengths>;

        /// The pipeline, as a type.
        #[derive(Debug)]
        #[allow(clippy::exhaustive_enums)]
        pub enum Pipeline {}

        impl __rungs::__private::Generated for Pipeline {}

        impl __rungs::fixed::StaticPipeline for Pipeline {
            const STATIC_PLAN: &'static __rungs::fixed::StaticPlan = &PLAN;
        }

        impl __rungs::fixed::Fallible for Pipeline {
            type Error = #error;
        }

        #[doc = #doc]
        #[allow(clippy::multiple_bound_locations)]
        pub fn run<#lifetimes 'clock, #(#params,)* __Clock: __rungs::Timer>(
            #taken
            timer: &'clock __Clock,
        ) -> impl ::core::future::Future<Output = Report #output_ty> + use<#lifetimes 'clock, #(#names,)* __Clock>
        #context_where
        {
            runner().run(#passed, timer)
        }

        /// A run with options of its own: limits, a seed, an observer, a signal to stop it.
        pub const fn runner() -> __rungs::fixed::Runner<Pipeline> {
            __rungs::fixed::Runner::new()
        }

        /// The plan, to ask what it consists of: names, needs and dependents, levels, settings, resources.
        pub const fn plan() -> __rungs::PlanView<'static> {
            STATIC_PLAN.view()
        }

        /// The diagram of the plan: as text, Mermaid or DOT.
        pub const fn visualize() -> __rungs::fixed::Diagram<'static> {
            STATIC_PLAN.diagram()
        }

        #[allow(clippy::multiple_bound_locations)]
        impl<#lifetimes #(#params,)* #generic> __rungs::fixed::Steps<#context_type> for Pipeline #context_where {
            type Storage = Storage #output_ty;

            #[inline]
            fn check<__Clock: __rungs::Timer, const SEEDED: bool>() {
                #checks
            }

            #body
        }
    }
}

/// An alias cannot have bounds on its parameters.
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
        { __rungs::scheduler::StorageSize::ready_words(#count) },
        { PLAN.timers() },
        #resources,
        #levels
    }
}

/// The type of the state that the driver and the lanes share.
fn lane_states(model: &Pipeline) -> TokenStream {
    let needs = model.steps.iter().zip(&model.graph.needs).map(|(step, needs)| step.told_needs(needs)).max();
    let needs = needs.unwrap_or(0);
    let asks = |step: &Step| step.params.iter().any(|param| param.kind == ParamKind::Context);
    let contexts = usize::from(model.steps.iter().any(asks));
    let lanes = model.graph.lanes.len();
    let needs = if model.lists_unmet() {
        quote!(__rungs::__private::Unmets<E, #needs, true>)
    } else if model.hands_errors_on() {
        quote!(__rungs::__private::Unmets<E, #needs>)
    } else {
        quote!(__rungs::__private::Causes<#needs>)
    };
    quote!(type LaneStates<E> = __rungs::__private::LaneStates<E, #lanes, #needs, #contexts>;)
}

/// Checks that a run has the seed and the clock that steps need; the compiler complains at the setting of the step.
fn checks(model: &Pipeline) -> TokenStream {
    let check = |number: usize, at: &Expr, has: TokenStream, needs: TokenStream, message: String| {
        let (id, span) = (super::step_id(number), Span::mixed_site().located_at(at.span()));
        quote_spanned!(span=> const { if !#has && PLAN.plan.settings(#id).#needs() { ::core::panic!(#message) } })
    };
    let defaults = &model.defaults;
    let checks = model.steps.iter().enumerate().flat_map(|(number, step)| {
        let args = &step.settings;
        // The step's own arguments come before its `settings` value and the defaults.
        let elsewhere = |default| [&args.settings, default].into_iter().flatten().next();
        let seed = format!("step `{}` uses jitter; call `.seed(..)` on the runner", step.ident);
        let seeded = args.backoff.as_ref().or_else(|| elsewhere(&defaults.backoff));
        let seed = seeded.map(|at| check(number, at, quote!(SEEDED), quote!(needs_seed), seed));
        let clock =
            format!("step `{}` has a time limit or a delay, but `NoClock` has no time; pass a timer", step.ident);
        let timed = [args, defaults].into_iter().flat_map(|args| {
            [&args.timeout, &args.deadline, &args.backoff, &args.retry_delay, &args.settings].into_iter().flatten()
        });
        let clock =
            timed.into_iter().next().map(|at| check(number, at, quote!(__Clock::TICKS), quote!(needs_clock), clock));
        seed.into_iter().chain(clock)
    });
    let limits = [&model.config.deadline, &model.config.clean_up_deadline].into_iter().flatten();
    checks.chain(limits.map(clock_of_the_run)).collect()
}

/// Checks that a run with a deadline has a clock.
fn clock_of_the_run(limit: &Expr) -> TokenStream {
    let span = Span::mixed_site().located_at(limit.span());
    let message = "the run has a deadline, but `NoClock` has no time; pass a timer";
    quote_spanned!(span=> const { if !__Clock::TICKS { ::core::panic!(#message) } })
}

fn body(model: &Pipeline, run_context: &RunContext, output_ty: &TypeGenerics<'_>) -> TokenStream {
    let (outputs, lane_states, storage, context) =
        (local("outputs"), local("lane_states"), local("storage"), local("context"));
    let (runner, timer, buffers) = (local("runner"), local("timer"), local("buffers"));
    let (fields, results, error) = (places::fields(model), places::results(model), &model.error);
    let names: Vec<_> = (0..model.graph.lanes.len()).map(|lane| local(&format!("lane_{lane}"))).collect();
    let store = local("store");
    let RunContext { ty: context_type, open, options, .. } = run_context;
    let (limits, runner_with_limits) = limits(model);
    let checkpoints::Code { load, runner: runner_with_limits } = checkpoints::code(model, &runner_with_limits);
    // What is read is written into the report beside the outputs.
    let mutable = model.checkpoints().next().map(|_| quote!(mut));
    let blocks = model.graph.lanes.iter().enumerate().map(|(lane, steps)| lane::block(model, lane, steps));
    let lanes = names.iter().rev().map(ToTokens::to_token_stream).reduce(|others, lane| quote!((#lane, #others)));
    let lanes = lanes.unwrap_or_else(|| quote!(()));
    quote! {
        #[allow(unused_variables)]
        async fn run_in<
            'run,
            __Clock: __rungs::Timer,
            __Observers: __rungs::__private::Observers<#error>,
            __Settings: __rungs::__private::RunSettings,
            __Store: __rungs::__private::RunStore<Self>,
        >(
            #runner: __rungs::fixed::Runner<Self, __Observers, __Settings>,
            #store: __Store,
            #storage: &'run mut Self::Storage,
            #context: #context_type,
            #timer: &__Clock,
        ) -> &'run Report #output_ty {
            {
                let (#outputs, #mutable #buffers) = #storage.lend();
                let #lane_states: &LaneStates<#error> = &LaneStates::new();
                #open
                #limits
                #results
                #load
                #fields
                #(let #names = ::core::pin::pin!(#blocks);)*
                #buffers.drive(#runner_with_limits #options, #timer, #lane_states, #lanes).await;
            }
            #storage.report()
        }
    }
}

/// The limits that are values of the context, and the runner with them.
fn limits(model: &Pipeline) -> (TokenStream, TokenStream) {
    let (context, runner, name) = (local("context"), local("runner"), local("limits"));
    let of_step = |(number, step): (usize, &Step)| {
        let ContextLimits { timeout, deadline } = &step.context_limits;
        let limits = [(timeout, quote!(timeout)), (deadline, quote!(deadline))];
        let stated = limits.into_iter().filter_map(|(limit, method)| {
            let limit = limit.as_ref()?;
            Some(quote_spanned!(limit.span()=> .#method(#context.#limit)))
        });
        let (stated, id) = (stated.collect::<TokenStream>(), super::step_id(number));
        (!stated.is_empty()).then(|| quote!(__rungs::__private::ContextLimits::new(#id) #stated))
    };
    let all: Vec<_> = model.steps.iter().enumerate().filter_map(of_step).collect();
    if all.is_empty() {
        return (TokenStream::new(), quote!(#runner));
    }
    (quote!(let #name = &[#(#all),*];), quote!(#runner.limited_by(#name)))
}
