//! Stored results that do not fit the plan any more.

use rungs::{
    Checkpoint, Checkpoints, MemoryCheckpoints, NoClock, OutdatedCheckpoint, Pipeline, PipelineError, PlanWarning,
};

use crate::support::{block, ms};

/// What a run of `fetch -> parse -> load`, the first two of which are stored, warns of after a change.
fn warnings_after(change: impl Fn(&mut Pipeline<'_>)) -> (String, String) {
    let checkpoints = MemoryCheckpoints::new();
    let mut p: Pipeline<'_> = Pipeline::new("etl");
    plan(&mut p);
    assert!(block(p.runner().checkpoints(checkpoints.clone()).run(&NoClock)).unwrap().is_success());
    let mut p: Pipeline<'_> = Pipeline::new("etl");
    change(&mut p);
    let strict = block(p.runner().checkpoints(checkpoints.clone()).strict().run(&NoClock));
    let report = block(p.runner().checkpoints(checkpoints).run(&NoClock)).unwrap();
    assert!(report.is_success(), "{report}");
    match strict {
        Ok(_) => assert!(report.warnings().is_empty()),
        Err(PipelineError::Outdated { warnings, .. }) => assert_eq!(warnings, *report.warnings()),
        Err(other) => panic!("{other}"),
    }
    let given: Vec<_> = report.steps().filter(|step| step.is_given()).map(|step| step.name().to_string()).collect();
    (given.join(" "), report.warnings().to_string())
}

fn plan(p: &mut Pipeline<'_>) {
    let rows = p.step("fetch").checkpoint().run(async || Ok(vec![1, 2]));
    let sum = p.step("parse").needs(rows).checkpoint().run(async |rows| Ok(rows.len()));
    p.step("load").needs(sum).run(async |_| Ok(()));
}

const FETCH: &str = "step `fetch` runs again: it has changed since its result was stored, or a step that it needs has";
const PARSE: &str = "step `parse` runs again: it has changed since its result was stored, or a step that it needs has";

#[test]
fn what_has_not_changed_is_used() {
    assert_eq!(warnings_after(plan), ("fetch parse".into(), String::new()));
    // Neither settings, nor the order of declaration, nor orders, nor other steps count.
    let with_settings = |p: &mut Pipeline<'_>| {
        let other = p.step("other").run(async || Ok(()));
        let fetch = p.step("fetch").optional().expected(ms(3)).retries(3).follows(other);
        let rows = fetch.checkpoint().run(async || Ok(vec![1, 2]));
        p.step("load").after_named(["parse"]).run(async || Ok(()));
        p.step("parse").checkpoint().needs(rows).run(async |rows| Ok(rows.len()));
    };
    assert_eq!(warnings_after(with_settings), ("fetch parse".into(), String::new()));
}

#[test]
fn a_change_makes_a_step_and_those_below_it_run_again() {
    let both = (String::new(), format!("{FETCH}\n{PARSE}"));
    let version = |p: &mut Pipeline<'_>| {
        let rows = p.step("fetch").checkpoint().version(1).run(async || Ok(vec![1, 2]));
        p.step("parse").needs(rows).checkpoint().run(async |rows| Ok(rows.len()));
    };
    assert_eq!(warnings_after(version), both);
    let need = |p: &mut Pipeline<'_>| {
        let login = p.step("login").run(async || Ok(()));
        let rows = p.step("fetch").after(login).checkpoint().run(async || Ok(vec![1, 2]));
        p.step("parse").needs(rows).checkpoint().run(async |rows| Ok(rows.len()));
    };
    assert_eq!(warnings_after(need), both);
    let rule = |p: &mut Pipeline<'_>| {
        let rows = p.step("fetch").checkpoint().run(async || Ok(vec![1, 2]));
        p.step("parse").needs(rows).checkpoint().skip_on_error().run(async |rows| Ok(rows.len()));
    };
    assert_eq!(warnings_after(rule), ("fetch".into(), PARSE.into()));
    // A need whose result is not passed any more.
    let kind = |p: &mut Pipeline<'_>| {
        let rows = p.step("fetch").checkpoint().run(async || Ok(vec![1, 2]));
        p.step("parse").after(rows).checkpoint().run(async || Ok(2_usize));
    };
    assert_eq!(warnings_after(kind), ("fetch".into(), PARSE.into()));
    let below = |p: &mut Pipeline<'_>| {
        let rows = p.step("fetch").checkpoint().run(async || Ok(vec![1, 2]));
        let clean = p.step("clean").needs(rows).version(7).run(async |rows| Ok(rows.to_vec()));
        p.step("parse").needs(clean).checkpoint().run(async |rows| Ok(rows.len()));
    };
    assert_eq!(warnings_after(below), ("fetch".into(), PARSE.into()));
}

