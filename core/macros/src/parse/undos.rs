//! Undos: which step each one takes back, and what it is given.

use super::{
    closest::closest,
    diagnostics::{Diagnostics, shown},
    limits,
    names::{Names, Taker},
    params, signature,
    undo_args::DeclaredUndo,
    wiring,
};
use crate::model::{By, ParamKind, Resource, Step, When};
use proc_macro2::Ident;
use syn::{Generics, Path, parse_quote};

/// An undo, as a step of a pipeline of its own, and the number of the step that it undoes.
pub(super) struct Undo {
    pub(super) of: usize,
    pub(super) step: Step,
}

/// Looks the names up, and checks what each undo is given.
pub(super) fn wire(
    declared: Vec<DeclaredUndo>,
    steps: &[Step],
    context: Option<&Generics>,
    names: &Names,
    resources: &[Resource],
    diagnostics: &mut Diagnostics,
) -> Vec<Undo> {
    let mut undos: Vec<Undo> = Vec::new();
    let mut known: Vec<(usize, Ident)> = Vec::new();
    for DeclaredUndo { sig, args: mut settings, of: at } in declared {
        let Some(of) = find(&at, names, diagnostics) else { continue };
        match known.iter().find(|(other, _)| *other == of) {
            Some((_, first)) => {
                diagnostics.at(&at, format!("step `{}` has an undo already", shown(&at)));
                diagnostics.at(first, format!("the other undo of step `{}`", shown(first)));
            }
            None => known.push((of, at.clone())),
        }
        let (output, fallibility, lifetimes) = signature::check(&sig, "an undo", context, diagnostics);
        let named = signature::parameters(&sig, diagnostics);
        let params = params::resolve(named, Taker::UndoOf(of), When::AllSucceeded, &lifetimes, names, diagnostics);
        let context_limits = limits::resolve(&mut settings.settings, names, diagnostics);
        let uses = wiring::uses(names.step(of), settings.uses, resources, diagnostics);
        settings.settings.when = When::AllDone;
        let function = &sig.ident;
        let function: Path = parse_quote!(super::#function);
        let undone = steps.get(of).map_or(&at, |step| &step.ident).clone();
        let step = Step {
            ident: undone,
            function,
            generics: sig.generics,
            params,
            output,
            borrows: !lifetimes.is_empty(),
            may_skip_itself: false,
            is_checkpoint: false,
            removes: Vec::new(),
            version: None,
            fallibility,
            settings: settings.settings,
            context_limits,
            uses,
        };
        check_undone(&at, of, &step, steps, diagnostics);
        undos.push(Undo { of, step });
    }
    undos
}

fn find(at: &Ident, names: &Names, diagnostics: &mut Diagnostics) -> Option<usize> {
    let name = shown(at);
    let found = names.find_step(&name);
    if found.is_none() {
        let near = closest(&name, names.steps()).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        diagnostics.at(at, format!("`{name}` is not a step of this pipeline{near}"));
    }
    found
}

/// Checks that the step leaves something to undo, and that its result is there for an undo that takes it.
fn check_undone(at: &Ident, of: usize, undo: &Step, steps: &[Step], diagnostics: &mut Diagnostics) {
    let Some(step) = steps.get(of) else { return };
    let name = shown(&step.ident);
    if step.settings.when.is_clean_up() {
        let message = format!("step `{name}` cleans up, so there is nothing of it to take back");
        diagnostics.at(at, message);
    }
    let Some(param) = undo.params.iter().find(|param| param.kind == ParamKind::Undone) else { return };
    if step.borrows {
        let message = format!(
            "the result of step `{name}` borrows from the context, so its undo cannot be given it: leave the parameter out"
        );
        return diagnostics.at(&param.ident, message);
    }
    let taken = steps.iter().find_map(|taker| {
        let by = taker.params.iter().find_map(|param| match param.kind {
            ParamKind::Result { step, by } if step == of && by != By::Ref => Some(by),
            _ => None,
        })?;
        Some((shown(&taker.ident), by))
    });
    if let Some((taker, by)) = taken {
        let what = if by == By::Value { "takes it by value" } else { "changes it by `&mut`" };
        let message = format!(
            "the undo of step `{name}` cannot be given its result, since step `{taker}` {what}: take it as `&T` there, or leave the parameter out"
        );
        diagnostics.at(&param.ident, message);
    }
}
