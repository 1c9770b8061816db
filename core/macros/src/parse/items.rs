//! The items of a module: which are steps, which may be the context.

use super::{
    diagnostics::Diagnostics,
    step_args::{self, Parsed},
};
use syn::{Attribute, Ident, Item, ItemStruct, Signature};

/// What was found among the items; from these our attributes have been taken away.
#[derive(Default)]
pub(super) struct Found {
    pub(super) steps: Vec<Declared>,
    pub(super) structs: Vec<ItemStruct>,
    /// Which of the structs is marked as the context.
    pub(super) marked: Option<usize>,
}

/// A step as it stands there.
pub(super) struct Declared {
    pub(super) sig: Signature,
    pub(super) said: Parsed,
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
        let steps = take_away(attributes, "step");
        let contexts = take_away(attributes, "context");
        for again in steps.iter().skip(1).chain(contexts.iter().skip(1)) {
            diagnostics.at(again, "this attribute is said twice");
        }
        match item {
            Item::Fn(function) => {
                if let Some(attribute) = steps.first() {
                    no_cfg(&function.attrs, "a step", diagnostics);
                    let said = step_args::read(attribute, defaults, diagnostics);
                    found.steps.push(Declared { sig: function.sig.clone(), said });
                }
                refuse(&contexts, "`#[context]` goes on a struct", diagnostics);
            }
            Item::Struct(structure) => {
                if let Some(attribute) = contexts.first() {
                    found.mark(structure, attribute, diagnostics);
                }
                found.structs.push(structure.clone());
                refuse(&steps, "`#[step]` goes on an `async fn`", diagnostics);
            }
            _ => {
                refuse(&contexts, "`#[context]` goes on a struct", diagnostics);
                refuse(&steps, "`#[step]` goes on an `async fn`", diagnostics);
            }
        }
    }
    found
}

impl Found {
    fn mark(&mut self, structure: &ItemStruct, attribute: &Attribute, diagnostics: &mut Diagnostics) {
        if attribute.meta.require_path_only().is_err() {
            diagnostics.at(attribute, "`#[context]` stands alone, without a value");
        }
        no_cfg(&structure.attrs, "the context", diagnostics);
        match self.marked.and_then(|marked| self.structs.get(marked)) {
            Some(first) => {
                diagnostics.at(attribute, format!("there is one context, and `{}` is marked already", first.ident))
            }
            None => self.marked = Some(self.structs.len()),
        }
    }
}

/// The plan is made before the compiler has looked at `#[cfg]`: it cannot hang on one.
fn no_cfg(attributes: &[Attribute], what: &str, diagnostics: &mut Diagnostics) {
    if let Some(cfg) = attributes.iter().find(|attribute| is_cfg(attribute)) {
        diagnostics.at(cfg, format!("{what} cannot hang on a `#[cfg]`: put it on the module, or within the body"));
    }
}

pub(super) fn is_cfg(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg")
}

fn refuse(attributes: &[Attribute], message: &str, diagnostics: &mut Diagnostics) {
    attributes.iter().for_each(|attribute| diagnostics.at(attribute, message));
}

fn take_away(attributes: &mut Vec<Attribute>, name: &str) -> Vec<Attribute> {
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
