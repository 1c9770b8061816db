//! A plan that is known at compile time, and the storage of its runs.

use crate::{
    plan::{Numbering, Plan, StepId},
    policy::Config,
    render::{Sketch, StepNames, dot, mermaid, text},
};
use core::fmt;

/// All that is known of a pipeline before it runs, for a `const` or a `static`: it lies in flash.
#[derive(Clone, Copy, Debug)]
pub struct Blueprint {
    /// The pipeline's name.
    pub name: &'static str,
    /// The steps' names, in the order of declaration.
    pub names: &'static [&'static str],
    /// The graph and the settings.
    pub plan: Plan<'static>,
    /// Where places are not short: by declaration, unless there are resources or barriers.
    pub numbering: Numbering<'static>,
    /// Where they are: longest remaining path first.
    pub by_priority: Numbering<'static>,
    /// Each step's level.
    pub levels: &'static [u32],
    /// The path that each step lies on.
    pub path_of: &'static [u32],
    /// How it is run if nothing else is said.
    pub config: Config,
}

impl Blueprint {
    /// The picture of the plan: its `Display` is the text form.
    pub const fn picture(&self) -> Picture<'_> {
        Picture { blueprint: self, form: Form::Text }
    }

    pub(super) fn numbering_for(&self, config: &Config) -> Numbering<'static> {
        if config.max_concurrent < u32::MAX { self.by_priority } else { self.numbering }
    }

    pub(super) fn name(&self, step: StepId) -> &'static str {
        self.names.get(step.index()).copied().unwrap_or("")
    }

    #[inline]
    pub(super) fn path_of(&self, step: StepId) -> usize {
        self.path_of.get(step.index()).map_or(usize::MAX, |&path| path as usize)
    }
}

impl StepNames for &[&str] {
    fn name(&self, step: StepId) -> &str {
        self.get(step.index()).copied().unwrap_or("")
    }
}

/// A plan's picture, in one of three forms. Nothing is executed or allocated for it.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'b> {
    blueprint: &'b Blueprint,
    form: Form,
}

#[derive(Clone, Copy, Debug)]
enum Form {
    Text,
    Mermaid,
    Dot,
}

impl Picture<'_> {
    /// As a Mermaid flowchart.
    pub const fn mermaid(mut self) -> Self {
        self.form = Form::Mermaid;
        self
    }

    /// As a Graphviz digraph.
    pub const fn dot(mut self) -> Self {
        self.form = Form::Dot;
        self
    }
}

impl fmt::Display for Picture<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Blueprint { name, names, plan, levels, .. } = self.blueprint;
        let sketch = Sketch { pipeline: name, names, needs: plan.all_needs(), levels };
        match self.form {
            Form::Text => text(&sketch, f),
            Form::Mermaid => mermaid(&sketch, f),
            Form::Dot => dot(&sketch, f),
        }
    }
}
