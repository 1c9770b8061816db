//! `#[undo(step)]`: how a step is taken back.

use super::{
    args::parse_all,
    diagnostics::Diagnostics,
    step_args::{self, Parsed},
    within::within,
};
use proc_macro2::{Ident, TokenStream};
use syn::{Attribute, Meta, Signature, Token, parse::ParseStream};

/// An undo as it is written, and as it is seen from the module that is generated within.
pub(super) struct DeclaredUndo {
    pub(super) sig: Signature,
    pub(super) args: Parsed,
    /// The name of its step.
    pub(super) of: Ident,
}

/// Reads the attribute at a function.
pub(super) fn read(attribute: &Attribute, sig: &Signature, diagnostics: &mut Diagnostics) -> Option<DeclaredUndo> {
    let Meta::List(list) = &attribute.meta else {
        diagnostics.at(attribute, NAMELESS);
        return None;
    };
    let head = |input: ParseStream<'_>| {
        let of: Ident = input.parse()?;
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
        Ok((of, input.parse::<TokenStream>()?))
    };
    match parse_all(list.tokens.clone(), head) {
        Ok((of, settings)) => {
            let settings = within(&settings);
            Some(DeclaredUndo { sig: within(sig), args: step_args::undo(settings, diagnostics), of })
        }
        Err(_) => {
            diagnostics.at(attribute, NAMELESS);
            None
        }
    }
}

const NAMELESS: &str = "an undo names its step, and then its settings: `#[undo(power, retries = 2)]`";
