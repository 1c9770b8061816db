//! What one Rust file says about others: its `use` lines, its paths, the types it defines.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use std::{collections::BTreeSet, iter::Peekable, slice::Iter};

/// A path in a file: `super::plan::Plan` in the inline module `tests` of the file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mention {
    /// The inline modules around it, outermost first.
    pub(crate) inline: Vec<String>,
    pub(crate) segments: Vec<String>,
    pub(crate) line: usize,
}

/// One name that a `use` line brings in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Import {
    pub(crate) mention: Mention,
    /// What the name is called here; none for `*`.
    pub(crate) name: Option<String>,
    /// `pub use` and its kin: the file passes the name on, which alone is no dependency.
    pub(crate) is_reexport: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Source {
    pub(crate) imports: Vec<Import>,
    /// Paths outside of `use` lines.
    pub(crate) paths: Vec<Mention>,
    pub(crate) inline_modules: Vec<Vec<String>>,
    /// Every identifier outside of `use` lines.
    pub(crate) identifiers: BTreeSet<String>,
    /// The names of structs, enums, traits and type aliases, with their lines.
    pub(crate) types: Vec<(String, usize)>,
}

impl Source {
    /// Reads a file. Modules under `#[cfg(test)]`, attributes, and what a `quote!` generates are left out.
    pub(crate) fn parse(text: &str) -> Self {
        let mut source = Self::default();
        source.read(text.parse().expect("the compiler accepts the file"), &[]);
        source
    }

    fn read(&mut self, tokens: TokenStream, inline: &[String]) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut is_test = false;
        let mut at = 0;
        while at < tokens.len() {
            let rest = &tokens[at..];
            at += match rest {
                // An attribute, outer or inner.
                [TokenTree::Punct(hash), TokenTree::Group(group), ..] if hash.as_char() == '#' => {
                    is_test |= is_cfg_test(group);
                    2
                }
                [TokenTree::Punct(hash), TokenTree::Punct(bang), TokenTree::Group(_), ..]
                    if hash.as_char() == '#' && bang.as_char() == '!' =>
                {
                    3
                }
                // `pub(in crate::plan)` is no use of `plan`.
                [TokenTree::Ident(word), TokenTree::Group(group), ..]
                    if word == "pub" && group.delimiter() == Delimiter::Parenthesis =>
                {
                    2
                }
                [TokenTree::Ident(word), TokenTree::Ident(name), TokenTree::Group(group), ..] if word == "mod" => {
                    if !is_test {
                        let inline = [inline, &[name.to_string()]].concat();
                        self.inline_modules.push(inline.clone());
                        self.read(group.stream(), &inline);
                    }
                    is_test = false;
                    3
                }
                [TokenTree::Ident(word), next, ..] if word == "use" && !is_punct(next, '<') => {
                    let length = rest.iter().position(|token| is_punct(token, ';')).unwrap_or(rest.len());
                    if !is_test {
                        self.read_use(&rest[1..length], word, inline, is_public(&tokens[..at]));
                    }
                    is_test = false;
                    length
                }
                [TokenTree::Ident(word), TokenTree::Punct(bang), TokenTree::Group(_), ..]
                    if bang.as_char() == '!' && word.to_string().contains("quote") =>
                {
                    3
                }
                [TokenTree::Ident(word), TokenTree::Ident(name), ..]
                    if ["struct", "enum", "trait", "type"].iter().any(|kind| word == kind) =>
                {
                    self.types.push((name.to_string(), name.span().start().line));
                    2
                }
                [TokenTree::Ident(first), ..] => self.read_path(first, rest, inline),
                // The rest of a path whose head is not a name: `<T as Trait>::Item`, `::std::mem`.
                [TokenTree::Punct(a), TokenTree::Punct(b), TokenTree::Ident(name), ..]
                    if a.as_char() == ':' && b.as_char() == ':' =>
                {
                    self.identifiers.insert(name.to_string());
                    3
                }
                [TokenTree::Group(group), ..] => {
                    if !is_test {
                        self.read(group.stream(), inline);
                    }
                    is_test = false;
                    1
                }
                [TokenTree::Punct(semicolon), ..] if semicolon.as_char() == ';' => {
                    is_test = false;
                    1
                }
                _ => 1,
            };
        }
    }

    /// Reads a path, or a single identifier, and returns its length in tokens.
    fn read_path(&mut self, first: &Ident, tokens: &[TokenTree], inline: &[String]) -> usize {
        let mut segments = vec![first.to_string()];
        let mut length = 1;
        while let [TokenTree::Punct(a), TokenTree::Punct(b), TokenTree::Ident(next), ..] = &tokens[length..] {
            if a.as_char() != ':' || b.as_char() != ':' {
                break;
            }
            segments.push(next.to_string());
            length += 3;
        }
        self.identifiers.extend(segments.iter().cloned());
        if segments.len() > 1 {
            self.paths.push(Mention { inline: inline.to_vec(), segments, line: first.span().start().line });
        }
        length
    }

    fn read_use(&mut self, tree: &[TokenTree], word: &Ident, inline: &[String], is_reexport: bool) {
        let line = word.span().start().line;
        let mut leaves = Vec::new();
        use_leaves(&mut tree.iter().peekable(), &[], &mut leaves);
        for (segments, name) in leaves {
            let mention = Mention { inline: inline.to_vec(), segments, line };
            self.imports.push(Import { mention, name, is_reexport });
        }
    }
}

