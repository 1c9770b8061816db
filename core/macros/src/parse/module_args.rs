//! `#[rungs::pipeline(..)]`.

use super::{
    args::{self, list, literal, read_all, value, word},
    diagnostics::Diagnostics,
    step_args,
};
use crate::model::{ConfigArgs, OnFailure, Order, Resource, StepArgs};
use proc_macro2::{Ident, TokenStream};
use syn::{Error, Expr, LitStr, Path, Result, Type, parse::ParseStream, parse_quote};

pub(super) struct Parsed {
    pub(super) krate: Path,
    /// `None` if it is not stated.
    pub(super) error: Option<Type>,
    pub(super) name: Option<String>,
    pub(super) config: ConfigArgs,
    pub(super) defaults: StepArgs,
    /// The names of the settings that `defaults` states.
    pub(super) default_names: Vec<Ident>,
    pub(super) resources: Vec<Resource>,
}

const NAMES: &[&str] = &[
    "error",
    "name",
    "max_concurrent",
    "order",
    "on_failure",
    "deadline",
    "clean_up_deadline",
    "poll_budget",
    "defaults",
    "resources",
    "crate",
];

const ORDERS: &[(&str, Order)] = &[("eager", Order::Eager), ("levels", Order::Levels)];

const ON_FAILURE: &[(&str, OnFailure)] =
    &[("go_on", OnFailure::GoOn), ("drain", OnFailure::Drain), ("cancel", OnFailure::Cancel)];

pub(super) fn read(tokens: TokenStream, diagnostics: &mut Diagnostics) -> Parsed {
    let mut pipeline = Parsed {
        krate: parse_quote!(::rungs),
        error: None,
        name: None,
        config: ConfigArgs::default(),
        defaults: StepArgs::default(),
        default_names: Vec::new(),
        resources: Vec::new(),
    };
    args::read(tokens, diagnostics, |name, input| take(&mut pipeline, name, input));
    pipeline
}

fn take(pipeline: &mut Parsed, name: &Ident, input: ParseStream<'_>) -> Result<()> {
    let config = &mut pipeline.config;
    match name.to_string().as_str() {
        "crate" => pipeline.krate = importable(value(name, input, "::rungs")?)?,
        "error" => {
            // A wrong type is no missing one.
            let error = pipeline.error.insert(Type::Verbatim(TokenStream::new()));
            *error = value(name, input, "MyError")?;
        }
        "name" => pipeline.name = Some(value::<LitStr>(name, input, "\"bring-up\"")?.value()),
        "max_concurrent" => {
            let attempts = value(name, input, "2")?;
            config.max_concurrent = Some(at_least_one(attempts, "`max_concurrent` is 0: no step could ever start")?);
        }
        "order" => config.order = Some(word(name, input, ORDERS)?),
        "on_failure" => config.on_failure = Some(word(name, input, ON_FAILURE)?),
        "deadline" => config.deadline = Some(value(name, input, "secs(30)")?),
        "clean_up_deadline" => config.clean_up_deadline = Some(value(name, input, "secs(5)")?),
        "poll_budget" => {
            let attempts = value(name, input, "128")?;
            config.poll_budget = Some(at_least_one(attempts, "`poll_budget` is 0: no attempt could ever be polled")?);
        }
        "defaults" => {
            let settings = list(name, input, "retries = 2")?;
            (pipeline.defaults, pipeline.default_names) = step_args::defaults(settings)?;
        }
        "resources" => {
            return read_all(list(name, input, "bus = 1")?, |resource, input| {
                let units = value(resource, input, "1")?;
                pipeline.resources.push(Resource { name: resource.clone(), units });
                Ok(())
            });
        }
        _ => return Err(args::unknown(name, "a pipeline", NAMES)),
    }
    Ok(())
}

/// A path that a `use` takes, as the generated code has it: that of a crate or a module, not that of a type.
fn importable(path: Path) -> Result<Path> {
    if path.segments.iter().any(|segment| segment.ident == "Self" || !segment.arguments.is_empty()) {
        return Err(Error::new_spanned(path, "this is no path of a crate or a module: `crate = ::rungs`"));
    }
    Ok(path)
}

fn at_least_one(attempts: Expr, mistake: &str) -> Result<Expr> {
    match literal(&attempts) {
        Some(0) => Err(Error::new_spanned(attempts, mistake)),
        _ => Ok(attempts),
    }
}
