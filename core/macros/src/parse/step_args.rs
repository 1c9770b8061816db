//! `#[step(..)]`.

use super::{
    args::{self, flag, list, literal, read_all, value},
    diagnostics::Diagnostics,
};
use crate::model::{StepArgs, When};
use proc_macro2::{Ident, TokenStream};
use syn::{Attribute, Error, Expr, Meta, Result, parse::ParseStream};

/// The attribute's arguments, with names that have not been looked up yet.
#[derive(Default)]
pub(super) struct Parsed {
    pub(super) settings: StepArgs,
    pub(super) uses: Vec<(Ident, Expr)>,
    pub(super) after: Vec<Ident>,
    pub(super) follows: Vec<Ident>,
    /// Where `after_all` stands, if it does.
    pub(super) after_all: Option<Ident>,
    pub(super) may_skip_itself: bool,
    /// Where `checkpoint` stands, if it does.
    pub(super) checkpoint: Option<Ident>,
    pub(super) version: Option<Expr>,
}

/// In `defaults` too.
const DEFAULTS: u8 = 1;
/// At an undo too.
const UNDO: u8 = 2;

/// The arguments of a step, and where else they may stand.
const ARGUMENTS: &[(&str, u8)] = &[
    ("settings", UNDO),
    ("retries", DEFAULTS | UNDO),
    ("retry_forever", DEFAULTS | UNDO),
    ("backoff", DEFAULTS | UNDO),
    ("retry_delay", DEFAULTS | UNDO),
    ("retry_if", UNDO),
    ("timeout", DEFAULTS | UNDO),
    ("retry_on_timeout", DEFAULTS | UNDO),
    ("deadline", DEFAULTS | UNDO),
    ("at_most", UNDO),
    ("expected", DEFAULTS | UNDO),
    ("uses", UNDO),
    ("after", 0),
    ("after_all", 0),
    ("follows", 0),
    ("maybe", 0),
    ("checkpoint", 0),
    ("version", 0),
    ("never_cancel", DEFAULTS | UNDO),
    ("skip_on_error", DEFAULTS),
    ("optional", DEFAULTS),
    ("required", DEFAULTS),
    ("when_all_done", 0),
    ("when_any_failed", 0),
    ("when_none_failed", 0),
];

/// Checks that an argument of `of` may stand in this place. `misplaced` says what is wrong with an argument of a step that may not.
fn check_place(name: &Ident, place: u8, of: &str, misplaced: &str) -> Result<()> {
    match ARGUMENTS.iter().find(|(known, _)| name == known) {
        Some((_, places)) if places & place == 0 => Err(Error::new(name.span(), format!("`{name}` {misplaced}"))),
        Some(_) => Ok(()),
        None => {
            let here = ARGUMENTS.iter().filter(|(_, places)| places & place != 0);
            Err(args::unknown(name, of, &here.map(|&(known, _)| known).collect::<Vec<_>>()))
        }
    }
}

/// Arguments that are mutually exclusive.
const ALTERNATIVES: &[&[&str]] = &[
    &["retries", "retry_forever"],
    &["backoff", "retry_delay"],
    &["optional", "required"],
    &["skip_on_error", "when_all_done", "when_any_failed", "when_none_failed"],
];

/// The first of each pair has no effect without the second.
const COMPANIONS: &[(&str, &str)] = &[
    ("backoff", "retries"),
    ("retry_delay", "retries"),
    ("retry_if", "retries"),
    ("retry_on_timeout", "retries"),
    ("retry_on_timeout", "timeout"),
];

/// Reads a step's attribute; `defaults` are the names that the pipeline's defaults state.
pub(super) fn read(attribute: &Attribute, defaults: &[Ident], diagnostics: &mut Diagnostics) -> Parsed {
    let tokens = match &attribute.meta {
        Meta::Path(_) => TokenStream::new(),
        Meta::List(list) => list.tokens.clone(),
        Meta::NameValue(_) => {
            diagnostics.at(attribute, "write a step's settings in parentheses: `#[step(retries = 3)]`");
            return Parsed::default();
        }
    };
    let mut step = Parsed::default();
    let names = args::read(tokens, diagnostics, |name, input| take(&mut step, name, input));
    check_alternatives(&names, diagnostics);
    check_after_all(&step, diagnostics);
    // A `settings` value is not known here.
    if step.settings.settings.is_none() {
        check_companions(&names, defaults, never_retries(&step.settings), diagnostics);
    }
    step
}

/// Reads the content of `defaults(..)`, and returns the names that it states; `retries = 0` counts as none.
pub(super) fn defaults(tokens: TokenStream) -> Result<(StepArgs, Vec<Ident>)> {
    let (mut step, mut diagnostics) = (Parsed::default(), Diagnostics::default());
    let names = args::read(tokens, &mut diagnostics, |name, input| {
        check_place(name, DEFAULTS, "a step", "is not allowed in `defaults`; write it at each step")?;
        take(&mut step, name, input)
    });
    check_alternatives(&names, &mut diagnostics);
    let serves = |name: &Ident| !(name == "retries" && never_retries(&step.settings));
    let names = names.into_iter().filter(serves).collect();
    diagnostics.finish().map(|()| (step.settings, names))
}

/// Reads the settings of an undo.
pub(super) fn undo(tokens: TokenStream, diagnostics: &mut Diagnostics) -> Parsed {
    let mut undo = Parsed::default();
    let names = args::read(tokens, diagnostics, |name, input| {
        check_place(
            name,
            UNDO,
            "an undo",
            "is not a setting of an undo: it runs if its step has succeeded, in the opposite order of the steps",
        )?;
        take(&mut undo, name, input)
    });
    check_alternatives(&names, diagnostics);
    if undo.settings.settings.is_none() {
        check_companions(&names, &[], never_retries(&undo.settings), diagnostics);
    }
    undo
}

