//! The macro on tokens of a fuzzer: it never panics, each of its errors points at tokens of the user's, and what it accepts
//! becomes code that parses.

use super::super::{Rejected, pipeline};
use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use std::slice::Iter;

/// Valid modules, whose tokens are moved, taken away and put elsewhere.
const MODULES: [(&str, &str); 4] = [
    (
        "error = BringUp, name = \"bring-up\", max_concurrent = 2, order = levels, on_failure = drain, deadline = secs(30), \
         resources(bus = 2, pool = LIMIT), defaults(retries = 2, timeout = ms(3)), crate = ::rungs",
        "pub mod bring_up {
            use super::*;
            pub struct Board<B: I2c> where B: Send { pub rail: Rail, pub i2c: B, pub radio: Radio, spare: u8 }
            #[step(timeout = ms(50))] async fn power(rail: &mut Rail) -> Result<Rails, BringUp> { todo!() }
            #[undo(power, retries = 2)]
            async fn cut(rail: &mut Rail, power: &Rails, cx: &StepCx) -> Result<(), super::BringUp> { todo!() }
            #[step(retries = 3, backoff = exponential(ms(10)))]
            pub async fn imu<B: I2c>(i2c: &mut B, power: &Rails) -> Result<Imu, BringUp> { todo!() }
            #[step(retries = 1, retry_delay = ms(1), retry_if = BringUp::is_transient, retry_on_timeout = false, timeout = ms(2))]
            async fn baro<B: I2c>(i2c: &mut B, power: &Rails) -> Result<Baro, BringUp> { todo!() }
            #[step(skip_on_error, optional, after(power), uses(pool = 1, bus = 2), expected = ms(1), deadline = ms(2))]
            async fn announce(imu: &Imu, cx: &StepCx, radio: &Radio) -> Result<(), BringUp> { todo!() }
            fn helper() {}
            #[step(when_all_done)]
            async fn tidy(radio: &mut Radio, announce: Result<&(), Cause>) -> Result<(), BringUp> { todo!() }
        }",
    ),
    (
        "error = E",
        "mod m {
            #[step] async fn a() -> Result<u8, E> { Ok(1) }
            #[step(after(a))] async fn b(c: &u8) -> Result<u8, E> { Ok(*c) }
            #[step(required, retry_forever, settings = S)] async fn c(a: &u8) -> Result<u8, E> { Ok(*a) }
            #[undo(a)] async fn undo_a() {}
            #[undo(c)] async fn undo_c(c: &u8) -> Result<(), E> { Ok(()) }
            #[step(when_any_failed)] async fn d(b: Result<&u8, Cause>) -> Result<(), E> { Ok(()) }
            #[step(maybe, follows(d), never_cancel)] async fn e() -> Option<u8> { None }
            #[step(when_none_failed, after_all)] async fn f(e: Option<&u8>) {}
        }",
    ),
    (
        "error = E, on_failure = cancel, order = eager",
        "#[cfg(test)] mod r#type {
            #![allow(unused)]
            struct Other;
            #[context] struct Board<'a, T> { r#in: &'a mut T, out: Option<T> }
            #[step] async fn r#fn<'a, T: Clone>(r#in: &mut &'a mut T, out: &Option<T>) -> Result<Vec<T>, E> { todo!() }
            #[step(uses(bus = 1))] async fn next<T>(mut r#fn: &Vec<T>, _: &u8) -> Result<impl Sized, E> { todo!() }
        }",
    ),
    ("error = E", "mod empty {}"),
];

/// Pieces of modules, right and wrong, which are put together in any order.
const FRAGMENTS: [&str; 59] = [
    "mod m",
    "pub",
    "struct S",
    "async fn f",
    "async fn g",
    "fn",
    "async",
    "unsafe",
    "const",
    "extern \"C\"",
    "enum E { A }",
    "#[step]",
    "#[step()]",
    "#[step(]",
    "#[context]",
    "#[cfg(x)]",
    "#![allow(unused)]",
    "#[step(after(f, g))]",
    "#[undo(f)]",
    "#[undo(f, retries = 1, after(g))]",
    "self::super::T",
    "step",
    "after",
    "retries = 3",
    "timeout = ms(1)",
    "backoff",
    "uses(bus = 0)",
    "retry_if = |e| true",
    "deadline",
    "settings = ",
    "when_all_done",
    "when_any_failed",
    "error = E",
    "name = \"\"",
    "name = 7",
    "max_concurrent = 0",
    "order = sideways",
    "resources(a, b = 1, a = 2)",
    "defaults(when_all_done, optional)",
    "crate = ",
    "f: &u8",
    "g: Result<&u8, Cause>",
    "cx: &StepCx",
    "self",
    "&self",
    "(a, b): (u8, u8)",
    "_: u8",
    "mut f: &mut T",
    "-> Result<u8, E>",
    "-> u8",
    "where T: Copy",
    "<T, 'a, const N: usize>",
    "...",
    ",",
    "=",
    ";",
    "::",
    "r#type",
    "'a",
];

