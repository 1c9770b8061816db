#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod generate;
mod graph;
mod model;
mod parse;

use proc_macro::TokenStream;

/// Each `#[step]` in the module is an ordinary `async fn`. A step that can fail returns a `Result` with the pipeline's error; one
/// that cannot fail returns its value plainly, or nothing. The names of its parameters say what it needs:
///
/// - A parameter that has the name of a step is the result of that step, as `&T`, `&mut T` or `T`. The step runs after it.
/// - `cx: &StepCx` describes the current attempt; `cx: &UnmetCx<'_, E>` also lists the needs without a result.
/// - Any other parameter is a field of the module's context, as `&T` or `&mut T`. The context is the only struct of the module,
///   or the one marked `#[context]`.
///
/// The plan and the order of the steps are computed at compile time, with all checks: a cycle, a name that does not exist or a
/// resource that is too small is a compile error at the place where it is written.
///
/// Steps that take the same field, one of them by `&mut`, never run at the same time. They follow one another in the order of
/// their needs, and otherwise in the order of declaration. This is an order and not a need: if one fails, the next still runs.
/// So a step that takes a field by `&` sees what the writers before it have left, and the next writer waits for all such
/// readers. After the last writer, readers run at the same time; before it they keep the writers' order too, one by one.
///
/// # Results and ownership
///
/// Steps that only read a result, as `&T`, run at the same time. Other steps can own it, as a driver that one step makes and the
/// next ones use:
///
/// - `&mut T` borrows the result. The steps that take it follow one another as those do that share a field, and what a failed
///   attempt has done to it stays done.
/// - `T` takes the result, so it is the last step to have it: a step that comes later is an error. There is one attempt only, so
///   a step with retries is an error too. The result is then `None` in the report, and its step a success all the same. If the
///   taking step never starts, the report has the result.
/// - A result may borrow from fields of the context (`Result<Driver<'_>, E>`), and a step that makes one may have lifetime
///   parameters. One that borrows by `&mut` keeps the field for the rest of the run, even if it is taken and dropped: no later
///   step can take the field, and the step has one attempt only. One that borrows by `&` lets later steps read the field. The
///   result itself lies in the run, not in `Outputs`. It can neither be found in the report nor borrow from another result;
///   a step that takes `Driver<'_>` by value may return it in another form.
///
/// A step with `when_all_done` or `when_any_failed` takes the same three forms in a `Result`.
///
/// # Which steps can fail
///
/// A step can fail if its return type is a `Result`, by whatever path (`io::Result<T>`) or alias. The attribute itself sees names
/// only, so the compiler decides about aliases; it cannot where a generic parameter of the step occurs in the type, and there
/// a `Result` must be called `Result`. Another name is an error, and not a lost failure. The value of a step that cannot fail
/// is all that it returns, an `Option` or a `Result` within it included. Such a step can still end at its `timeout` or
/// `deadline`, and fail by a need.
///
/// # Branches
///
/// A step with `maybe` returns an `Option`, or a `Result` of one. `None` means that there is nothing to do: the step is skipped
/// by itself, which is no failure, and so are the steps that need its result. A step with `when_none_failed` joins branches: it
/// runs with those that were taken, and takes each result as an `Option`.
///
/// # Errors of needs
///
/// A step with `when_all_done` or `when_any_failed` takes each need in a `Result`, and the second type there says how much the
/// step is told of a need without a result:
///
/// - `Result<&T, Cause>`: how the need ended, and the step where it began. This costs nothing.
/// - `Result<&T, Unmet<E>>`: that, the names of the steps, and the error of the step where it began. The report keeps the error
///   itself, so each attempt is given a clone: `E` is `Clone`. The run has room for the errors of one such step, and the attempt
///   for its own.
///
/// Needs in `after` and `after_all` are no parameters. A step that takes `cx: &UnmetCx<'_, E>` is told of these too:
/// `cx.unmet()` lists all its needs without a result, each as an `Unmet`. A step with `when_none_failed` may take it as well. The
/// run has room for that list, and so has the attempt; the type is `rungs::fixed::UnmetCx`.
///
/// The types go by these names: `Cause`, `Unmet` and `UnmetCx`.
///
/// # Undo
///
/// An `async fn` with `#[undo(step)]` says how that step is taken back. Its parameters are fields of the context, `cx: &StepCx`, and the
/// result of the step by the step's name, as `&T`, from the report. `undo::run(&mut context, &report, &timer)` calls the undos of the
/// steps that have succeeded in the run of this report, those that a store gave included, and of no others:
///
/// ```text
/// #[step]
/// async fn power(rail: &mut Rail) -> Result<Rails, Fault> { .. }
/// #[undo(power, retries = 2)]
/// async fn cut_power(rail: &mut Rail, power: &Rails) -> Result<(), Fault> { .. }
/// ```
///
/// - The undo of a step starts when those of all steps that came after it have ended: steps that need it or follow it, directly or
///   through steps without an undo, and those that took a field after it.
/// - An undo that fails keeps none from the next. As all that cleans up, undos run after a first cancel as well.
/// - A step has one undo at most, and a clean-up step has none. A result that another step takes by value or changes by `&mut`, or that
///   borrows, cannot be given to an undo, which can do without it.
/// - After its step, `#[undo(step, ..)]` takes the settings of `#[step(..)]` that are about attempts, limits and resources. Neither
///   those of its step nor the `defaults` are its own. Of the settings of the pipeline, `deadline` and `on_failure` are those of a
///   run of the steps; all others go for the undos as well, `clean_up_deadline` for those without a limit.
/// - The report of the undo has a step for each undo, by the name of the step that it undoes; those that were not called are
///   skipped as not selected.
///
/// A report does not note that it was undone: a second call undoes the same again. If steps are checkpoints, the run of the undos is
/// given their store: `undo::runner().checkpoints(&mut store, ..)`. What is undone is removed from it, and so is what is stored of
/// steps that came of it and have no undo; otherwise another run would take them for done.
///
/// # `#[pipeline(..)]`
///
/// In all arguments, of `#[step(..)]` too, the functions of `rungs::fixed::args` are in scope: `us(500)`, `ms(20)`, `secs(1)` and
/// `mins(1)` for a duration `d`; `fixed(d)`, `list(&[d, d])` and `exponential(d)` for a backoff `b`.
///
/// | setting | meaning |
/// | --- | --- |
/// | `error = Type` | the error of all steps that can fail; required if there is one, and it must be `pub` |
/// | `name = ".."` | the name in reports and pictures; by default the name of the module |
/// | `max_concurrent = n` | the limit of attempts in flight |
/// | `deadline = d` | the limit of the run |
/// | `clean_up_deadline = d` | the deadline of each step with `when_all_done` or `when_any_failed` that has no time limit of its own |
/// | `order = levels` | a level starts when the one before has ended; the default is `eager` |
/// | `on_failure = drain` or `cancel` | what the failure of a required step does to the others; the default is `go_on` |
/// | `poll_budget = n` | how many steps one poll of the run starts or ends, before other tasks have a turn; the default is 128 |
/// | `defaults(retries = 2, ..)` | the settings of each step that does not set them itself, setting by setting |
/// | `resources(bus = 2, ..)` | the counted resources that steps use |
/// | `crate = path` | the path of the crate `rungs`, as seen from within the module; the default is `::rungs` |
///
/// # `#[step(..)]`
///
/// | setting | meaning |
/// | --- | --- |
/// | `settings = value` | a `rungs::Settings`, for all that the attribute itself does not set |
/// | `retries = n`, `backoff = b`, `retry_delay = d`, `retry_if = predicate` | further attempts: how many, when, and after which errors |
/// | `retry_forever` | instead of `retries`: further attempts until one succeeds |
/// | `timeout = d`, `retry_on_timeout = false` | the limit of each attempt |
/// | `deadline = d` | the limit of the step with all its attempts |
/// | `at_most = d` | beside a `timeout` or `deadline` that is a value of the context, `timeout = limits.radio`: the upper bound of both. The plan has this bound; the value is read when the run starts |
/// | `expected = d` | how long the step takes: under a limit, the longest remaining path goes first |
/// | `uses(bus = 1, ..)` | the units of a resource that an attempt holds while it is in flight |
/// | `after(step, ..)` | needs without their results |
/// | `after_all` | needs all steps that are declared before, without their results; with one of the `when_..` rules only |
/// | `follows(step, ..)` | starts after these steps, whatever their outcome: an order, and no need |
/// | `maybe` | the step may skip itself: it returns an `Option`, or a `Result` of one |
/// | `checkpoint` | the result is kept beyond the run, where the run has a store: `runner().checkpoints(&mut store, ..)`. It is encoded by postcard, so its type is `Serialize`, `Deserialize` and postcard's `MaxSize`; it does not borrow, and no step takes it as `&mut T`. Needs the feature `postcard` of the crate `rungs` |
/// | `version = n` | raise it when what the step does has changed, or the type of its result: what was stored before of this step, and of those that need it, is not used any more |
/// | `never_cancel` | neither a time limit nor a stop drops an attempt, for writes that must not end half-way. A late success is a success; a late error is final after a deadline or a stop |
/// | `skip_on_error` | a failed need skips the step instead of failing it |
/// | `optional` | the failure of the step stops nothing and does not count; `required` overrides an `optional` of the defaults |
/// | `when_all_done`, `when_any_failed` | the step runs whatever the outcome of its needs (the second: only if one failed), also after a stop, and takes each in a `Result<.., Cause>` or a `Result<.., Unmet<E>>` |
/// | `when_none_failed` | the step runs if one of its needs succeeded and in none of them something went wrong, and takes each in an `Option` |
///
/// # What the attribute adds to the module
///
/// | item | what it is |
/// | --- | --- |
/// | `run(&mut context, &timer)` | runs all steps and returns the report; without a context `run(&timer)` |
/// | `runner()` | a run with options of its own; its `run_in` uses the caller's storage |
/// | `plan()` | the plan, to be asked for its steps, needs and settings |
/// | `visualize()` | the picture of the plan |
/// | `Report`, `Outputs` | the report; the outputs are options, by the names of the steps |
/// | `Storage` | what a run writes to, its report included; it may lie in a `static`. `Storage::report()` is the report of the last run, also of one that was dropped; `Storage::into_report()` is the report alone |
/// | `CHECKPOINT_BYTES` | if a step is a `checkpoint`: how long the longest is that a store is given, in bytes |
/// | `undo` | if a step has an undo: a module with `run`, `runner()`, `plan()` and all else here, for the pipeline of the undos. `undo::run(&mut context, &report, &timer)`; `undo::runner().run((&mut context, &report), &timer)`; without a context the report alone |
/// | `step_ids` | the numbers of the steps, as observers and reports use them |
///
/// A generic step whose type parameters occur in its result names them as the context does.
///
/// Steps, undos, their parameters and the fields that they take may have a `#[cfg]`. The plan is made before the compiler evaluates it,
/// so the module is expanded for each way in which its `#[cfg]`s may turn out: there may be four different ones. A step that needs
/// another one that may be left out has the same `#[cfg]`, or its parameter has.
#[proc_macro_attribute]
pub fn pipeline(args: TokenStream, module: TokenStream) -> TokenStream {
    let module = proc_macro2::TokenStream::from(module);
    match parse::variants(module.clone()) {
        Ok(variants) => {
            variants.into_iter().map(|variant| TokenStream::from(expand(args.clone().into(), variant))).collect()
        }
        Err(error) => {
            let error = error.into_compile_error();
            quote::quote!(#module #error).into()
        }
    }
}

/// A module as it is under a condition.
fn expand(args: proc_macro2::TokenStream, variant: parse::Variant) -> proc_macro2::TokenStream {
    let parse::Variant { condition, module } = variant;
    match parse::pipeline(args, module) {
        Ok(model) => {
            let (condition, code) = (condition.into_iter(), generate::pipeline(&model));
            quote::quote!(#(#[cfg(#condition)])* #code)
        }
        Err(rejected) => rejected.into_tokens(condition.as_ref()),
    }
}
