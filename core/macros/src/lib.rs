#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod generate;
mod graph;
mod model;
mod parse;

use proc_macro::TokenStream;

/// Makes a pipeline of a module: each `#[step]` in it is an ordinary `async fn` that returns a `Result`, and what it
/// needs is told by its parameters' names.
///
/// - A parameter named after a step is that step's result, as `&T`. The step runs after it.
/// - `cx: &StepCx` is the step's own context.
/// - Any other is a field of the module's context, as `&T` or `&mut T`. The context is the module's only struct, or the
///   one marked `#[context]`.
///
/// Plan, order and all checks are made at compile time: a cycle, a name that does not exist or a resource that is too
/// small does not compile, and is told where it is written.
///
/// Steps that take the same field, one of them by `&mut`, never run at the same time: they follow one another, as they
/// are declared where their needs leave that open. This is an order, not a need: the failure of one does not fail the
/// next.
///
/// # `#[pipeline(..)]`
///
/// | setting | meaning |
/// | --- | --- |
/// | `error = Type` | the error of all steps; must be said, and be `pub` |
/// | `name = ".."` | what reports and pictures call it; the module's name if not said |
/// | `max_concurrent = n` | at most this many attempts in flight |
/// | `deadline = d` | how long a run may take |
/// | `order = levels` | lock-step; `eager` if not said |
/// | `on_failure = drain` or `cancel` | what a required step's failure does to the others; `go_on` if not said |
/// | `defaults(retries = 2, ..)` | what each step has if it does not state it, setting by setting |
/// | `resources(bus = 2, ..)` | counted resources that steps use |
///
/// # `#[step(..)]`
///
/// | setting | meaning |
/// | --- | --- |
/// | `settings = value` | all that a `rungs::Settings` states and the attribute does not |
/// | `retries = n`, `backoff = b`, `retry_delay = d`, `retry_if = judge` | further attempts: how many, when, after which errors |
/// | `retry_forever` | instead of `retries`: further attempts until one succeeds |
/// | `timeout = d`, `retry_on_timeout = false` | for each attempt |
/// | `deadline = d` | for the step with all its attempts |
/// | `expected = d` | how long it takes: under a limit, the longest way goes first |
/// | `uses(bus = 1, ..)` | held while an attempt is in flight |
/// | `after(step, ..)` | needs without their results |
/// | `skip_on_error` | a failed need skips the step instead of failing it |
/// | `optional` | its failure stops nothing and does not count; `required` takes that back where the defaults say it |
/// | `when_all_done`, `when_any_failed` | runs whatever became of its needs, also after a stop; takes each as `Result<&T, Cause>` |
///
/// # What the module has then
///
/// | item | what it is |
/// | --- | --- |
/// | `run(&mut context, &timer)` | runs all steps, and reports; without a context `run(&timer)` |
/// | `runner()` | a run with settings of its own; its `run_in` takes the caller's storage |
/// | `plan()` | the plan, to ask what it consists of |
/// | `visualize()` | the picture of the plan |
/// | `Report`, `Outputs` | what came of the steps; their outputs are options, by the steps' names |
/// | `Storage` | what a run writes on, its report included: may lie in a `static` |
/// | `step_ids` | the steps' numbers, by which observers and reports know them |
///
/// A generic step names its parameters as the context does where they occur in its result. No step, parameter or field
/// in use hangs on a `#[cfg]`: the plan is made before the compiler looks at those.
#[proc_macro_attribute]
pub fn pipeline(args: TokenStream, module: TokenStream) -> TokenStream {
    match parse::pipeline(args.into(), module.into()) {
        Ok(model) => generate::pipeline(&model).into(),
        Err(rejected) => proc_macro2::TokenStream::from(rejected).into(),
    }
}
