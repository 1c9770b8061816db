#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod generate;
mod graph;
mod model;
mod parse;

use proc_macro::TokenStream;

/// Makes a pipeline of a module: each `#[step]` in it is an ordinary `async fn` that returns a `Result`, and the names of
/// its parameters say what it needs.
///
/// - A parameter named after a step is that step's result, as `&T`. The step runs after it.
/// - `cx: &StepCx` is the step's own context.
/// - Any other is a field of the module's context, as `&T` or `&mut T`. The context is the module's only struct, or the
///   one marked `#[context]`.
///
/// The plan, the order and all checks are made at compile time: a cycle, a name that does not exist or a resource that is
/// too small does not compile, and the error points at it.
///
/// Steps that take the same field, one of them by `&mut`, never run at the same time: they follow one another, in
/// the order of declaration where their needs leave a choice. This is an order, not a need: the failure of one does not
/// fail the next.
///
/// # `#[pipeline(..)]`
///
/// | setting | meaning |
/// | --- | --- |
/// | `error = Type` | the error of all steps; it must be stated, and be `pub` |
/// | `name = ".."` | the name in reports and diagrams; else the module's name |
/// | `max_concurrent = n` | the limit of attempts in flight |
/// | `deadline = d` | how long a run may take |
/// | `order = levels` | level by level; else `eager` |
/// | `on_failure = drain` or `cancel` | what a required step's failure does to the others; else `go_on` |
/// | `defaults(retries = 2, ..)` | the settings of steps that do not state them, setting by setting |
/// | `resources(bus = 2, ..)` | counted resources that steps use |
/// | `crate = path` | where the crate `rungs` is, as seen from within the module; else `::rungs` |
///
/// # `#[step(..)]`
///
/// | setting | meaning |
/// | --- | --- |
/// | `settings = value` | a `rungs::Settings`, for what the attribute does not state |
/// | `retries = n`, `backoff = b`, `retry_delay = d`, `retry_if = predicate` | further attempts: how many, when, after which errors |
/// | `timeout = d`, `retry_on_timeout = false` | for each attempt |
/// | `deadline = d` | for the step with all its attempts |
/// | `expected = d` | how long it takes: where permits are scarce, the longest remaining path starts first |
/// | `uses(bus = 1, ..)` | held while an attempt is in flight |
/// | `after(step, ..)` | needs whose results it does not take |
/// | `skip_on_error` | a failed need skips the step instead of failing it |
/// | `optional` | its failure stops nothing and does not count; `required` overrides `optional` in the defaults |
/// | `when_all_done`, `when_any_failed` | runs whatever the outcome of its needs, also after a stop; takes each as `Result<&T, Cause>` |
///
/// # What the attribute adds to the module
///
/// | item | what it is |
/// | --- | --- |
/// | `run(&mut context, &timer)` | runs all steps, and returns the report; without a context `run(&timer)` |
/// | `runner()` | a run with options of its own; its `run_in` takes the caller's storage |
/// | `plan()` | the plan, to ask what it consists of |
/// | `visualize()` | the diagram of the plan |
/// | `Report`, `Outputs` | the outcomes of the steps; the outputs are options, by the steps' names |
/// | `Storage` | the memory that a run writes to, its report included; it may lie in a `static` |
/// | `step_ids` | the steps' ids, by which observers and reports name them |
///
/// A generic step names its parameters as the context does where they occur in its result. `#[cfg]` is not supported on a
/// step, on its parameters and on the fields that steps take, since the plan is made before the compiler evaluates it.
#[proc_macro_attribute]
pub fn pipeline(args: TokenStream, module: TokenStream) -> TokenStream {
    match parse::pipeline(args.into(), module.into()) {
        Ok(model) => generate::pipeline(&model).into(),
        Err(rejected) => proc_macro2::TokenStream::from(rejected).into(),
    }
}