type Leaf = (Vec<String>, Option<String>);

/// The names that a tree of a `use` line brings in, each with its whole path.
fn use_leaves(tokens: &mut Peekable<Iter<'_, TokenTree>>, prefix: &[String], leaves: &mut Vec<Leaf>) {
    let mut path = prefix.to_vec();
    let mut name = None;
    let mut is_leaf = false;
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(word) if word == "as" => name = tokens.next().map(ToString::to_string),
            TokenTree::Ident(word) if word == "self" && !path.is_empty() => {
                is_leaf = true;
                name = path.last().cloned();
            }
            TokenTree::Ident(word) => {
                is_leaf = true;
                path.push(word.to_string());
                name = path.last().cloned();
            }
            TokenTree::Group(group) => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                let mut inner = inner.iter().peekable();
                while inner.peek().is_some() {
                    use_leaves(&mut inner, &path, leaves);
                }
                is_leaf = false;
            }
            TokenTree::Punct(punct) if punct.as_char() == ',' => break,
            TokenTree::Punct(punct) if punct.as_char() == '*' => {
                is_leaf = true;
                name = None;
            }
            _ => {}
        }
    }
    if is_leaf {
        leaves.push((path, name));
    }
}

fn is_punct(token: &TokenTree, char: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == char)
}

/// Whether what comes next is `pub` or `pub(..)`.
fn is_public(before: &[TokenTree]) -> bool {
    match before {
        [.., TokenTree::Ident(word)] | [.., TokenTree::Ident(word), TokenTree::Group(_)] => word == "pub",
        _ => false,
    }
}

fn is_cfg_test(attribute: &Group) -> bool {
    let text = attribute.stream().to_string();
    text.starts_with("cfg") && text.split(|c: char| !c.is_alphanumeric()).any(|word| word == "test")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imports(text: &str) -> Vec<(String, Option<String>)> {
        let imports = Source::parse(text).imports.into_iter();
        imports.map(|import| (import.mention.segments.join("::"), import.name)).collect()
    }

    fn paths(text: &str) -> Vec<String> {
        Source::parse(text).paths.into_iter().map(|mention| mention.segments.join("::")).collect()
    }

    #[test]
    fn a_use_line_is_taken_apart_into_its_names() {
        let name = |name: &str| Some(name.to_owned());
        assert_eq!(
            imports("use crate::{plan::{self, Plan}, time::Instant as Now, policy::*};"),
            [
                ("crate::plan".to_owned(), name("plan")),
                ("crate::plan::Plan".to_owned(), name("Plan")),
                ("crate::time::Instant".to_owned(), name("Now")),
                ("crate::policy".to_owned(), None),
            ]
        );
    }

    #[test]
    fn a_reexport_is_told_from_an_import() {
        let text = "use a::A; pub use b::B; pub(crate) use c::C; fn f() -> impl Sized + use<> {}";
        let imports = Source::parse(text).imports;
        assert_eq!(imports.iter().map(|import| import.is_reexport).collect::<Vec<_>>(), [false, true, true]);
    }

    #[test]
    fn paths_are_found_in_bodies_and_in_macros() {
        let text = "fn f() { crate::time::nanos(0); write!(f, \"{}\", super::Plan::MAX) }";
        assert_eq!(paths(text), ["crate::time::nanos", "super::Plan::MAX"]);
    }

    #[test]
    fn tests_comments_strings_and_generated_code_are_left_out() {
        let text = r#"
            //! See [`crate::plan`].
            #[cfg(test)]
            use crate::test_only::A;
            #[cfg(all(test, loom))]
            mod tests { use crate::b::B; fn f() { crate::c::d() } }
            const TEXT: &str = "crate::e::f";
            fn g() { quote!(crate::h::i()) }
            pub(in crate::j) struct K;
        "#;
        assert_eq!((imports(text), paths(text)), (vec![], vec![]));
    }

    #[test]
    fn an_inline_module_is_noted_with_its_paths() {
        let source = Source::parse("mod private { pub use super::plan::Plan; }");
        assert_eq!(source.inline_modules, [["private"]]);
        assert_eq!(source.imports[0].mention.inline, ["private"]);
    }

    #[test]
    fn types_are_listed_with_their_lines() {
        let types = Source::parse("struct A;\npub enum B {}\ntrait C { type D; }").types;
        assert_eq!(types, [("A", 1), ("B", 2), ("C", 3), ("D", 3)].map(|(name, line)| (name.to_owned(), line)));
    }
}
