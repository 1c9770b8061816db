use super::{check, check_module, check_with, model, tokens};
use crate::parse::pipeline;
use proc_macro2::TokenStream;

#[test]
fn goes_on_a_module_with_items() {
    check_module("error = E", "fn f() {}", &[("fn f() {}", "`#[pipeline]` goes on a module: `mod name { .. }`")]);
    check_module("error = E", "mod m;", &[("mod m;", "write the steps in the module itself: `mod name { .. }`")]);
    check_with("error = E", "", &[]);
}

#[test]
fn attributes_that_stand_elsewhere() {
    check("#[step] fn f() {}", &[("fn", "a step is an `async fn`: add `async`")]);
    check("#[step] struct S;", &[("#[step]", "`#[step]` goes on an `async fn`")]);
    check("#[step(x)] const C: u8 = 0;", &[("#[step(x)]", "`#[step]` goes on an `async fn`")]);
    check("#[context] enum E {}", &[("#[context]", "`#[context]` goes on a struct")]);
    check("#[context] fn f() {}", &[("#[context]", "`#[context]` goes on a struct")]);
}

#[test]
fn one_context_with_names() {
    check(
        "#[context] struct A {} #[context] struct B {}",
        &[("#[context]", "a pipeline has one context, and `A` is marked already")],
    );
    check("#[context(x)] struct A {}", &[("#[context(x)]", "`#[context]` takes no value")]);
    check("#[context] struct A(u8);", &[("A", "the context's fields have names: `struct Board { rail: Rail }`")]);
    check("struct A(u8);", &[]);
}

#[test]
fn the_context_is_the_only_struct_or_the_marked_one() {
    let context = |items| model("error = E", items).context.map(|context| context.ident.to_string());
    assert_eq!(context(""), None);
    assert_eq!(context("struct A { a: u8 }"), Some("A".into()));
    assert_eq!(context("struct A(u8);"), None);
    assert_eq!(context("struct A { a: u8 } struct B { b: u8 }"), None);
    assert_eq!(context("struct A { a: u8 } #[context] struct B { b: u8 }"), Some("B".into()));
}

#[test]
fn a_context_has_no_cfg() {
    check(
        "#[cfg(x)] #[context] struct A {}",
        &[("#[cfg(x)]", "`#[cfg]` is not supported on the context; put it on the module")],
    );
    check("struct A { #[cfg(x)] led: Led, radio: Radio } #[step] async fn a(radio: &Radio) -> R {}", &[]);
}

/// What a rejected module is replaced by: itself without our attributes, and the errors.
#[test]
fn the_users_items_remain() {
    let module = "#[doc = \"x\"] pub mod m { use super::B; #[context] struct A { a: u8 } #[step] #[inline] async fn a(bus: &u8) -> R { 1 } }";
    let Err(rejected) = pipeline(tokens("error = E"), tokens(module)) else { panic!("accepted") };
    let expected = "#[doc = \"x\"] pub mod m { use super::B; struct A { a: u8 } #[inline] async fn a(bus: &u8) -> R { 1 } } \
        ::core::compile_error! { \"step `a` needs `bus`, which is neither a step nor a field of `A`\" }";
    assert_eq!(rejected.into_tokens(None).to_string(), tokens::<TokenStream>(expected).to_string());
}

#[test]
fn inner_attributes_move_out() {
    let Err(rejected) = pipeline(tokens(""), tokens("mod m { #![allow(unused)] }")) else { panic!("accepted") };
    let module = rejected.into_tokens(None).to_string();
    assert!(module.starts_with("# [allow (unused)] mod m { }"), "{module}");
}

/// Every diagnostic of a module at once.
#[test]
fn all_at_once() {
    check_with(
        "error = E, colour = red",
        "struct A { bus: Bus }
         #[step(retrys = 3)] fn a(bsu: &mut Bus) -> R {}
         #[step(uses(bus = 1))] async fn b(a: &mut u8, c: &u8) -> R {}
         #[step(after(b, d))] async fn c() -> ! {}",
        &[
            (
                "colour",
                "`colour` is not a setting of a pipeline; the settings are `error`, `name`, `max_concurrent`, `order`, `on_failure`, \
                 `deadline`, `clean_up_deadline`, `poll_budget`, `defaults`, `resources`, `crate`",
            ),
            ("retrys", "`retrys` is not a setting of a step; did you mean `retries`?"),
            ("fn", "a step is an `async fn`: add `async`"),
            ("bsu", "step `a` needs `bsu`, which is neither a step nor a field of `A`; did you mean the field `bus`?"),
            ("bus", "step `b` uses `bus`, which is not a resource of this pipeline"),
            ("!", "a step ends: its return type cannot be `!`"),
            ("d", "step `c` needs `d`, which does not exist"),
            ("b", "a cycle: `b` needs `c` needs `b`"),
        ],
    );
}
