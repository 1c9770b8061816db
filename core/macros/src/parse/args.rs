//! Arguments of an attribute: `name`, `name = value` and `name(..)`, with commas between them.

use super::{
    closest::closest,
    diagnostics::{Diagnostics, shown},
};
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use syn::{
    Error, Expr, Result, Token,
    ext::IdentExt,
    parenthesized,
    parse::{Parse, ParseStream, Parser},
    token::Paren,
};

/// Reads arguments, and returns their names. `take` reads what follows a name, or says what is wrong with it; the
/// arguments after a wrong one are read all the same.
pub(super) fn read(
    tokens: TokenStream,
    diagnostics: &mut Diagnostics,
    mut take: impl FnMut(&Ident, ParseStream<'_>) -> Result<()>,
) -> Vec<Ident> {
    let mut names = Vec::new();
    let all = |input: ParseStream<'_>| {
        while !input.is_empty() {
            if let Err(error) = one(input, &mut names, &mut take) {
                diagnostics.add(error);
                skip_argument(input);
            }
        }
        Ok(())
    };
    // It reads to the end, so no error about left tokens can come.
    let _: Result<()> = parse_all(tokens, all);
    names
}

/// Parses tokens to their end. An error about what is missing there points at the last token; by itself it would point at the
/// attribute of the whole module, wherever the tokens stand.
pub(super) fn parse_all<T>(tokens: TokenStream, parser: impl FnOnce(ParseStream<'_>) -> Result<T>) -> Result<T> {
    let last = tokens.clone().into_iter().last().map_or_else(Span::call_site, |token| token.span());
    let mut group = Group::new(Delimiter::Parenthesis, tokens);
    group.set_span(last);
    let whole = |input: ParseStream<'_>| {
        let content;
        parenthesized!(content in input);
        parser(&content)
    };
    whole.parse2(TokenTree::from(group).into())
}

/// As [`read`], for a list within an argument.
pub(super) fn read_all(tokens: TokenStream, take: impl FnMut(&Ident, ParseStream<'_>) -> Result<()>) -> Result<()> {
    let mut diagnostics = Diagnostics::default();
    read(tokens, &mut diagnostics, take);
    diagnostics.finish()
}

fn one(
    input: ParseStream<'_>,
    names: &mut Vec<Ident>,
    take: &mut impl FnMut(&Ident, ParseStream<'_>) -> Result<()>,
) -> Result<()> {
    let name = input.call(Ident::parse_any).map_err(|error| Error::new(error.span(), "expected a name"))?;
    if names.contains(&name) {
        return Err(Error::new(name.span(), format!("`{}` is stated twice", shown(&name))));
    }
    names.push(name.clone());
    take(&name, input)?;
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    Ok(())
}

fn skip_argument(input: ParseStream<'_>) {
    while let Ok(token) = input.parse::<TokenTree>() {
        if matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ',') {
            return;
        }
    }
}

/// What follows the `=` of a `name = value`.
pub(super) fn value<T: Parse>(name: &Ident, input: ParseStream<'_>, example: &str) -> Result<T> {
    let missing = || Error::new(name.span(), format!("`{name}` takes a value: `{name} = {example}`"));
    input.parse::<Option<Token![=]>>()?.ok_or_else(missing)?;
    if input.is_empty() || input.peek(Token![,]) {
        return Err(missing());
    }
    input.parse()
}

/// One of a few words after the `=`.
pub(super) fn word<T: Copy>(name: &Ident, input: ParseStream<'_>, words: &[(&str, T)]) -> Result<T> {
    let all = || words.iter().map(|(word, _)| format!("`{word}`")).collect::<Vec<_>>().join(" or ");
    let wrong = |at: &Ident| Error::new(at.span(), format!("`{name}` is {}", all()));
    input.parse::<Option<Token![=]>>()?.ok_or_else(|| wrong(name))?;
    let found = input.call(Ident::parse_any).map_err(|_| wrong(name))?;
    words.iter().find(|(word, _)| found == word).map(|&(_, value)| value).ok_or_else(|| wrong(&found))
}

/// Reads nothing: the name is the whole argument.
pub(super) fn flag(name: &Ident, input: ParseStream<'_>) -> Result<()> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(());
    }
    Err(Error::new(name.span(), format!("`{name}` takes no value")))
}

/// The content of the parentheses of a `name(..)`.
pub(super) fn list(name: &Ident, input: ParseStream<'_>, example: &str) -> Result<TokenStream> {
    if !input.peek(Paren) {
        return Err(Error::new(name.span(), format!("`{name}` takes a list: `{name}({example})`")));
    }
    let content;
    parenthesized!(content in input);
    content.parse()
}

/// The error of an unknown argument.
pub(super) fn unknown(name: &Ident, of: &str, known: &[&str]) -> Error {
    let name_shown = shown(name);
    let help = match closest(&name_shown, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the settings are `{}`", known.join("`, `")),
    };
    Error::new(name.span(), format!("`{name_shown}` is not a setting of {of}; {help}"))
}

/// The value of a literal number; all other expressions are left to the compiler.
pub(super) fn literal(expr: &Expr) -> Option<u32> {
    match expr {
        Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(number), .. }) => number.base10_parse().ok(),
        Expr::Group(group) => literal(&group.expr),
        Expr::Paren(paren) => literal(&paren.expr),
        _ => None,
    }
}