#[test]
fn a_step_that_is_gone_or_keeps_nothing_and_a_result_that_cannot_be_read_are_named() {
    let gone = |p: &mut Pipeline<'_>| {
        p.step("parse").run(async || Ok(2_usize));
    };
    let (given, warnings) = warnings_after(gone);
    assert_eq!(given, "");
    assert_eq!(
        warnings,
        "the stored result of step `fetch` is left alone: there is no such step\n\
         the stored result of step `parse` is left alone: the step keeps no results"
    );
    let another_type = |p: &mut Pipeline<'_>| {
        let rows = p.step("fetch").checkpoint().run(async || Ok(String::from("1, 2")));
        p.step("parse").needs(rows).checkpoint().run(async |rows| Ok(rows.len()));
    };
    let (given, warnings) = warnings_after(another_type);
    // The result of `parse` was made of another: raise the version where that matters.
    assert_eq!(given, "parse");
    assert_eq!(
        warnings,
        "step `fetch` runs again: its stored result cannot be read: invalid type: sequence, expected a string at line 1 column 0"
    );
}

/// What tells whether a stored result is used must never change, or no run goes on after an update of the crate.
#[test]
fn fingerprints_are_the_same_in_all_releases() {
    let checkpoints = MemoryCheckpoints::new();
    let mut p: Pipeline<'_> = Pipeline::new("etl");
    let rows = p.step("fetch").version(2).checkpoint().run(async || Ok(vec![1, 2]));
    let sum = p.step("parse").needs(rows).after_named(["fetch"]).checkpoint().run(async |rows| Ok(rows.len()));
    p.step("join").needs(sum).after_all().when_none_failed().checkpoint().run(async |_| Ok(()));
    p.step("größe").checkpoint().skip_on_error().run(async || Ok(()));
    assert!(block(p.runner().checkpoints(checkpoints.clone()).run(&NoClock)).unwrap().is_success());
    let found: Vec<_> = checkpoints.list().into_iter().map(|kept| (kept.step, kept.fingerprint)).collect();
    // Computed by another program.
    let expected: [(String, u64); 4] = [
        ("fetch".into(), 12683833990722923634),
        ("größe".into(), 7133755680444342520),
        ("join".into(), 9750268677604948709),
        ("parse".into(), 18434765626926960650),
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_warning_has_a_code_and_stands_in_the_report() {
    let checkpoints = MemoryCheckpoints::new();
    let Ok(()) = block(checkpoints.store(Checkpoint::new("old\n", 7, Some(b"1".into()))));
    let mut p: Pipeline<'_> = Pipeline::new("etl");
    p.step("one").checkpoint().run(async || Ok(1));
    let report = block(p.runner().checkpoints(checkpoints).run(&NoClock)).unwrap();
    let warning = PlanWarning::OutdatedCheckpoint { step: "old\n".into(), why: OutdatedCheckpoint::Gone };
    assert_eq!((report.warnings().as_slice(), warning.code()), (&[warning.clone()][..], "outdated_checkpoint"));
    let line = "warning: the stored result of step `old\\n` is left alone: there is no such step";
    assert!(report.to_string().ends_with(line), "{report}");
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["warnings"][0]["name"], "old\n");
    // The next run begins without it.
    assert!(block(p.run(&NoClock)).unwrap().warnings().is_empty());
}
