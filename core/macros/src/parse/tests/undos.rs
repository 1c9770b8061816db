use super::{check, model};
use crate::model::{EdgeKind, ParamKind, When};

/// An undo in a module with a context, a step that makes something and one that comes after it.
#[track_caller]
fn undo(undo: &str, expected: &[(&str, &str)]) {
    let steps = "struct A { bus: Bus } #[step] async fn radio() -> R {} #[step] async fn b(radio: &T) {}";
    check(&format!("{steps} {undo}"), expected);
}

#[test]
fn an_undo_names_its_step_first() {
    undo("#[undo(radio)] async fn a() {}", &[]);
    undo("#[undo(radio, retries = 2, retry_delay = ms(2), timeout = ms(5))] async fn a() -> R {}", &[]);
    let nameless = "an undo names its step, and then its settings: `#[undo(power, retries = 2)]`";
    for wrong in ["#[undo]", "#[undo()]", "#[undo = radio]", "#[undo(retries = 2)]", "#[undo(radio retries = 2)]"] {
        undo(&format!("{wrong} async fn a() {{}}"), &[(wrong, nameless)]);
    }
    undo(
        "#[undo(rdaio)] async fn a() {}",
        &[("rdaio", "`rdaio` is not a step of this pipeline; did you mean `radio`?")],
    );
    undo(
        "#[undo(radio)] async fn a() {} #[undo(radio)] async fn c() {}",
        &[("radio", "step `radio` has an undo already"), ("radio", "the other undo of step `radio`")],
    );
    undo(
        "#[undo(radio)] #[step] async fn a() {}",
        &[("#[undo(radio)]", "a step is no undo: write a function of its own")],
    );
    undo("#[undo(radio)] const A: u8 = 1;", &[("#[undo(radio)]", "`#[undo(..)]` goes on an `async fn`")]);
    undo("#[undo(radio)] fn a() {}", &[("fn", "an undo is an `async fn`: add `async`")]);
}

#[test]
fn an_undo_is_given_the_result_of_its_step_and_fields() {
    undo("#[undo(radio)] async fn a(bus: &mut Bus, radio: &T, cx: &StepCx) {}", &[]);
    undo(
        "#[undo(b)] async fn a(radio: &T) {}",
        &[("radio", "the undo of step `b` is given the result of this step, and of no other: `radio` is one")],
    );
    undo(
        "#[undo(b)] async fn a(bsu: &T) {}",
        &[(
            "bsu",
            "the undo of step `b` needs `bsu`, which is neither a step nor a field of `A`; did you mean the field `bus`?",
        )],
    );
    for wrong in ["T", "&mut T", "Result<&T, Cause>"] {
        undo(
            &format!("#[undo(radio)] async fn a(radio: {wrong}) {{}}"),
            &[(wrong, "the result of step `radio` stays in the report: take it as `&T`")],
        );
    }
}

#[test]
fn a_result_that_is_not_in_the_report_cannot_be_given() {
    let told = |what| {
        format!(
            "the undo of step `radio` cannot be given its result, since step `c` {what}: take it as `&T` there, or leave the parameter out"
        )
    };
    for (by, what) in [("T", "takes it by value"), ("&mut T", "changes it by `&mut`")] {
        let step = format!("#[step] async fn c(radio: {by}) {{}}");
        undo(&format!("{step} #[undo(radio)] async fn a(radio: &T) {{}}"), &[("radio", &told(what))]);
        undo(&format!("{step} #[undo(radio)] async fn a() {{}}"), &[]);
    }
    undo(
        "#[step] async fn c(bus: &mut Bus) -> Dev<'_> {} #[undo(c)] async fn a(c: &Dev<'_>) {}",
        &[(
            "c",
            "the result of step `c` borrows from the context, so its undo cannot be given it: leave the parameter out",
        )],
    );
}

