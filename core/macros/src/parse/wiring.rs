//! From names to edges: what each step waits for, and what it uses.

use super::{
    args::literal,
    checkpoints,
    closest::closest,
    diagnostics::{Diagnostics, shown},
    items::Declared,
    limits,
    names::{Names, Taker},
    params, signature,
    step_args::Parsed,
};
use crate::{
    graph::{self, Cycle, Shared},
    model::{By, Edge, EdgeKind, Param, ParamKind, Resource, Step},
};
use syn::{Expr, Generics, Ident};

pub(super) struct Wired {
    pub(super) steps: Vec<Step>,
    pub(super) needs: Vec<Vec<Edge>>,
}

/// An edge, and the name in the source that it comes from.
struct NamedEdge {
    edge: Edge,
    at: Ident,
}

pub(super) fn wire(
    declared: Vec<Declared>,
    context: Option<&Generics>,
    names: &Names,
    resources: &[Resource],
    diagnostics: &mut Diagnostics,
) -> Wired {
    check_duplicates(&declared, diagnostics);
    let (mut steps, mut needs) = (Vec::new(), Vec::new());
    for (at, Declared { sig, mut args }) in declared.into_iter().enumerate() {
        let (output, fallibility, lifetimes) = signature::check(&sig, "a step", context, diagnostics);
        checkpoints::check(&sig, &args, &output, &lifetimes, diagnostics);
        let named = signature::parameters(&sig, diagnostics);
        let params = params::resolve(named, Taker::Step(at), args.settings.when, &lifetimes, names, diagnostics);
        needs.push(edges(at, &params, &args, names, diagnostics));
        let context_limits = limits::resolve(&mut args.settings, names, diagnostics);
        let uses = uses(names.step(at), args.uses, resources, diagnostics);
        steps.push(Step {
            function: sig.ident.clone().into(),
            ident: sig.ident,
            generics: sig.generics,
            params,
            output,
            borrows: !lifetimes.is_empty(),
            may_skip_itself: args.may_skip_itself,
            is_checkpoint: args.checkpoint.is_some(),
            removes: Vec::new(),
            version: args.version,
            fallibility,
            settings: args.settings,
            context_limits,
            uses,
        });
    }
    let edges: Vec<Vec<Edge>> = needs.iter().map(|row| row.iter().map(|need| need.edge).collect()).collect();
    check_cycles(&needs, &edges, names, diagnostics);
    Wired { steps, needs: edges }
}

/// A name that several steps have is told once, at the second of them; the others are shown beside.
fn check_duplicates(declared: &[Declared], diagnostics: &mut Diagnostics) {
    let names: Vec<String> = declared.iter().map(|step| shown(step.ident())).collect();
    for (first, name) in names.iter().enumerate() {
        if names[..first].contains(name) {
            continue;
        }
        let same: Vec<&Ident> =
            declared.iter().zip(&names).filter(|(_, other)| *other == name).map(|(step, _)| step.ident()).collect();
        match same[..] {
            [] | [_] => {}
            [first, second] => {
                diagnostics.at(second, format!("two steps are called `{name}`"));
                diagnostics.at(first, format!("the other step called `{name}`"));
            }
            [first, second, ref more @ ..] => {
                diagnostics.at(second, format!("{} steps are called `{name}`", same.len()));
                for other in [first].iter().chain(more) {
                    diagnostics.at(other, format!("another step called `{name}`"));
                }
            }
        }
    }
}

