//! All diagnostics of a module, reported at once.

use proc_macro2::Span;
use quote::ToTokens;
use std::fmt::Display;
use syn::{Error, Ident};

/// The diagnostics found so far, in the order in which they are reported.
#[derive(Default)]
pub(super) struct Diagnostics(Option<Error>);

impl Diagnostics {
    pub(super) fn add(&mut self, error: Error) {
        match &mut self.0 {
            Some(all) => all.combine(error),
            None => self.0 = Some(error),
        }
    }

    /// Adds a diagnostic that points at these tokens.
    pub(super) fn at(&mut self, tokens: &impl ToTokens, message: impl Display) {
        self.add(Error::new_spanned(tokens, message));
    }

    /// Adds a diagnostic about something that is missing, which no token of the user's can stand for.
    pub(super) fn missing(&mut self, message: impl Display) {
        self.add(Error::new(Span::call_site(), message));
    }

    pub(super) fn finish(self) -> syn::Result<()> {
        self.0.map_or(Ok(()), Err)
    }
}

/// A name as it is shown: `r#type` is called `type`.
pub(crate) fn shown(ident: &Ident) -> String {
    use syn::ext::IdentExt;
    ident.unraw().to_string()
}
