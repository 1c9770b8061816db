//! What a name in a step's signature or its attribute stands for.

use super::{
    closest::closest,
    diagnostics::shown,
    items::{Found, is_cfg},
};
use syn::{Ident, ItemStruct};

/// The names of a module.
pub(super) struct Names {
    steps: Vec<String>,
    context: Option<String>,
    /// The names of the context's fields, and whether they have a `#[cfg]`.
    fields: Vec<(String, bool)>,
    structs: usize,
}

/// What a parameter's name stands for.
#[derive(Clone, Copy)]
pub(super) enum Meaning {
    Step(usize),
    Field(usize),
    Context,
}

/// The parameter that is the step's context.
const STEP_CX: &str = "cx";

impl Names {
    pub(super) fn new(found: &Found, context: Option<&ItemStruct>) -> Self {
        let field = |field: &syn::Field| {
            let name = field.ident.as_ref().map(shown)?;
            Some((name, field.attrs.iter().any(is_cfg)))
        };
        Self {
            steps: found.steps.iter().map(|step| shown(step.ident())).collect(),
            context: context.map(|context| shown(&context.ident)),
            fields: context.into_iter().flat_map(|context| context.fields.iter().filter_map(field)).collect(),
            structs: found.structs.len(),
        }
    }

    pub(super) fn step(&self, step: usize) -> &str {
        self.steps.get(step).map_or("", |name| name)
    }

    /// The step of this name; the first one if there are several.
    pub(super) fn find_step(&self, name: &str) -> Option<usize> {
        self.steps.iter().position(|other| other == name)
    }

    /// What a parameter of this name is given, or what is wrong with the name.
    pub(super) fn parameter(&self, ident: &Ident, of: usize) -> Result<Meaning, String> {
        let name = shown(ident);
        let field = self.fields.iter().position(|(other, _)| *other == name);
        let context = self.context.as_deref().unwrap_or_default();
        match (self.find_step(&name), field) {
            (None, None) if name == STEP_CX => Ok(Meaning::Context),
            _ if name == STEP_CX => Err("`cx` is the step's own context: no step or field can have this name".into()),
            (Some(_), Some(_)) => {
                Err(format!("`{name}` is both a step and a field of `{context}`: give one of them another name"))
            }
            (Some(step), None) if step == of => Err(format!("step `{name}` needs itself")),
            (Some(step), None) => Ok(Meaning::Step(step)),
            (None, Some(field)) if self.fields.get(field).is_some_and(|(_, cfg)| *cfg) => Err(format!(
                "field `{name}` of `{context}` has a `#[cfg]`, which is not supported on a field that a step takes"
            )),
            (None, Some(field)) => Ok(Meaning::Field(field)),
            (None, None) => Err(self.unknown(&name, of)),
        }
    }

    /// What is wrong with a name in `after`, if anything.
    pub(super) fn after(&self, ident: &Ident, of: usize) -> Result<usize, String> {
        let name = shown(ident);
        match self.find_step(&name) {
            Some(step) if step == of => Err(format!("step `{name}` needs itself")),
            Some(step) => Ok(step),
            None => {
                let near = self.near_step(&name).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                Err(format!("step `{}` needs `{name}`, which does not exist{near}", self.step(of)))
            }
        }
    }

    fn unknown(&self, name: &str, of: usize) -> String {
        let what = match (&self.context, self.structs) {
            (Some(context), _) => format!("is neither a step nor a field of `{context}`"),
            (None, 0 | 1) => "is no step, and the module has no context".into(),
            (None, _) => "is no step, and of the module's structs none is marked `#[context]`".into(),
        };
        let help = match (name.strip_prefix('_'), self.near_step(name), self.near_field(name)) {
            // The compiler advises such a name for a parameter that is not used.
            (Some(unread), Some(step), _) if step == unread => {
                format!("; to start after `{step}` without its result, write `after({step})`")
            }
            (_, Some(step), Some(field)) => format!("; did you mean the step `{step}` or the field `{field}`?"),
            (_, Some(step), None) => format!("; did you mean the step `{step}`?"),
            (_, None, Some(field)) => format!("; did you mean the field `{field}`?"),
            (_, None, None) => String::new(),
        };
        format!("step `{}` needs `{name}`, which {what}{help}", self.step(of))
    }

    fn near_step(&self, name: &str) -> Option<&str> {
        closest(name, self.steps.iter().map(String::as_str))
    }

    fn near_field(&self, name: &str) -> Option<&str> {
        closest(name, self.fields.iter().map(|(field, _)| field.as_str()))
    }
}
