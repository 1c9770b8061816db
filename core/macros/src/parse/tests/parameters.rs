use super::check;

/// A step with these parameters, in a module with a context and another step.
#[track_caller]
fn step(params: &str, expected: &[(&str, &str)]) {
    check(&module("", params), expected);
}

/// The same for a step that runs when all is done.
#[track_caller]
fn clean_up(params: &str, expected: &[(&str, &str)]) {
    check(&module("when_all_done", params), expected);
    check(&module("when_any_failed", params), expected);
}

fn module(args: &str, params: &str) -> String {
    format!(
        "struct A {{ radio: Radio }} #[step] async fn power() -> R {{}} #[step({args})] async fn b({params}) -> R {{}}"
    )
}

#[test]
fn plain_names_once_each() {
    step("mut power: &Rails, radio: &Radio", &[]);
    let plain = "a step's parameter is a plain name: of a step, of a field of the context, or `cx`";
    for pattern in ["_", "(power, radio)", "ref power", "power @ Rails { .. }"] {
        step(&format!("{pattern}: &Rails"), &[(pattern, plain)]);
    }
    step("power: &Rails, power: &Rails", &[("power", "two parameters are called `power`")]);
}

#[test]
fn a_result_is_taken_by_reference_or_by_value() {
    step("power: &Rails", &[]);
    step("power: &mut Rails", &[]);
    step("power: Rails", &[]);
    step("power: (u8, u8)", &[]);
    step("power: &crate::Rails<u8>", &[]);
    step("power: &Result<u8, u8>", &[]);
    step(
        "power: Result<&Rails, Cause>",
        &[(
            "Result<&Rails, Cause>",
            "only steps `when_all_done` and `when_any_failed` are told what became of their needs: take the result of step `power` as `&T`, `&mut T` or `T`",
        )],
    );
    step("power: &'static Rails", &[("'static", "a step borrows for one attempt only: remove the lifetime")]);
}

#[test]
fn a_clean_up_step_takes_what_became_of_its_needs() {
    clean_up("power: Result<&Rails, Cause>, radio: &mut Radio, cx: &StepCx", &[]);
    clean_up("power: core::result::Result<&(), rungs::Cause>", &[]);
    clean_up("power: Result<&mut Rails, Cause>", &[]);
    clean_up("power: Result<Rails, Cause>", &[]);
    for wrong in ["&Rails", "Result<&Rails, E>", "Result<&Rails>", "Result<&Rails, Cause, u8>", "Rails", "&mut Rails"] {
        clean_up(
            &format!("power: {wrong}"),
            &[(
                wrong,
                "the step runs whatever the outcome of step `power`: take it as `Result<&T, Cause>` or `Result<&T, Unmet<E>>`",
            )],
        );
    }
}

#[test]
fn a_join_takes_what_there_is() {
    let join = |params: &str, expected: &[(&str, &str)]| check(&module("when_none_failed", params), expected);
    join("power: Option<&Rails>, radio: &mut Radio, cx: &StepCx", &[]);
    join("power: core::option::Option<&mut Rails>", &[]);
    join("power: Option<Rails>", &[]);
    for wrong in ["&Rails", "Result<&Rails, Cause>", "Option<&Rails, u8>", "Rails"] {
        let message = "the step also runs if step `power` was skipped: take it as `Option<&T>`";
        join(&format!("power: {wrong}"), &[(wrong, message)]);
    }
    step(
        "power: Option<&Rails>",
        &[(
            "Option<&Rails>",
            "only a step `when_none_failed` runs if step `power` was skipped: add `when_none_failed`, or take the result as \
             `&T`, `&mut T` or `T`",
        )],
    );
    step("power: Option<&'static Rails>", &[]);
    step("power: Option<Rails>", &[]);
}

#[test]
fn a_field_is_lent() {
    step("radio: &mut Radio", &[]);
    step("radio: &Radio", &[]);
    step("radio: &dyn Transmit", &[]);
    let lent = "field `radio` is lent for each attempt: take it as `&T` or `&mut T`";
    step("radio: Radio", &[("Radio", lent)]);
    clean_up("radio: Result<&Radio, Cause>", &[("Result<&Radio, Cause>", lent)]);
    step("radio: &'static mut Radio", &[("'static", "a step borrows for one attempt only: remove the lifetime")]);
}

#[test]
fn a_steps_own_context() {
    step("cx: &StepCx", &[]);
    step("cx: &rungs::StepCx", &[]);
    for wrong in ["StepCx", "&mut StepCx", "&(u8, u8)"] {
        step(&format!("cx: {wrong}"), &[(wrong, "`cx` is the step's own context: take it as `&StepCx`")]);
    }
}

#[test]
fn a_context_that_lists_needs_without_a_result() {
    clean_up("cx: &UnmetCx<'_, E>", &[]);
    check(&module("when_none_failed", "cx: &rungs::fixed::UnmetCx<E>"), &[]);
    let message = "only steps `when_all_done`, `when_any_failed` and `when_none_failed` run though a need has no result: take `cx` as `&StepCx`";
    step("cx: &UnmetCx<'_, E>", &[("&UnmetCx<'_, E>", message)]);
    clean_up("cx: UnmetCx<'_, E>", &[("UnmetCx<'_, E>", "`cx` is the step's own context: take it as `&StepCx`")]);
}
