use super::{check, check_with};

const MODULE: &str = "struct Board { rail: Rail, radio: Radio } #[step] async fn power(rail: &mut Rail) -> R {}";

#[track_caller]
fn step(step: &str, expected: &[(&str, &str)]) {
    check(&format!("{MODULE} {step}"), expected);
}

#[test]
fn neither_a_step_nor_a_field() {
    step(
        "#[step] async fn b(imu: &Imu) -> R {}",
        &[("imu", "step `b` needs `imu`, which is neither a step nor a field of `Board`")],
    );
    step(
        "#[step] async fn b(powr: &Rails) -> R {}",
        &[(
            "powr",
            "step `b` needs `powr`, which is neither a step nor a field of `Board`; did you mean the step `power`?",
        )],
    );
    step(
        "#[step] async fn b(_power: &Rails) -> R {}",
        &[(
            "_power",
            "step `b` needs `_power`, which is neither a step nor a field of `Board`; to start after `power` without its result, \
             write `after(power)`",
        )],
    );
    step(
        "#[step] async fn b(rial: &Rail) -> R {}",
        &[(
            "rial",
            "step `b` needs `rial`, which is neither a step nor a field of `Board`; did you mean the field `rail`?",
        )],
    );
    step(
        "#[step] async fn nail() -> R {} #[step] async fn b(mail: &Rail) -> R {}",
        &[(
            "mail",
            "step `b` needs `mail`, which is neither a step nor a field of `Board`; did you mean the step `nail` or the field `rail`?",
        )],
    );
}

/// Two steps that take fields, behind these items.
#[track_caller]
fn without_context(items: &str, expected: (&str, &str)) {
    let steps =
        "#[step] async fn b(rail: &Rail, radio: &mut Radio) -> R {} #[step] async fn c(b: &u8, rail: &Rail) -> R {}";
    check(&format!("{items} {steps}"), &[expected]);
}

#[test]
fn a_missing_context_is_one_mistake() {
    let declare = "declare it in the module, `#[context] pub struct Board { .. }`";
    without_context(
        "",
        (
            "rail",
            &format!("`rail` and `radio` are no steps, and the module has no context with such fields: {declare}"),
        ),
    );
    check(
        "#[step] async fn b(rail: &Rail) -> R {}",
        &[("rail", &format!("`rail` is no step, and the module has no context with such a field: {declare}"))],
    );
    without_context(
        "struct Board { rail: Rail, radio: Radio } struct Rail { volts: u8 }",
        (
            "Board",
            "`rail` and `radio` are no steps but fields of `Board`: mark it as the context, `#[context] struct Board`",
        ),
    );
    let marked = "`rail` and `radio` are no steps, and no struct of the module with such fields is marked `#[context]`";
    without_context("struct Rail { volts: u8 }", ("rail", marked));
    without_context("struct Rail { volts: u8 } struct Bus { rail: Rail }", ("rail", marked));
    check(
        "#[step] async fn b(v: &u8, w: &u8, x: &u8, y: &u8, z: &u8) -> R {}",
        &[(
            "v",
            &format!(
                "`v`, `w`, `x` and 2 others are no steps, and the module has no context with such fields: {declare}"
            ),
        )],
    );
}

#[test]
fn a_misspelt_step_is_no_missing_context() {
    check(
        "#[step] async fn power() -> R {} #[step] async fn b(powr: &u8, rail: &Rail) -> R {}",
        &[
            (
                "rail",
                "`rail` is no step, and the module has no context with such a field: declare it in the module, \
                 `#[context] pub struct Board { .. }`",
            ),
            (
                "powr",
                "step `b` needs `powr`, which is no step, and the module has no context; did you mean the step `power`?",
            ),
        ],
    );
}

#[test]
fn after_takes_steps() {
    step("#[step(after(power))] async fn b() -> R {}", &[]);
    step("#[step(after(rail))] async fn b() -> R {}", &[("rail", "step `b` needs `rail`, which does not exist")]);
    step(
        "#[step(after(pwoer))] async fn b() -> R {}",
        &[("pwoer", "step `b` needs `pwoer`, which does not exist; did you mean `power`?")],
    );
    step(
        "#[step(after(power))] async fn b(power: &Rails) -> R {}",
        &[("power", "step `b` needs `power` already: it takes its result")],
    );
    step("#[step(after(b))] async fn b() -> R {}", &[("b", "step `b` needs itself")]);
    step("#[step] async fn b(b: &u8) -> R {}", &[("b", "step `b` needs itself")]);
}

#[test]
fn a_step_follows_steps() {
    step("#[step(follows(power))] async fn b() -> R {}", &[]);
    step("#[step(follows(rail))] async fn b() -> R {}", &[("rail", "step `b` follows `rail`, which does not exist")]);
    step(
        "#[step(follows(pwoer))] async fn b() -> R {}",
        &[("pwoer", "step `b` follows `pwoer`, which does not exist; did you mean `power`?")],
    );
    step(
        "#[step(follows(power))] async fn b(power: &Rails) -> R {}",
        &[("power", "step `b` needs `power` already: it takes its result")],
    );
    step(
        "#[step(after(power), follows(power))] async fn b() -> R {}",
        &[("power", "step `b` needs `power` already: it is in `after`")],
    );
    step("#[step(follows(b))] async fn b() -> R {}", &[("b", "step `b` follows itself")]);
    step(
        "#[step(when_all_done, after_all, after(power))] async fn b() -> R {}",
        &[("power", "step `b` needs `power` already: it is `after_all`")],
    );
}

#[test]
fn names_that_mean_two_things() {
    step(
        "#[step] async fn radio(radio: &mut Radio) -> R {}",
        &[("radio", "`radio` is both a step and a field of `Board`: give one of them another name")],
    );
    step("#[step] async fn radio() -> R {}", &[]);
    step(
        "#[step] async fn b() -> R {} #[step] async fn b() -> R {}",
        &[("b", "two steps are called `b`"), ("b", "the other step called `b`")],
    );
    step(
        "#[step] async fn b() -> R {} #[step] async fn b() -> R {} #[step] async fn b() -> R {}",
        &[("b", "3 steps are called `b`"), ("b", "another step called `b`"), ("b", "another step called `b`")],
    );
    check(
        "struct A { cx: u8 } #[step] async fn b(cx: &u8) -> R {}",
        &[("cx", "`cx` is the step's own context: no step or field can have this name")],
    );
    check(
        "#[step] async fn b(cx: &u8) -> R {} #[step] async fn cx() -> R {}",
        &[("cx", "`cx` is the step's own context: no step or field can have this name")],
    );
}

#[test]
fn resources() {
    let args = "error = E, resources(bus = 1, pool = 2)";
    check_with(args, "#[step(uses(bus = 1, pool = N))] async fn b() -> R {}", &[]);
    check_with(
        args,
        "#[step(uses(bsu = 1))] async fn b() -> R {}",
        &[("bsu", "step `b` uses `bsu`, which is not a resource of this pipeline; did you mean `bus`?")],
    );
    check_with(
        args,
        "#[step(uses(licence = 1))] async fn b() -> R {}",
        &[("licence", "step `b` uses `licence`, which is not a resource of this pipeline")],
    );
}
