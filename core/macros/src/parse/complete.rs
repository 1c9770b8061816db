//! The model of a module without diagnostics: its graph, and the pipeline of its undos.

use super::{
    diagnostics::{Diagnostics, shown},
    module_args, ownership,
    undos::Undo,
    wiring::{self, Wired},
    within::{generics_within, within},
};
use crate::{
    graph,
    model::{self, ConfigArgs, Context, Edge, EdgeKind, Graph, Pipeline, Place, Resource, Step, StepArgs},
};
use quote::format_ident;
use syn::{Attribute, Ident, Item, Path, Type, Visibility, parse_quote};

/// What is known of a module beside its items.
pub(super) struct Checked {
    args: module_args::Parsed,
    context: Option<Context>,
    steps: Steps,
    undos: Option<Undos>,
}

/// Steps, and the order in which they run.
struct Steps {
    steps: Vec<Step>,
    results: Vec<Place>,
    graph: Graph,
}

/// The undos of some steps.
struct Undos {
    context: Option<Context>,
    undos: Steps,
    /// The step of each undo.
    undone: Vec<usize>,
}

/// The graph of a module without diagnostics, and the checks that depend on the order of the steps.
pub(super) fn pipeline(
    args: module_args::Parsed,
    mut context: Option<Context>,
    Wired { steps, needs }: Wired,
    undos: Vec<Undo>,
) -> syn::Result<Checked> {
    let mut diagnostics = Diagnostics::default();
    let mut within = context.clone();
    let steps = Steps::complete(steps, needs, context.as_mut(), &mut diagnostics);
    let undos = (!undos.is_empty()).then(|| {
        let (mut undos, undone, needs) = reversed(undos, &steps.graph);
        for (undo, removes) in undos.iter_mut().zip(steps.removed_by(&undone)) {
            undo.removes = removes;
        }
        if let Some(context) = &mut within {
            context.generics = generics_within(&context.generics);
        }
        let undos = Steps::complete(undos, needs, within.as_mut(), &mut diagnostics);
        Undos { context: within, undos, undone }
    });
    diagnostics.finish().map(|()| Checked { args, context, steps, undos })
}

impl Steps {
    fn complete(
        steps: Vec<Step>,
        needs: Vec<Vec<Edge>>,
        context: Option<&mut Context>,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let rules: Vec<_> = steps.iter().map(|step| step.settings.when).collect();
        let fields = context.map_or(&mut [][..], |context| &mut context.fields);
        let shared = wiring::shared(&steps, fields.len());
        let (graph, mut places) = graph::complete(needs, &rules, &shared);
        let results = places.split_off(fields.len());
        for (field, place) in fields.iter_mut().zip(places) {
            field.place = place;
        }
        ownership::check(&steps, fields, &graph.order, diagnostics);
        Self { steps, results, graph }
    }
}

impl Steps {
    /// What the undo of each of these steps removes from a store: the step's own result, and those of steps that came of it and have
    /// no undo, or another run would take them for up to date.
    fn removed_by(&self, undone: &[usize]) -> Vec<Vec<Ident>> {
        let removed_by = |&step: &usize| {
            let mut came_of_it = vec![false; self.steps.len()];
            for &other in &self.graph.order {
                let mut needs = self.graph.needs[other].iter().filter(|edge| edge.kind != EdgeKind::Order);
                came_of_it[other] = other == step || needs.any(|edge| came_of_it[edge.step]);
            }
            let is_removed = |other: &usize| came_of_it[*other] && (*other == step || !undone.contains(other));
            let stored = (0..self.steps.len()).filter(is_removed).map(|other| &self.steps[other]);
            stored.filter(|step| step.is_checkpoint).map(|step| step.ident.clone()).collect()
        };
        undone.iter().map(removed_by).collect()
    }
}

/// The undos, the last step first, with the step of each one and what it waits for.
fn reversed(undos: Vec<Undo>, graph: &Graph) -> (Vec<Step>, Vec<usize>, Vec<Vec<Edge>>) {
    let mut undos = undos;
    undos.sort_by_key(|undo| std::cmp::Reverse(graph.order.iter().position(|&step| step == undo.of)));
    let undone: Vec<usize> = undos.iter().map(|undo| undo.of).collect();
    let needs = graph::reversed(&graph.needs, &graph.order, &undone);
    (undos.into_iter().map(|undo| undo.step).collect(), undone, needs)
}

impl Checked {
    pub(super) fn into_pipeline(
        self,
        attrs: Vec<Attribute>,
        vis: Visibility,
        ident: Ident,
        items: Vec<Item>,
    ) -> Pipeline {
        let Self { args, context, steps: Steps { steps, results, graph }, undos } = self;
        let module_args::Parsed { krate, error, name, config, defaults, resources, .. } = args;
        let name = name.unwrap_or_else(|| shown(&ident));
        let error = error.unwrap_or_else(|| parse_quote!(::core::convert::Infallible));
        let undo = undos.map(|undos| Box::new(undos.into_undo(&name, &krate, &error, &config, &resources)));
        Pipeline {
            attrs,
            vis,
            ident,
            items,
            name,
            krate,
            error,
            config,
            defaults,
            resources,
            context,
            steps,
            results,
            graph,
            undo,
        }
    }
}

impl Undos {
    /// The pipeline of the undos. A deadline is that of a run of the steps, and so is what a failure does to the others.
    fn into_undo(
        self,
        name: &str,
        krate: &Path,
        error: &Type,
        config: &ConfigArgs,
        resources: &[Resource],
    ) -> model::Undo {
        let Self { context, undos: Steps { steps, results, graph }, undone } = self;
        let config = ConfigArgs {
            max_concurrent: config.max_concurrent.as_ref().map(within),
            clean_up_deadline: config.clean_up_deadline.as_ref().map(within),
            poll_budget: config.poll_budget.as_ref().map(within),
            order: config.order,
            deadline: None,
            on_failure: None,
        };
        let resource = |resource: &Resource| Resource { name: resource.name.clone(), units: within(&resource.units) };
        let pipeline = Pipeline {
            attrs: Vec::new(),
            vis: Visibility::Inherited,
            ident: format_ident!("undo"),
            items: Vec::new(),
            name: format!("undo of {name}"),
            krate: krate.clone(),
            error: within(error),
            config,
            defaults: StepArgs::default(),
            resources: resources.iter().map(resource).collect(),
            context,
            steps,
            results,
            graph,
            undo: None,
        };
        model::Undo { pipeline, steps: undone }
    }
}