#[test]
fn what_makes_no_sense_for_an_undo() {
    for wrong in ["after(b)", "follows(b)", "after_all", "maybe", "optional", "when_all_done", "version = 2"] {
        let name = wrong.split(['(', ' ']).next().unwrap();
        let told = format!(
            "`{name}` is not a setting of an undo: it runs if its step has succeeded, in the opposite order of the steps"
        );
        undo(&format!("#[undo(radio, {wrong})] async fn a() {{}}"), &[(name, &told)]);
    }
    undo(
        "#[undo(radio, after_al)] async fn a() {}",
        &[(
            "after_al",
            "`after_al` is not a setting of an undo; the settings are `settings`, `retries`, `retry_forever`, `backoff`, \
             `retry_delay`, `retry_if`, `timeout`, `retry_on_timeout`, `deadline`, `at_most`, `expected`, `uses`, `never_cancel`",
        )],
    );
    undo(
        "#[undo(radio, tmeout = ms(1))] async fn a() {}",
        &[("tmeout", "`tmeout` is not a setting of an undo; did you mean `timeout`?")],
    );
    undo(
        "#[undo(radio, backoff = fixed(ms(1)))] async fn a() -> R {}",
        &[("backoff", "`backoff` has no effect without `retries`")],
    );
    undo(
        "#[undo(radio, retries = 2)] async fn a() {}",
        &[("2", "`retries` has no effect on a step that cannot fail and has no `timeout`")],
    );
    undo(
        "#[step(when_all_done)] async fn c() {} #[undo(c)] async fn a() {}",
        &[("c", "step `c` cleans up, so there is nothing of it to take back")],
    );
}

#[test]
fn the_model_has_a_pipeline_of_undos() {
    let steps =
        "#[step] async fn a() -> R {} #[step(after(a))] async fn b() {} #[step(follows(b))] async fn c() -> R {}";
    assert!(model("error = E, deadline = ms(1)", steps).undo.is_none());
    let undos = "#[undo(a)] async fn d(a: &T) -> Result<(), super::E> {} #[undo(c, retries = 1)] async fn e() -> R {}";
    let model = model("error = super::E, deadline = ms(1), defaults(optional)", &format!("{steps} {undos}"));
    let undo = model.undo.unwrap();
    assert_eq!(undo.steps, [2, 0]);
    let pipeline = undo.pipeline;
    assert_eq!(pipeline.name, "undo of bring_up");
    assert!(pipeline.config.deadline.is_none() && pipeline.defaults.optional.is_none());
    assert!(pipeline.steps.iter().all(|undo| undo.settings.when == When::AllDone));
    assert!(pipeline.steps.iter().map(|undo| undo.ident.to_string()).eq(["c", "a"]));
    assert_eq!(pipeline.steps[1].params[0].kind, ParamKind::Undone);
    assert!(matches!(pipeline.graph.needs.as_slice(), [last, first]
        if last.is_empty() && matches!(first.as_slice(), [edge] if edge.step == 0 && edge.kind == EdgeKind::Order)));
    // Paths are those of the module within.
    let (error, output) = (&pipeline.error, &pipeline.steps[1].output);
    let text = quote::quote!(#error, #output).to_string();
    assert_eq!(text, "super :: super :: E , Result < () , super :: super :: E >");
}

/// What a store has of a step that is undone, and of steps that came of it and have no undo.
#[test]
fn an_undo_removes_what_came_of_its_step() {
    if !cfg!(feature = "postcard") {
        return;
    }
    let steps = "#[step(checkpoint)] async fn a() -> T {} #[step(checkpoint)] async fn b(a: &T) -> T {} \
        #[step] async fn c(b: &T) -> T {} #[step(checkpoint)] async fn d(c: &T) -> T {} \
        #[step(checkpoint, follows(d))] async fn e() -> T {} #[step(checkpoint, after(d))] async fn f() -> T {}";
    let removes = |undos: &str| {
        let undo = model("error = E", &format!("{steps} {undos}")).undo.unwrap();
        let names =
            |undo: &crate::model::Step| undo.removes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        undo.pipeline.steps.iter().map(names).collect::<Vec<_>>()
    };
    assert_eq!(removes("#[undo(a)] async fn x() {}"), ["a b d f"]);
    assert_eq!(removes("#[undo(c)] async fn x() {}"), ["d f"]);
    assert_eq!(removes("#[undo(e)] async fn x() {} #[undo(b)] async fn y() {}"), ["e", "b d f"]);
    assert_eq!(removes("#[undo(a)] async fn x() {} #[undo(d)] async fn y() {}"), ["d f", "a b f"]);
}