fn edges(step: usize, params: &[Param], args: &Parsed, names: &Names, diagnostics: &mut Diagnostics) -> Vec<NamedEdge> {
    let result = |param: &Param| match param.kind {
        ParamKind::Result { step, .. } => {
            Some(NamedEdge { edge: Edge { step, kind: EdgeKind::Result }, at: param.ident.clone() })
        }
        ParamKind::Field { .. } | ParamKind::Context | ParamKind::Undone => None,
    };
    let mut edges: Vec<NamedEdge> = params.iter().filter_map(result).collect();
    let others = [(&args.after, EdgeKind::After, "needs"), (&args.follows, EdgeKind::Order, "follows")];
    for (others, kind, verb) in others {
        for at in others {
            match names.other(at, step, verb) {
                Ok(other) => match known(&edges, other, args.after_all.is_some() && other < step) {
                    None => edges.push(NamedEdge { edge: Edge { step: other, kind }, at: at.clone() }),
                    Some(why) => {
                        let (step, other) = (names.step(step), shown(at));
                        diagnostics.at(at, format!("step `{step}` needs `{other}` already: {why}"));
                    }
                },
                Err(message) => diagnostics.at(at, message),
            }
        }
    }
    if let Some(at) = &args.after_all {
        let all = (0..step).filter(|&other| !edges.iter().any(|known| known.edge.step == other));
        let all = all.map(|other| NamedEdge { edge: Edge { step: other, kind: EdgeKind::AfterAll }, at: at.clone() });
        edges.extend(all.collect::<Vec<_>>());
    }
    edges
}

/// Why a step waits for another in any case.
fn known(edges: &[NamedEdge], other: usize, is_one_of_all: bool) -> Option<&'static str> {
    match edges.iter().find(|known| known.edge.step == other).map(|known| known.edge.kind) {
        Some(EdgeKind::Result) => Some("it takes its result"),
        Some(_) => Some("it is in `after`"),
        None if is_one_of_all => Some("it is `after_all`"),
        None => None,
    }
}

pub(super) fn uses(
    step: &str,
    used: Vec<(Ident, Expr)>,
    resources: &[Resource],
    diagnostics: &mut Diagnostics,
) -> Vec<(usize, Expr)> {
    let mut uses = Vec::new();
    for (ident, units) in used {
        let resource = shown(&ident);
        let Some(at) = resources.iter().position(|known| shown(&known.name) == resource) else {
            let known: Vec<String> = resources.iter().map(|known| shown(&known.name)).collect();
            let near = closest(&resource, known.iter().map(String::as_str));
            let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            let message = format!("step `{step}` uses `{resource}`, which is not a resource of this pipeline{near}");
            diagnostics.at(&ident, message);
            continue;
        };
        // Values that only the compiler knows are compared by generated code.
        if let (Some(wanted), Some(capacity)) = (literal(&units), literal(&resources[at].units))
            && wanted > capacity
        {
            let message = format!("step `{step}` uses {wanted} of `{resource}`, of which there are {capacity}");
            diagnostics.at(&units, message);
        }
        uses.push((at, units));
    }
    uses
}

fn check_cycles(named: &[Vec<NamedEdge>], needs: &[Vec<Edge>], names: &Names, diagnostics: &mut Diagnostics) {
    for Cycle { path, closed_by } in graph::cycles(needs) {
        let (Some(&first), Some(&last)) = (path.first(), path.last()) else { continue };
        let next = path.iter().skip(1).chain(&path);
        let all: String = path
            .iter()
            .zip(next)
            .map(|(&step, &next)| {
                let is_order = needs[step].iter().any(|edge| edge.step == next && edge.kind == EdgeKind::Order);
                format!("`{}` {} ", names.step(step), if is_order { "follows" } else { "needs" })
            })
            .collect();
        diagnostics.at(&named[last][closed_by].at, format!("a cycle: {all}`{}`", names.step(first)));
    }
}

/// The steps that take each field of the context, then those that take each result.
pub(super) fn shared(steps: &[Step], fields: usize) -> Vec<Shared> {
    let mut shared = vec![Shared::default(); fields + steps.len()];
    for (at, step) in steps.iter().enumerate() {
        for param in &step.params {
            let (of, by) = match param.kind {
                ParamKind::Field { field, by } => (field, by),
                ParamKind::Result { step, by } => (fields + step, by),
                ParamKind::Context | ParamKind::Undone => continue,
            };
            let Some(shared) = shared.get_mut(of) else { continue };
            shared.users.push(at);
            shared.writers.extend((by != By::Ref).then_some(at));
            shared.borrowers.extend(param.is_kept.then_some(at));
        }
    }
    for (made_by, shared) in shared.iter_mut().skip(fields).enumerate().filter(|(_, shared)| shared.is_exclusive()) {
        shared.users.push(made_by);
        shared.writers.push(made_by);
    }
    shared
}
