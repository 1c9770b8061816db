//! The plan as constants: they lie in flash.

use super::{check, rules, step_id};
use crate::graph::Rows;
use crate::model::{Edge, EdgeKind, OnFailure, Order, Pipeline, StepArgs, When};
use crate::parse::shown;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use rungs_scheduler::Need;
use std::collections::BTreeMap;
use syn::Expr;

/// `STATIC_PLAN`, and the constants behind it.
///
/// Our constants begin with two underscores, since the user's expressions stand where they are in scope.
pub(super) fn items(model: &Pipeline) -> TokenStream {
    let title = &model.name;
    let count = model.steps.len();
    let names = model.steps.iter().map(|step| step.ident.to_string());
    let levels = model.graph.levels.iter().map(|&level| level as u32);
    let order = model.graph.order.iter().map(|&step| step as u32);
    let lane_of = lane_of(model);
    let config = config(model);
    let needs = Rows::in_plan(&model.graph.needs);
    let (waiting_rows, waiting) = tokens(needs.inverted());
    let (need_rows, needs) = tokens(needs);
    let with_marks = with_marks(model);
    let may_skip_itself = model.steps.iter().any(|step| step.may_skip_itself);
    let classes = Classes::of(model);
    let (settings, which) = settings(model, &classes);
    let defaults = settings_of(&model.defaults, None, 0);
    let (single_attempts, cloned_error) = (rules::single_attempts(model), rules::cloned_error(model));
    let resources = classes.tokens(model);
    let sequences = rules::sequences(model);
    let resource_names = model.resources.iter().map(|resource| shown(&resource.name));
    let by_level = if model.config.order == Some(Order::Levels) { quote!(__LEVELS) } else { quote!(&[]) };
    // Without resources or barriers all that may start does, so the order of declaration is as good as any.
    let numbering = if model.resources.is_empty() && model.config.order != Some(Order::Levels) {
        quote!(__scheduler::Numbering::declared(&__PLAN))
    } else {
        quote!(__BY_PRIORITY)
    };
    quote! {
        /// The plan, with the configuration of its runs.
        pub static STATIC_PLAN: __rungs::fixed::StaticPlan = PLAN;

        const PLAN: __rungs::fixed::StaticPlan = {
            use __rungs::scheduler as __scheduler;
            const __COUNT: usize = #count;
            const __NAMES: &[&str] = &[#(#names),*];
            const __LEVELS: &[u32] = &[#(#levels),*];
            const __ORDER: &[u32] = &[#(#order),*];
            const __LANE_OF: &[u32] = &[#(#lane_of),*];
            const __NEED_ROWS: &[u32] = &[#(#need_rows),*];
            const __NEEDS: &[__scheduler::Need] = &[#(#needs),*];
            const __WAITING_ROWS: &[u32] = &[#(#waiting_rows),*];
            const __WAITING: &[__scheduler::Need] = &[#(#waiting),*];
            const __DEFAULTS: __rungs::Settings<'static> = #defaults;
            const __SETTINGS: &[__rungs::Settings<'static>] = &[#(#settings),*];
            const __WHICH: &[u32] = &[#(#which),*];
            const __PLAN: __scheduler::Plan<'static> =
                __scheduler::Plan::new(__scheduler::Edges::new(__NEED_ROWS, __NEEDS)#with_marks, __scheduler::Edges::new(__WAITING_ROWS, __WAITING), __SETTINGS, __WHICH);
            #sequences
            #resources
            const __PRIORITIES: __rungs::__private::Priorities<__COUNT, __BOUNDS> = __rungs::__private::Priorities::new(&__PLAN, __ORDER, #by_level);
            const __BY_PRIORITY: __scheduler::Numbering<'static> = (&__PRIORITIES).numbering(&__PLAN, #by_level, __USE_ROWS, __USES, __CAPACITIES);
            __rungs::__private::StaticPlanParts {
                name: #title,
                names: __NAMES,
                plan: __PLAN,
                numbering: #numbering,
                by_priority: __BY_PRIORITY,
                levels: __LEVELS,
                lane_of: __LANE_OF,
                resources: &[#(#resource_names),*],
                config: #config,
                may_skip_itself: #may_skip_itself,
            }
            .build()
        };

        #single_attempts
        #cloned_error
    }
}

/// The steps that need all before them: a mark each in the plan.
fn with_marks(model: &Pipeline) -> TokenStream {
    let all_edges = model.graph.needs.iter().enumerate();
    let is_marked = |needs: &[Edge]| needs.iter().any(|edge| edge.kind == EdgeKind::AfterAll);
    let marks: Vec<_> = all_edges.filter(|(_, needs)| is_marked(needs)).map(|(step, _)| step_id(step)).collect();
    if marks.is_empty() { TokenStream::new() } else { quote!(.with_after_all(&[#(#marks),*])) }
}

fn lane_of(model: &Pipeline) -> Vec<u32> {
    let mut lane_of = vec![0; model.steps.len()];
    for (lane, steps) in model.graph.lanes.iter().enumerate() {
        for &step in steps {
            lane_of[step] = lane as u32;
        }
    }
    lane_of
}

fn config(model: &Pipeline) -> TokenStream {
    let config = &model.config;
    let mut tokens = quote!(__rungs::Config::DEFAULT);
    if let Some(attempts) = &config.max_concurrent {
        let checked = at_least_one(attempts, "`max_concurrent` is 0: no step could ever start");
        tokens.extend(quote!(.max_concurrent(#checked)));
    }
    if let Some(attempts) = &config.poll_budget {
        let checked = at_least_one(attempts, "`poll_budget` is 0: no attempt could ever be polled");
        tokens.extend(quote!(.poll_budget(#checked)));
    }
    if let Some(limit) = &config.deadline {
        tokens.extend(quote!(.deadline({ use __rungs::fixed::args::*; #limit })));
    }
    if let Some(limit) = &config.clean_up_deadline {
        tokens.extend(quote!(.clean_up_deadline({ use __rungs::fixed::args::*; #limit })));
    }
    if let Some(order) = config.order {
        let word = match order {
            Order::Eager => quote!(Eager),
            Order::Levels => quote!(Levels),
        };
        tokens.extend(quote!(.order(__rungs::Order::#word)));
    }
    if let Some(on_failure) = config.on_failure {
        let word = match on_failure {
            OnFailure::GoOn => quote!(GoOn),
            OnFailure::Drain => quote!(Drain),
            OnFailure::Cancel => quote!(Cancel),
        };
        tokens.extend(quote!(.on_failure(__rungs::OnFailure::#word)));
    }
    tokens
}

/// A number of attempts, which the compiler checks.
fn at_least_one(attempts: &Expr, mistake: &str) -> TokenStream {
    let check = check(attempts, &quote!(__ATTEMPTS > 0), mistake);
    quote! {{
        const __ATTEMPTS: u32 = #attempts;
        #check
        __ATTEMPTS
    }}
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

/// The distinct settings, and the index of each step's settings; no indices if all steps have the same.
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

/// The settings of a step: what it states, then what its `settings` value states, then the defaults.
fn settings_of(args: &StepArgs, defaults: Option<TokenStream>, class: u32) -> TokenStream {
    let mut tokens = quote!(__rungs::Settings::DEFAULT);
    let mut set = |method: TokenStream, value: &dyn ToTokens| tokens.extend(quote!(.#method(#value)));
    let with_args = |value: &dyn ToTokens| quote!({ use __rungs::fixed::args::*; #value });
    if let Some(retries) = &args.retries {
        // A default may have no effect.
        let needing = if defaults.is_some() { needing_retries(args) } else { Vec::new() };
        set(quote!(retries), &counted(retries, &needing));
    }
    if args.retry_forever {
        set(quote!(retry_forever), &TokenStream::new());
    }
    if let Some(backoff) = &args.backoff {
        set(quote!(backoff), &with_args(backoff));
    }
    if let Some(first) = &args.retry_delay {
        let first = with_args(first);
        set(quote!(backoff), &quote!(__rungs::Backoff::exponential(#first)));
    }
    let spans =
        [(quote!(timeout), &args.timeout), (quote!(deadline), &args.deadline), (quote!(expected), &args.expected)];
    for (method, span) in spans {
        if let Some(span) = span {
            set(method, &with_args(span));
        }
    }
    if let Some(retry) = &args.retry_on_timeout {
        set(quote!(retry_on_timeout), retry);
    }
    let when = match args.when {
        When::AllSucceeded => None,
        When::SkipOnError => Some(quote!(SkipOnError)),
        When::AllDone => Some(quote!(AllDone)),
        When::AnyFailed => Some(quote!(AnyFailed)),
        When::NoneFailed => Some(quote!(NoneFailed)),
    };
    if let Some(when) = when {
        set(quote!(when), &quote!(__rungs::When::#when));
    }
    match args.optional {
        Some(true) => set(quote!(optional), &TokenStream::new()),
        Some(false) => set(quote!(required), &TokenStream::new()),
        None => {}
    }
    if args.never_cancel {
        set(quote!(never_cancel), &TokenStream::new());
    }
    if let Some(value) = &args.settings {
        set(quote!(or), &checked(value));
    }
    if let Some(defaults) = defaults {
        set(quote!(or), &defaults);
    }
    if class > 0 {
        set(quote!(class), &class);
    }
    tokens
}

/// A number of retries, which must be one that the scheduler counts, and not 0 beside what has no effect then. (A literal 0 is
/// found before.)
fn counted(retries: &Expr, needing: &[&str]) -> TokenStream {
    let holds = quote!(!__rungs::Settings::DEFAULT.retries(__RETRIES).has_too_many_retries());
    let counts = check(retries, &holds, TOO_MANY_RETRIES);
    let has_effect = needing.iter().map(|name| {
        check(retries, &quote!(__RETRIES > 0), &format!("`{name}` has no effect without `retries`, which are 0 here"))
    });
    quote! {{
        const __RETRIES: u32 = #retries;
        #counts
        #(#has_effect)*
        __RETRIES
    }}
}

/// What a step states and what has no effect without retries.
fn needing_retries(args: &StepArgs) -> Vec<&'static str> {
    let all = [
        ("backoff", args.backoff.is_some()),
        ("retry_delay", args.retry_delay.is_some()),
        ("retry_if", args.retry_if.is_some()),
        ("retry_on_timeout", args.retry_on_timeout.is_some()),
    ];
    all.into_iter().filter(|(_, is_stated)| *is_stated).map(|(name, _)| name).collect()
}

const TOO_MANY_RETRIES: &str = "more than 200,000 retries are not counted: write `retry_forever` instead";

/// The `settings` value of a step. It cannot make the step a clean-up step or a join, since the attribute alone decides how
/// its parameters are read.
fn checked(value: &Expr) -> TokenStream {
    let message = "the settings have a rule that decides about parameters: write `when_all_done`, `when_any_failed` or `when_none_failed` in the attribute instead";
    let holds = quote!(!__VALUE.get_when().decides_arguments());
    let rule = check(value, &holds, message);
    let retries = check(value, &quote!(!__VALUE.has_too_many_retries()), TOO_MANY_RETRIES);
    quote! {{
        const __VALUE: __rungs::Settings<'static> = { use __rungs::fixed::args::*; #value };
        #rule
        #retries
        __VALUE
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

    /// Checks by the compiler, which alone knows the values of expressions.
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
