//! The context: the struct whose fields steps borrow.

use super::diagnostics::Diagnostics;
use crate::model::{Context, Field, Place};
use syn::{Fields, ItemStruct};

/// The module's only struct, or the marked one. A struct without named fields is no context unless it is marked: it has
/// nothing that a step could name.
pub(super) fn find<'s>(
    structs: &'s [ItemStruct],
    marked: Option<usize>,
    diagnostics: &mut Diagnostics,
) -> Option<&'s ItemStruct> {
    let structure = match (marked, structs) {
        (Some(marked), _) => structs.get(marked)?,
        (None, [only]) => only,
        (None, _) => return None,
    };
    if matches!(structure.fields, Fields::Named(_)) {
        return Some(structure);
    }
    if marked.is_some() {
        diagnostics.at(&structure.ident, "the context's fields have names: `struct Board { rail: Rail }`");
    }
    None
}

/// The context with no users of its fields yet.
pub(super) fn model(structure: &ItemStruct) -> Context {
    let field = |field: &syn::Field| {
        let ident = field.ident.clone()?;
        Some(Field { ident, ty: field.ty.clone(), place: Place::default() })
    };
    Context {
        ident: structure.ident.clone(),
        generics: structure.generics.clone(),
        fields: structure.fields.iter().filter_map(field).collect(),
    }
}
