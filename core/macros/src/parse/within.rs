//! What is written in a module, as it is read in a module within.

use proc_macro2::{Ident, Punct, Spacing, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Generics, parse::Parse};

/// The same with its paths from within: `super::Fault` is `super::super::Fault` there. All other names are imported.
pub(super) fn within<T: ToTokens + Parse + Clone>(value: &T) -> T {
    syn::parse2(renamed(value.to_token_stream())).unwrap_or_else(|_| value.clone())
}

/// The same for generic parameters with their where-clause.
pub(super) fn generics_within(generics: &Generics) -> Generics {
    let mut renamed = within(generics);
    renamed.where_clause = generics.where_clause.as_ref().map(within);
    renamed
}

fn renamed(tokens: TokenStream) -> TokenStream {
    let mut all: Vec<TokenTree> = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Group(group) => {
                let mut inner = proc_macro2::Group::new(group.delimiter(), renamed(group.stream()));
                inner.set_span(group.span());
                all.push(inner.into());
            }
            TokenTree::Ident(ident) if ident == "super" && !is_within_path(&all) => {
                let colon = |spacing| {
                    let mut colon = Punct::new(':', spacing);
                    colon.set_span(ident.span());
                    TokenTree::from(colon)
                };
                all.extend([ident.clone().into(), colon(Spacing::Joint), colon(Spacing::Alone), ident.into()]);
            }
            TokenTree::Ident(ident) if ident == "self" && tokens.peek().is_some_and(is_colon) => {
                all.push(Ident::new("super", ident.span()).into());
            }
            other => all.push(other),
        }
    }
    all.into_iter().collect()
}

/// Whether a path goes on after these tokens, which end with two colons then.
fn is_within_path(tokens: &[TokenTree]) -> bool {
    matches!(tokens, [.., one, two] if is_colon(one) && is_colon(two))
}

fn is_colon(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':')
}