#[test]
fn tokens() {
    bolero::check!().with_iterations(0).for_each(|bytes: &[u8]| {
        // Otherwise each case adds to a list of all sources, which is searched for each span.
        proc_macro2::extra::invalidate_current_thread_spans();
        let mut draw = Draw(bytes.iter());
        let (args, module) = draw.module();
        check(args, module);
    });
}

fn check(args: TokenStream, module: TokenStream) {
    let (shown, is_empty) = (format!("#[pipeline({args})] {module}"), args.is_empty() || module.is_empty());
    match pipeline(args, module) {
        Ok(model) => {
            let code = crate::generate::pipeline(&model);
            if let Err(error) = syn::parse2::<syn::File>(code.clone()) {
                panic!("{error}: {shown}\nbecame\n{code}");
            }
        }
        Err(Rejected { error, .. }) => {
            for error in error {
                assert!(
                    is_of_the_user(error.span()) || is_empty || is_about_all(&error.to_string()),
                    "an error that points at nothing: {error}: {shown}"
                );
            }
        }
    }
}

/// Whether a diagnostic is about something that stands nowhere.
fn is_about_all(message: &str) -> bool {
    message.starts_with("the steps' error type is missing")
}

/// Whether a span is one of the tokens that were read. That of the attribute itself lies before all of them.
fn is_of_the_user(span: Span) -> bool {
    span.byte_range() != Span::call_site().byte_range()
}

struct Draw<'b>(Iter<'b, u8>);

impl Draw<'_> {
    /// A number below `end`; 0 after the last byte.
    fn below(&mut self, end: usize) -> usize {
        usize::from(self.0.next().copied().unwrap_or(0)) % end.max(1)
    }

    fn module(&mut self) -> (TokenStream, TokenStream) {
        match self.below(3) {
            0 => {
                let items = self.fragments();
                let module = TokenStream::from_iter([
                    TokenTree::from(ident("mod")),
                    ident("m").into(),
                    group(Delimiter::Brace, items),
                ]);
                (self.fragments(), module)
            }
            1 => (self.fragments(), self.fragments()),
            _ => {
                let (args, module) = MODULES[self.below(MODULES.len())];
                let (args, module) = (super::tokens(args), super::tokens(module));
                (self.mutated(args), self.mutated(module))
            }
        }
    }

    /// Fragments in any order, some of them in brackets.
    fn fragments(&mut self) -> TokenStream {
        let mut tokens = Vec::new();
        for _ in 0..self.below(24) {
            match self.below(FRAGMENTS.len() + 8) {
                at if at < FRAGMENTS.len() => tokens.extend(FRAGMENTS[at].parse::<TokenStream>().unwrap_or_default()),
                _ => {
                    let inner = tokens.split_off(tokens.len() - tokens.len().min(self.below(6)));
                    let delimiter =
                        [Delimiter::Brace, Delimiter::Parenthesis, Delimiter::Bracket, Delimiter::None][self.below(4)];
                    tokens.push(group(delimiter, TokenStream::from_iter(inner)));
                }
            }
        }
        TokenStream::from_iter(tokens)
    }

    /// The same with a few changes, anywhere.
    fn mutated(&mut self, tokens: TokenStream) -> TokenStream {
        let mut tokens = tokens;
        for _ in 0..self.below(5) {
            tokens = self.changed(tokens);
        }
        tokens
    }

    fn changed(&mut self, tokens: TokenStream) -> TokenStream {
        let mut list: Vec<TokenTree> = tokens.into_iter().collect();
        if list.is_empty() {
            return self.fragments();
        }
        let at = self.below(list.len());
        // Mostly the change is somewhere within a group, as most tokens are.
        if let TokenTree::Group(inner) = &list[at]
            && self.below(4) > 0
        {
            let mut changed = Group::new(inner.delimiter(), self.changed(inner.stream()));
            changed.set_span(inner.span());
            list[at] = changed.into();
            return TokenStream::from_iter(list);
        }
        let other = self.below(list.len());
        match self.below(7) {
            0 => _ = list.remove(at),
            1 => list.insert(other, list[at].clone()),
            2 => list.swap(at, other),
            3 => list.truncate(at),
            4 => _ = list.splice(at..at, self.fragments()),
            5 => list[at] = self.token(),
            _ => drop(list.drain(at.min(other)..at.max(other))),
        }
        TokenStream::from_iter(list)
    }

    fn token(&mut self) -> TokenTree {
        let mut token: TokenTree = match self.below(4) {
            0 => {
                ident(["step", "f", "self", "Self", "_", "crate", "super", "r", "async", "mod"][self.below(10)]).into()
            }
            1 => Literal::u8_unsuffixed(self.below(256) as u8).into(),
            2 => Punct::new(['=', ',', '#', '&', '<', '>', ':', ';', '!', '.'][self.below(10)], Spacing::Alone).into(),
            _ => Literal::string("\u{202e}\0").into(),
        };
        token.set_span(somewhere());
        token
    }
}

fn ident(name: &str) -> Ident {
    Ident::new(name, somewhere())
}

fn group(delimiter: Delimiter, tokens: TokenStream) -> TokenTree {
    let mut group = Group::new(delimiter, tokens);
    group.set_span(somewhere());
    group.into()
}

/// The span of a token of the user's.
fn somewhere() -> Span {
    super::tokens::<Literal>("7").span()
}
