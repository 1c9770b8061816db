//! The items of a module: which are steps, and which may be the context.

use super::{
    diagnostics::Diagnostics,
    step_args::{self, Parsed},
    undo_args::{self, DeclaredUndo},
};
use syn::{Attribute, Ident, Item, ItemStruct, Signature};

/// The steps and structs among the items, from which our attributes have been removed.
#[derive(Default)]
pub(super) struct Found {
    pub(super) steps: Vec<Declared>,
    pub(super) undos: Vec<DeclaredUndo>,
    pub(super) structs: Vec<ItemStruct>,
    /// Which of the structs is marked as the context.
    pub(super) marked: Option<usize>,
}

/// A step as it is written.
pub(super) struct Declared {
    pub(super) sig: Signature,
    pub(super) args: Parsed,
}

impl Declared {
    pub(super) fn ident(&self) -> &Ident {
        &self.sig.ident
    }
}

/// `defaults` are the names of the settings that all steps have if they do not state them.
pub(super) fn find(items: &mut [Item], defaults: &[Ident], diagnostics: &mut Diagnostics) -> Found {
    let mut found = Found::default();
    for item in items {
        let Some(attributes) = attributes(item) else { continue };
        let [steps, undos, contexts] = ["step", "undo", "context"].map(|name| remove(attributes, name));
        for again in [&steps, &undos, &contexts].into_iter().flat_map(|same| same.iter().skip(1)) {
            diagnostics.at(again, "this attribute is stated twice");
        }
        match item {
            Item::Fn(function) => {
                if let Some(attribute) = steps.first() {
                    let args = step_args::read(attribute, defaults, diagnostics);
                    found.steps.push(Declared { sig: function.sig.clone(), args });
                    refuse(&undos, "a step is no undo: write a function of its own", diagnostics);
                } else if let Some(attribute) = undos.first() {
                    found.undos.extend(undo_args::read(attribute, &function.sig, diagnostics));
                }
                refuse(&contexts, "`#[context]` goes on a struct", diagnostics);
            }
            Item::Struct(structure) => {
                if let Some(attribute) = contexts.first() {
                    found.mark(structure, attribute, diagnostics);
                }
                found.structs.push(structure.clone());
                refuse(&steps, "`#[step]` goes on an `async fn`", diagnostics);
                refuse(&undos, "`#[undo(..)]` goes on an `async fn`", diagnostics);
            }
            _ => {
                refuse(&contexts, "`#[context]` goes on a struct", diagnostics);
                refuse(&steps, "`#[step]` goes on an `async fn`", diagnostics);
                refuse(&undos, "`#[undo(..)]` goes on an `async fn`", diagnostics);
            }
        }
    }
    found
}

impl Found {
    fn mark(&mut self, structure: &ItemStruct, attribute: &Attribute, diagnostics: &mut Diagnostics) {
        if attribute.meta.require_path_only().is_err() {
            diagnostics.at(attribute, "`#[context]` takes no value");
        }
        no_cfg(&structure.attrs, diagnostics);
        match self.marked.and_then(|marked| self.structs.get(marked)) {
            Some(first) => diagnostics
                .at(attribute, format!("a pipeline has one context, and `{}` is marked already", first.ident)),
            None => self.marked = Some(self.structs.len()),
        }
    }
}

/// Without its context a pipeline is another one.
fn no_cfg(attributes: &[Attribute], diagnostics: &mut Diagnostics) {
    if let Some(cfg) = attributes.iter().find(|attribute| is_cfg(attribute)) {
        diagnostics.at(cfg, "`#[cfg]` is not supported on the context; put it on the module");
    }
}

pub(super) fn is_cfg(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg")
}

fn refuse(attributes: &[Attribute], message: &str, diagnostics: &mut Diagnostics) {
    attributes.iter().for_each(|attribute| diagnostics.at(attribute, message));
}

fn remove(attributes: &mut Vec<Attribute>, name: &str) -> Vec<Attribute> {
    let (ours, theirs) = std::mem::take(attributes).into_iter().partition(|attribute| attribute.path().is_ident(name));
    *attributes = theirs;
    ours
}

fn attributes(item: &mut Item) -> Option<&mut Vec<Attribute>> {
    Some(match item {
        Item::Const(item) => &mut item.attrs,
        Item::Enum(item) => &mut item.attrs,
        Item::ExternCrate(item) => &mut item.attrs,
        Item::Fn(item) => &mut item.attrs,
        Item::ForeignMod(item) => &mut item.attrs,
        Item::Impl(item) => &mut item.attrs,
        Item::Macro(item) => &mut item.attrs,
        Item::Mod(item) => &mut item.attrs,
        Item::Static(item) => &mut item.attrs,
        Item::Struct(item) => &mut item.attrs,
        Item::Trait(item) => &mut item.attrs,
        Item::TraitAlias(item) => &mut item.attrs,
        Item::Type(item) => &mut item.attrs,
        Item::Union(item) => &mut item.attrs,
        Item::Use(item) => &mut item.attrs,
        _ => return None,
    })
}
