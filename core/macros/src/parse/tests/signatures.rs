use super::{check, check_with, model};
use crate::model::Fallibility;

/// A step with this signature, in a module with a generic context.
#[track_caller]
fn step(signature: &str, expected: &[(&str, &str)]) {
    check(
        &format!("struct Board<B: I2c, const N: usize> {{ i2c: B, pins: [Pin; N] }} #[step] {signature} {{}}"),
        expected,
    );
}

#[test]
fn an_async_fn() {
    step("async fn a() -> Result<(), E>", &[]);
    step("pub(crate) async fn a() -> crate::Outcome<u8>", &[]);
    step("async fn a() -> (Result<(), E>)", &[]);
    step("async fn a() -> outcome!()", &[]);
    step("async fn a() -> Result<fn(&u8) -> &u8, Box<dyn Fn(&u8) + for<'a> T<'a>>>", &[]);
    step("async fn a() -> Result<&'static str, E>", &[]);
    step("fn a() -> R", &[("fn", "a step is an `async fn`: add `async`")]);
    step("async unsafe fn a() -> R", &[("unsafe", "a step cannot be `unsafe`")]);
    step("const async fn a() -> R", &[("const", "a step cannot be `const`")]);
    step("async extern \"C\" fn a() -> R", &[("extern \"C\"", "a step cannot be `extern`")]);
    step("async fn a() -> !", &[("!", "a step ends: its return type cannot be `!`")]);
    step(
        "async fn a(&self) -> R",
        &[("&self", "a step has no `self`: what it borrows are fields of the context, by their names")],
    );
    step("async fn r#type() -> R", &[]);
}

#[test]
fn a_step_that_cannot_fail() {
    let fallibility = |output: &str| {
        let step = format!("#[step] async fn a<B: I2c, const N: usize>(i2c: &B) {output} {{}}");
        model("error = E", &format!("struct Board<B: I2c, const N: usize> {{ i2c: B }} {step}")).steps[0].fallibility
    };
    for result in ["Result<(), E>", "(Result<B, E>)", "io::Result<u8>", "::core::result::Result<[B; N], E>"] {
        assert_eq!(fallibility(&format!("-> {result}")), Fallibility::Fallible, "{result}");
    }
    for plain in ["()", "(u8, B)", "[u8; N]", "&'static str", "fn() -> Result<(), E>", "Option<B>", "Imu<N>", "B::Id"] {
        assert_eq!(fallibility(&format!("-> {plain}")), Fallibility::Infallible, "{plain}");
    }
    assert_eq!(fallibility(""), Fallibility::Infallible);
    for alias in ["u8", "Outcome<u8>", "super::R", "outcome!()", "<Imu as Sensor>::Reading", "Option<Result<u8, E>>"] {
        assert_eq!(fallibility(&format!("-> {alias}")), Fallibility::ByType, "{alias}");
    }
}

#[test]
fn retries_of_a_step_that_cannot_fail() {
    let with = |args: &str, settings: &str, expected: &[(&str, &str)]| {
        check_with(args, &format!("#[step({settings})] async fn a() {{}}"), expected);
    };
    let no_error = "`retry_if` has no effect on a step that cannot fail: it returns no `Result`";
    let no_timeout = "has no effect on a step that cannot fail and has no `timeout`";
    with("", "retries = 3, timeout = ms(1), retry_if = f", &[("f", no_error)]);
    with("", "retries = 3", &[("3", &format!("`retries` {no_timeout}"))]);
    with("", "retry_forever", &[("a", &format!("`retry_forever` {no_timeout}"))]);
    with("", "retries = 3, timeout = ms(1)", &[]);
    with("", "retries = 3, settings = SLOW", &[]);
    with("defaults(timeout = ms(1))", "retry_forever", &[]);
    with("defaults(retries = 3)", "", &[]);
}

#[test]
fn generic_steps() {
    step("async fn a<B: I2c>(i2c: &mut B) -> Result<Imu<B>, B::Error> where B: Send", &[]);
    step("async fn a<const N: usize>(pins: &[Pin; N]) -> Result<[u8; N], E>", &[]);
    step("async fn a<Bus: I2c>(i2c: &mut Bus) -> Result<(m::Bus, ::Bus::Id), E>", &[]);
    step("async fn a(i2c: &mut impl I2c) -> R", &[]);
    step(
        "async fn a<'s>(i2c: &'s u8) -> R",
        &[
            ("'s", "the result of the step does not borrow for `'s`: remove `'s`"),
            ("'s", "a step borrows for one attempt only: remove the lifetime"),
        ],
    );
    let occurs = "`Bus` occurs in the result, so the context must have a parameter `Bus` too";
    step("async fn a<Bus: I2c>(i2c: &mut Bus) -> Result<Imu<Bus>, E>", &[("Bus", occurs)]);
    step("async fn a<Bus: I2c>(i2c: &mut Bus) -> Result<(), Bus::Error>", &[("Bus", occurs)]);
    step(
        "async fn a<const M: usize>(pins: &[Pin; M]) -> Result<[u8; M], E>",
        &[("M", "`M` occurs in the result, so the context must have a parameter `M` too")],
    );
    check(
        "#[step] async fn a<T>() -> Result<T, E> {}",
        &[("T", "`T` occurs in the result, so the context must have a parameter `T` too")],
    );
}

#[test]
fn a_result_is_kept() {
    step("async fn a(i2c: &u8) -> Result<&u8, E>", &[]);
    step("async fn a(i2c: &u8) -> Result<Imu<'_>, E>", &[]);
    step("async fn a<'s>(i2c: &'s mut B, cx: &StepCx) -> Imu<'s>", &[]);
    step(
        "async fn a<'s>(i2c: &'s mut B, cx: &'s StepCx) -> Imu<'s>",
        &[("&'s StepCx", "a result can borrow from fields of the context, and not from `cx`")],
    );
    step(
        "async fn a() -> Result<impl Fn(), E>",
        &[("impl Fn()", "a result is kept after its step has ended, and `impl` gives it no name to keep it by")],
    );
    step(
        "async fn a() -> impl Fn()",
        &[("impl Fn()", "a result is kept after its step has ended, and `impl` gives it no name to keep it by")],
    );
}
