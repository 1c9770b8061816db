use super::tokens;
use crate::parse::variants;
use proc_macro2::TokenStream;

/// The variants of a module of these items: their conditions, and their items.
fn variants_of(items: &str) -> Vec<(String, String)> {
    let shown = |tokens: TokenStream| tokens.to_string();
    let text = |items: &str| shown(tokens(&format!("mod m {{ {items} }}")));
    let all = variants(text(items).parse().unwrap()).unwrap_or_else(|error| panic!("{error}"));
    all.into_iter().map(|one| (one.condition.map(shown).unwrap_or_default(), shown(one.module))).collect()
}

#[track_caller]
fn check(items: &str, expected: &[(&str, &str)]) {
    let shown = |text: &str| tokens::<TokenStream>(text).to_string();
    let expected: Vec<_> =
        expected.iter().map(|(condition, items)| (shown(condition), shown(&format!("mod m {{ {items} }}")))).collect();
    assert_eq!(variants_of(items), expected);
}

#[test]
fn a_module_without_cfg_is_left_as_it_is() {
    let items = "struct A { #[cfg(x)] led: u8 } #[cfg(y)] fn f() {} #[step] async fn a() { #[cfg(z)] f() }";
    check(items, &[("", items)]);
}

#[test]
fn a_variant_for_each_way_in_which_a_cfg_turns_out() {
    check(
        "#[cfg(x)] #[step] async fn a() {} #[step] async fn b(#[cfg(x)] a: &u8, #[cfg(not(x))] led: &Led) {} \
         struct A { #[cfg(not(x))] led: Led, #[cfg(x)] spare: u8 }",
        &[
            ("all(not(x))", "#[step] async fn b(led: &Led) {} struct A { led: Led, #[cfg(x)] spare: u8 }"),
            ("all(x)", "#[step] async fn a() {} #[step] async fn b(a: &u8) {} struct A { #[cfg(x)] spare: u8 }"),
        ],
    );
}

#[test]
fn all_attributes_of_a_step_count() {
    let conditions = |items: &str| variants_of(items).len();
    assert_eq!(conditions("#[cfg(x)] #[cfg(y)] #[step] async fn a() {} #[cfg(x)] #[step] async fn b() {}"), 4);
}

#[test]
fn so_many_that_they_can_be_expanded() {
    let steps = |count: usize| -> TokenStream {
        let steps: String = (0..count).map(|at| format!("#[cfg(x{at})] #[step] async fn a{at}() {{}}")).collect();
        tokens(&format!("mod m {{ {steps} }}"))
    };
    assert_eq!(variants(steps(4)).unwrap().len(), 16);
    let told = variants(steps(5)).map(|_| ()).unwrap_err();
    let expected = "the steps of a pipeline have 4 different `#[cfg]` at most, and these are 5: put some on the module or \
        inside the bodies";
    assert_eq!((told.span().source_text().as_deref(), told.to_string().as_str()), (Some("x4"), expected));
}
