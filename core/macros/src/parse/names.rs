//! What a name in a step's signature or its attribute stands for.

use super::{closest::closest, diagnostics::shown, items::Found};
use syn::{FnArg, Ident, ItemStruct, Pat, Signature};

/// The names of a module.
pub(super) struct Names {
    steps: Vec<String>,
    context: Option<String>,
    /// Whether the context is marked, or a step takes a field of it. Otherwise the module's only struct may be no context.
    is_context_sure: bool,
    /// The names of the context's fields.
    fields: Vec<String>,
    structs: Vec<Struct>,
}

/// A struct of the module.
pub(super) struct Struct {
    pub(super) ident: Ident,
    fields: Vec<String>,
}

impl Struct {
    fn new(structure: &ItemStruct) -> Self {
        let fields = structure.fields.iter().filter_map(|field| field.ident.as_ref().map(shown)).collect();
        Self { ident: structure.ident.clone(), fields }
    }

    pub(super) fn has(&self, field: &str) -> bool {
        self.fields.iter().any(|other| other == field)
    }
}

/// What a parameter's name stands for.
#[derive(Clone, Copy)]
pub(super) enum Meaning {
    Step(usize),
    Field(usize),
    Context,
    /// Of an undo, the result of its own step.
    Undone,
}

/// Whose parameter it is.
#[derive(Clone, Copy)]
pub(super) enum Taker {
    Step(usize),
    /// The undo of a step.
    UndoOf(usize),
}

/// The parameter that is the step's context.
const STEP_CX: &str = "cx";

impl Names {
    pub(super) fn new(found: &Found, context: Option<&ItemStruct>) -> Self {
        let field = |field: &syn::Field| field.ident.as_ref().map(shown);
        let fields: Vec<_> = context.into_iter().flat_map(|context| context.fields.iter().filter_map(field)).collect();
        let is_field = |name: &str| fields.iter().any(|field| field == name);
        Self {
            steps: found.steps.iter().map(|step| shown(step.ident())).collect(),
            context: context.map(|context| shown(&context.ident)),
            is_context_sure: found.marked.is_some()
                || signatures(found).flat_map(parameters_of).any(|(name, _)| is_field(&name)),
            fields,
            structs: found.structs.iter().map(Struct::new).collect(),
        }
    }

    pub(super) fn has_field(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field == name)
    }

    pub(super) fn structs(&self) -> &[Struct] {
        &self.structs
    }

    /// Whether a parameter of this name is a field of a context that the module does not have, and no misspelt name.
    pub(super) fn lacks(&self, name: &str) -> bool {
        let is_of_a_struct = || self.structs.iter().any(|structure| structure.has(name));
        let is_misspelt = || self.near_step(name).is_some() || self.near_field(name).is_some();
        !self.is_context_sure
            && name != STEP_CX
            && self.find_step(name).is_none()
            && (is_of_a_struct() || !is_misspelt())
    }

    pub(super) fn steps(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().map(String::as_str)
    }

    pub(super) fn step(&self, step: usize) -> &str {
        self.steps.get(step).map_or("", |name| name)
    }

    /// The step of this name; the first one if there are several.
    pub(super) fn find_step(&self, name: &str) -> Option<usize> {
        self.steps.iter().position(|other| other == name)
    }

    /// What a parameter of this name is given, or what is wrong with the name; `None` if the module [lacks](Self::lacks) it.
    pub(super) fn parameter(&self, ident: &Ident, of: Taker) -> Option<Result<Meaning, String>> {
        let name = shown(ident);
        (!self.lacks(&name)).then(|| self.known_parameter(&name, of))
    }

    fn known_parameter(&self, name: &str, of: Taker) -> Result<Meaning, String> {
        let field = self.fields.iter().position(|other| other == name);
        let context = self.context.as_deref().unwrap_or_default();
        match (self.find_step(name), field) {
            (None, None) if name == STEP_CX => Ok(Meaning::Context),
            _ if name == STEP_CX => Err("`cx` is the step's own context: no step or field can have this name".into()),
            (Some(_), Some(_)) => {
                Err(format!("`{name}` is both a step and a field of `{context}`: give one of them another name"))
            }
            (Some(step), None) => match of {
                Taker::Step(of) if step == of => Err(format!("step `{name}` needs itself")),
                Taker::Step(_) => Ok(Meaning::Step(step)),
                Taker::UndoOf(of) if step == of => Ok(Meaning::Undone),
                Taker::UndoOf(of) => Err(format!(
                    "the undo of step `{}` is given the result of this step, and of no other: `{name}` is one",
                    self.step(of)
                )),
            },
            (None, Some(field)) => Ok(Meaning::Field(field)),
            (None, None) => Err(self.unknown(name, of)),
        }
    }

    /// What is wrong with a name in `after` or `follows`, if anything; `verb` is "needs" or "follows".
    pub(super) fn other(&self, ident: &Ident, of: usize, verb: &str) -> Result<usize, String> {
        let name = shown(ident);
        match self.find_step(&name) {
            Some(step) if step == of => Err(format!("step `{name}` {verb} itself")),
            Some(step) => Ok(step),
            None => {
                let near = self.near_step(&name).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                Err(format!("step `{}` {verb} `{name}`, which does not exist{near}", self.step(of)))
            }
        }
    }

    fn unknown(&self, name: &str, of: Taker) -> String {
        let (of, is_step) = match of {
            Taker::Step(step) => (format!("step `{}`", self.step(step)), true),
            Taker::UndoOf(step) => (format!("the undo of step `{}`", self.step(step)), false),
        };
        let what = match &self.context {
            Some(context) => format!("is neither a step nor a field of `{context}`"),
            None => "is no step, and the module has no context".into(),
        };
        let help = match (name.strip_prefix('_'), self.near_step(name), self.near_field(name)) {
            // The compiler advises such a name for a parameter that is not used.
            (Some(unread), Some(step), _) if step == unread && is_step => {
                format!("; to start after `{step}` without its result, write `after({step})`")
            }
            (_, Some(step), Some(field)) => format!("; did you mean the step `{step}` or the field `{field}`?"),
            (_, Some(step), None) => format!("; did you mean the step `{step}`?"),
            (_, None, Some(field)) => format!("; did you mean the field `{field}`?"),
            (_, None, None) => String::new(),
        };
        format!("{of} needs `{name}`, which {what}{help}")
    }

    fn near_step(&self, name: &str) -> Option<&str> {
        closest(name, self.steps.iter().map(String::as_str))
    }

    fn near_field(&self, name: &str) -> Option<&str> {
        closest(name, self.fields.iter().map(String::as_str))
    }
}

/// Those of the steps, then those of the undos.
fn signatures(found: &Found) -> impl Iterator<Item = &Signature> {
    found.steps.iter().map(|step| &step.sig).chain(found.undos.iter().map(|undo| &undo.sig))
}

/// The parameters of a step or an undo that are plain names.
pub(super) fn parameters_of(sig: &Signature) -> impl Iterator<Item = (String, &Ident)> {
    sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => match &*typed.pat {
            Pat::Ident(plain) => Some((shown(&plain.ident), &plain.ident)),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    })
}