fn take(step: &mut Parsed, name: &Ident, input: ParseStream<'_>) -> Result<()> {
    let settings = &mut step.settings;
    let into = match name.to_string().as_str() {
        "uses" => {
            return read_all(list(name, input, "bus = 1")?, |resource, input| {
                step.uses.push((resource.clone(), value(resource, input, "1")?));
                Ok(())
            });
        }
        "after" => return read_steps(&mut step.after, name, input),
        "follows" => return read_steps(&mut step.follows, name, input),
        "after_all" => {
            step.after_all = Some(name.clone());
            return flag(name, input);
        }
        "maybe" => {
            step.may_skip_itself = true;
            return flag(name, input);
        }
        "checkpoint" => {
            step.checkpoint = Some(name.clone());
            return flag(name, input);
        }
        "version" => {
            step.version = Some(value(name, input, "1")?);
            return Ok(());
        }
        "never_cancel" => {
            settings.never_cancel = true;
            return flag(name, input);
        }
        "optional" | "required" => {
            settings.optional = Some(name == "optional");
            return flag(name, input);
        }
        "retry_forever" => {
            settings.retry_forever = true;
            return flag(name, input);
        }
        "skip_on_error" => return run_when(settings, When::SkipOnError, name, input),
        "when_all_done" => return run_when(settings, When::AllDone, name, input),
        "when_any_failed" => return run_when(settings, When::AnyFailed, name, input),
        "when_none_failed" => return run_when(settings, When::NoneFailed, name, input),
        "retry_if" => {
            settings.retry_if = Some(function(name, input)?);
            return Ok(());
        }
        "settings" => &mut settings.settings,
        "retries" => &mut settings.retries,
        "backoff" => &mut settings.backoff,
        "retry_delay" => &mut settings.retry_delay,
        "timeout" => &mut settings.timeout,
        "retry_on_timeout" => &mut settings.retry_on_timeout,
        "deadline" => &mut settings.deadline,
        "at_most" => &mut settings.at_most,
        "expected" => &mut settings.expected,
        _ => {
            let names: Vec<_> = ARGUMENTS.iter().map(|&(known, _)| known).collect();
            return Err(args::unknown(name, "a step", &names));
        }
    };
    *into = Some(value(name, input, example(name))?);
    Ok(())
}

/// The names of other steps.
fn read_steps(steps: &mut Vec<Ident>, name: &Ident, input: ParseStream<'_>) -> Result<()> {
    read_all(list(name, input, "power")?, |other, input| {
        steps.push(other.clone());
        flag(other, input)
    })
}

fn example(name: &Ident) -> &'static str {
    match name.to_string().as_str() {
        "settings" => "CAREFUL",
        "retries" => "3",
        "backoff" => "exponential(ms(10))",
        "retry_on_timeout" => "false",
        _ => "ms(10)",
    }
}

fn run_when(settings: &mut StepArgs, when: When, name: &Ident, input: ParseStream<'_>) -> Result<()> {
    settings.when = when;
    flag(name, input)
}

fn function(name: &Ident, input: ParseStream<'_>) -> Result<Expr> {
    let mut predicate: Expr = value(name, input, "|error| error.is_transient()")?;
    // A declarative macro passes an expression on in an invisible group.
    while let Expr::Group(group) = predicate {
        predicate = *group.expr;
    }
    match predicate {
        Expr::Path(_) | Expr::Closure(_) => Ok(predicate),
        _ => Err(Error::new_spanned(
            predicate,
            "`retry_if` takes a function's path or a closure: `|error| error.is_transient()`",
        )),
    }
}

fn check_alternatives(names: &[Ident], diagnostics: &mut Diagnostics) {
    for alternatives in ALTERNATIVES {
        let mut of_these = names.iter().filter(|name| alternatives.iter().any(|one| name == one));
        let Some(first) = of_these.next() else { continue };
        of_these.for_each(|name| diagnostics.at(name, format!("`{name}` and `{first}` are mutually exclusive")));
    }
}

/// A step that needs all before it says what it makes of their failures.
fn check_after_all(step: &Parsed, diagnostics: &mut Diagnostics) {
    if let Some(after_all) = &step.after_all
        && !step.settings.when.may_lack_results()
    {
        let message = "`after_all` needs a rule beside it: `when_all_done`, `when_any_failed` or `when_none_failed`";
        diagnostics.at(after_all, message);
    }
}

fn check_companions(names: &[Ident], defaults: &[Ident], never_retries: bool, diagnostics: &mut Diagnostics) {
    for (name, companion) in COMPANIONS {
        let Some(lonely) = names.iter().find(|other| other == name) else { continue };
        let is_off = never_retries && *companion == "retries";
        if is_off || !names.iter().chain(defaults).any(|other| serves_as(other, companion)) {
            diagnostics.at(lonely, format!("`{name}` has no effect without `{companion}`"));
        }
    }
}

/// Whether `retries = 0` is stated.
fn never_retries(settings: &StepArgs) -> bool {
    settings.retries.as_ref().and_then(literal) == Some(0)
}

/// `retry_forever` states how many retries there are, as `retries` does.
fn serves_as(said: &Ident, companion: &str) -> bool {
    said == companion || (companion == "retries" && said == "retry_forever")
}
