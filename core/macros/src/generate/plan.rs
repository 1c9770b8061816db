//! The plan as constants: they lie in flash.

use super::step_id;
use crate::graph::Rows;
use crate::model::{OnFailure, Order, Pipeline, StepArgs, When};
use crate::parse::shown;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use rungs_scheduler::Need;
use std::collections::BTreeMap;
use syn::{Expr, spanned::Spanned};

/// `STATIC_PLAN`, and what it lends out.
///
/// Settings are expressions of the user's, and stand where our own constants are in scope: so those have names that
/// nobody else's have.
pub(super) fn items(model: &Pipeline) -> TokenStream {
    let title = &model.name;
    let count = model.steps.len();
    let names = model.steps.iter().map(|step| step.ident.to_string());
    let levels = model.graph.levels.iter().map(|&level| level as u32);
    let order = model.graph.order.iter().map(|&step| step as u32);
    let path_of = path_of(model);
    let config = config(model);
    let needs = Rows::new(&model.graph.needs);
    let (waiting_rows, waiting) = tokens(needs.inverted());
    let (need_rows, needs) = tokens(needs);
    let classes = Classes::of(model);
    let (settings, which) = settings(model, &classes);
    let defaults = settings_of(&model.defaults, None, 0);
    let resources = classes.tokens(model);
    let resource_names = model.resources.iter().map(|resource| shown(&resource.name));
    let by_level = if model.config.order == Some(Order::Levels) { quote!(__LEVELS) } else { quote!(&[]) };
    // Without resources or barriers all that may start does, so the order of declaration is as good as any.
    let numbering = if model.resources.is_empty() && model.config.order != Some(Order::Levels) {
        quote!(__scheduler::Numbering::declared(&__PLAN))
    } else {
        quote!(__BY_PRIORITY)
    };
    quote! {
        /// The plan, with all that is said of its runs.
        pub static STATIC_PLAN: ::rungs::fixed::StaticPlan = PLAN;

        const PLAN: ::rungs::fixed::StaticPlan = {
            use ::rungs::scheduler as __scheduler;
            const __COUNT: usize = #count;
            const __NAMES: &[&str] = &[#(#names),*];
            const __LEVELS: &[u32] = &[#(#levels),*];
            const __ORDER: &[u32] = &[#(#order),*];
            const __PATH_OF: &[u32] = &[#(#path_of),*];
            const __NEED_ROWS: &[u32] = &[#(#need_rows),*];
            const __NEEDS: &[__scheduler::Need] = &[#(#needs),*];
            const __WAITING_ROWS: &[u32] = &[#(#waiting_rows),*];
            const __WAITING: &[__scheduler::Need] = &[#(#waiting),*];
            const __DEFAULTS: ::rungs::Settings<'static> = #defaults;
            const __SETTINGS: &[::rungs::Settings<'static>] = &[#(#settings),*];
            const __WHICH: &[u32] = &[#(#which),*];
            const __PLAN: __scheduler::Plan<'static> =
                __scheduler::Plan::new(__scheduler::Edges::new(__NEED_ROWS, __NEEDS), __scheduler::Edges::new(__WAITING_ROWS, __WAITING), __SETTINGS, __WHICH);
            #resources
            const __PRIORITIES: ::rungs::fixed::Priorities<__COUNT, __BOUNDS> = ::rungs::fixed::Priorities::new(&__PLAN, __ORDER, #by_level);
            const __BY_PRIORITY: __scheduler::Numbering<'static> = (&__PRIORITIES).numbering(&__PLAN, #by_level, __USE_ROWS, __USES, __CAPACITIES);
            ::rungs::fixed::StaticPlan::new(#title, __NAMES, __PLAN)
                .numbered(#numbering, __BY_PRIORITY)
                .paths(__PATH_OF)
                .levels(__LEVELS)
                .resources(&[#(#resource_names),*])
                .config(#config)
        };
    }
}

fn path_of(model: &Pipeline) -> Vec<u32> {
    let mut path_of = vec![0; model.steps.len()];
    for (path, steps) in model.graph.paths.iter().enumerate() {
        for &step in steps {
            path_of[step] = path as u32;
        }
    }
    path_of
}

fn config(model: &Pipeline) -> TokenStream {
    let config = &model.config;
    let mut tokens = quote!(::rungs::Config::DEFAULT);
    if let Some(attempts) = &config.max_concurrent {
        let check = check(attempts, &quote!(__ATTEMPTS > 0), "`max_concurrent` is 0: nothing could ever start");
        let checked = quote! {{
            const __ATTEMPTS: u32 = #attempts;
            #check
            __ATTEMPTS
        }};
        tokens.extend(quote!(.max_concurrent(#checked)));
    }
    if let Some(limit) = &config.deadline {
        tokens.extend(quote!(.deadline({ use ::rungs::fixed::args::*; #limit })));
    }
    if let Some(order) = config.order {
        let word = match order {
            Order::Eager => quote!(Eager),
            Order::Levels => quote!(Levels),
        };
        tokens.extend(quote!(.order(::rungs::Order::#word)));
    }
    if let Some(on_failure) = config.on_failure {
        let word = match on_failure {
            OnFailure::GoOn => quote!(GoOn),
            OnFailure::Drain => quote!(Drain),
            OnFailure::Cancel => quote!(Cancel),
        };
        tokens.extend(quote!(.on_failure(::rungs::OnFailure::#word)));
    }
    tokens
}

/// Holds when the expression that is blamed has its value, or is what the compiler complains of.
fn check(blamed: &Expr, holds: &TokenStream, message: &str) -> TokenStream {
    let span = Span::mixed_site().located_at(blamed.span());
    quote_spanned!(span=> const _: () = ::core::assert!(#holds, #message);)
}

/// Edges as literals: where each row starts, and the list.
fn tokens(rows: Rows) -> (Vec<u32>, Vec<TokenStream>) {
    (rows.starts, rows.list.into_iter().map(need).collect())
}

fn need(need: Need) -> TokenStream {
    let step = step_id(need.step().index());
    if need.has_result() {
        quote!(__scheduler::Need::result(#step))
    } else if need.is_order() {
        quote!(__scheduler::Need::order(#step))
    } else {
        quote!(__scheduler::Need::after(#step))
    }
}

/// Equal settings are kept once; if all steps have the same, none need be told.
fn settings(model: &Pipeline, classes: &Classes) -> (Vec<TokenStream>, Vec<u32>) {
    let mut known: BTreeMap<String, u32> = BTreeMap::new();
    let mut list = Vec::new();
    let mut which = Vec::new();
    for (step, &class) in model.steps.iter().zip(&classes.of_step) {
        let tokens = settings_of(&step.settings, Some(quote!(__DEFAULTS)), class);
        let number = *known.entry(tokens.to_string()).or_insert_with(|| {
            list.push(tokens);
            list.len() as u32 - 1
        });
        which.push(number);
    }
    if list.len() <= 1 {
        which.clear();
    }
    if list.is_empty() {
        list.push(quote!(__DEFAULTS));
    }
    (list, which)
}

/// What is stated here, then what a value states, then the defaults.
fn settings_of(said: &StepArgs, defaults: Option<TokenStream>, class: u32) -> TokenStream {
    let mut tokens = quote!(::rungs::Settings::DEFAULT);
    let mut say = |method: TokenStream, value: &dyn ToTokens| tokens.extend(quote!(.#method(#value)));
    let with_args = |value: &dyn ToTokens| quote!({ use ::rungs::fixed::args::*; #value });
    if let Some(retries) = &said.retries {
        say(quote!(retries), retries);
    }
    if said.retry_forever {
        say(quote!(retry_forever), &TokenStream::new());
    }
    if let Some(backoff) = &said.backoff {
        say(quote!(backoff), &with_args(backoff));
    }
    if let Some(first) = &said.retry_delay {
        let first = with_args(first);
        say(quote!(backoff), &quote!(::rungs::Backoff::exponential(#first)));
    }
    let spans =
        [(quote!(timeout), &said.timeout), (quote!(deadline), &said.deadline), (quote!(expected), &said.expected)];
    for (method, span) in spans {
        if let Some(span) = span {
            say(method, &with_args(span));
        }
    }
    if let Some(retry) = &said.retry_on_timeout {
        say(quote!(retry_on_timeout), retry);
    }
    let when = match said.when {
        When::AllSucceeded => None,
        When::SkipOnError => Some(quote!(SkipOnError)),
        When::AllDone => Some(quote!(AllDone)),
        When::AnyFailed => Some(quote!(AnyFailed)),
    };
    if let Some(when) = when {
        say(quote!(when), &quote!(::rungs::When::#when));
    }
    match said.optional {
        Some(true) => say(quote!(optional), &TokenStream::new()),
        Some(false) => say(quote!(required), &TokenStream::new()),
        None => {}
    }
    if let Some(value) = &said.settings {
        say(quote!(or), &given(value));
    }
    if let Some(defaults) = defaults {
        say(quote!(or), &defaults);
    }
    if class > 0 {
        say(quote!(class), &class);
    }
    tokens
}

/// A value whose settings a step has. How its parameters are read has been decided by what stands in the attribute.
fn given(value: &Expr) -> TokenStream {
    let message = "settings say when clean-up steps run: write `when_all_done` or `when_any_failed` beside them";
    let holds = quote!(!::core::matches!(__GIVEN.get_when(), ::rungs::When::AllDone | ::rungs::When::AnyFailed));
    let check = check(value, &holds, message);
    quote! {{
        const __GIVEN: ::rungs::Settings<'static> = { use ::rungs::fixed::args::*; #value };
        #check
        __GIVEN
    }}
}

/// Steps by what they use: all of a class use the same. The first class uses nothing.
struct Classes {
    of_step: Vec<u32>,
    uses: Vec<Vec<(usize, TokenStream)>>,
}

impl Classes {
    fn of(model: &Pipeline) -> Self {
        let mut classes = Self { of_step: Vec::new(), uses: vec![Vec::new()] };
        for step in &model.steps {
            let mut uses: Vec<_> = step.uses.iter().map(|(resource, units)| (*resource, quote!(#units))).collect();
            uses.sort_by_key(|(resource, _)| *resource);
            let key = |uses: &[(usize, TokenStream)]| -> Vec<_> {
                uses.iter().map(|(resource, units)| (*resource, units.to_string())).collect()
            };
            let class = classes.uses.iter().position(|other| key(other) == key(&uses));
            classes.of_step.push(class.unwrap_or(classes.uses.len()) as u32);
            if class.is_none() {
                classes.uses.push(uses);
            }
        }
        classes
    }

    /// The tables of a numbering; empty where nothing is used.
    fn tokens(&self, model: &Pipeline) -> TokenStream {
        let (mut bounds, mut rows, mut list) = (0, Vec::new(), Vec::new());
        if self.uses.len() > 1 {
            bounds = self.uses.len() + 1;
            rows.push(0);
            for class in &self.uses {
                list.extend(class.iter().map(|(resource, units)| {
                    let resource = *resource as u32;
                    quote!(__scheduler::Use { resource: #resource, units: #units })
                }));
                rows.push(list.len() as u32);
            }
        }
        let capacities = model.resources.iter().map(|resource| &resource.units);
        let checks = self.checks(model);
        quote! {
            const __BOUNDS: usize = #bounds;
            const __USE_ROWS: &[u32] = &[#(#rows),*];
            const __USES: &[__scheduler::Use] = &[#(#list),*];
            const __CAPACITIES: &[u32] = &[#(#capacities),*];
            #checks
        }
    }

    /// What only the compiler can know: how large the expressions are.
    fn checks(&self, model: &Pipeline) -> TokenStream {
        let uses = model.steps.iter().flat_map(|step| step.uses.iter().map(move |used| (step, used)));
        uses.map(|(step, (resource, units))| {
            let resource = &model.resources[*resource];
            let capacity = &resource.units;
            let message = format!("step `{}` uses more of `{}` than there is", step.ident, resource.name);
            let check = check(units, &quote!(__UNITS <= __CAPACITY), &message);
            quote!(const _: () = { const __UNITS: u32 = #units; const __CAPACITY: u32 = #capacity; #check };)
        })
        .collect()
    }
}
