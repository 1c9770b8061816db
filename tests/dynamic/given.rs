//! Results that are given to a run.

use rungs::{CancelToken, Cause, NoClock, OnFailure, OutputErrorKind, Pipeline, PlanErrorKind, Status};

use crate::support::{Log, Sim, block, drive, fates, ms};

#[test]
fn a_given_step_has_no_attempt_and_what_only_it_needs_does_not_run() {
    let (sim, log) = (Sim::new(), Log::new());
    let clock = sim.clock();
    let mut p: Pipeline<'_> = Pipeline::new("rows");
    let source = p.step("source").run(async || Err::<u8, _>("must not run".into()));
    let rows = p.step("rows").needs(source).run(async |_| Err::<u32, _>("must not run".into()));
    let sum = p.step("sum").needs(rows).run(async |rows| Ok(clock.sleep(ms(5)).await).map(|()| *rows + 1));
    let report = drive(&sim, p.runner().given(rows, 41).observe(log.clone()).run(&clock)).unwrap();
    assert_eq!(fates(&report), ["source skipped: up to date", "rows success", "sum success 0..5"]);
    assert_eq!((*report.output(rows).unwrap(), *report.output(sum).unwrap()), (41, 42));
    assert_eq!((report.exit_code(), report.is_success()), (0, true));
    let given = report.get("rows").unwrap();
    assert_eq!((given.is_given(), given.attempts(), given.started_at(), given.cause()), (true, 0, None, None));
    assert!(!report.get("sum").unwrap().is_given() && !report.get("source").unwrap().is_given());
    assert_eq!(
        log.lines(),
        [
            "0 rows: run started: 3 steps",
            "0 source: skipped: up to date",
            "0 rows: success, given",
            "0 sum: started",
            "5 sum: success",
            "5 rows: run ended: 2 success, 1 skipped, exit code 0",
        ]
    );
}

#[test]
fn the_table_and_the_json_tell_what_was_given() {
    let mut p: Pipeline<'_> = Pipeline::new("rows");
    let source = p.step("source").run(async || Ok(1));
    let rows = p.step("rows").needs(source).run(async |_| Ok(2));
    p.step("sum").needs(rows).run(async |_| Ok(()));
    p.step("other").run(async || Ok(()));
    let report = block(p.runner().given(rows, 41).only_named(["sum"]).run(&NoClock)).unwrap();
    let table = report.to_string();
    let lines: Vec<&str> = table.lines().collect();
    assert!(lines[2].starts_with("source  skipped ") && lines[2].ends_with("  up to date"), "{table}");
    assert!(lines[3].starts_with("rows    success        0         -         -  (given)"), "{table}");
    assert!(lines[5].ends_with("  not selected"), "{table}");
    let counts = "4 steps: 2 succeeded (1 given), 0 failed, 2 skipped (not selected: 1, up to date: 1), 0 cancelled";
    assert!(lines[6].starts_with(counts), "{table}");
    let json = serde_json::to_value(&report).unwrap();
    let of = |step: usize, field: &str| json["steps"][step].get(field).cloned();
    assert_eq!((of(1, "status"), of(1, "given")), (Some("success".into()), Some(true.into())));
    assert_eq!((of(0, "cause"), of(0, "given")), (Some("up_to_date".into()), None));
    assert_eq!(of(3, "cause"), Some("not_selected".into()));
}

#[test]
fn a_step_runs_if_something_that_runs_needs_it_as_well() {
    let mut p: Pipeline<'_> = Pipeline::new("shared source");
    let source = p.step("source").run(async || Ok(1));
    let left = p.step("left").needs(source).run(async |_| Ok(2));
    p.step("right").needs(source).run(async |_| Ok(3));
    p.step("both").needs(left).run(async |_| Ok(()));
    let report = block(p.runner().given(left, 9).run(&NoClock)).unwrap();
    assert_eq!(report.count(Status::Success), 4);
    assert!(report.get("left").unwrap().is_given() && !report.get("source").unwrap().is_given());
}

#[test]
fn a_clean_up_step_runs_again_unless_all_that_it_is_for_is_left_out() {
    let mut p: Pipeline<'_> = Pipeline::new("connected");
    let connection = p.step("connect").run(async || Ok(1));
    let rows = p.step("fetch").needs(connection).run(async |_| Ok(2));
    let told = p.step("tell").needs((connection, rows)).when_all_done().run(async |connection, rows| {
        Ok(format!("{:?}, {:?}", connection.map_err(|unmet| unmet.to_string()), rows.map(|rows| *rows).ok()))
    });
    p.step("disconnect").needs(connection).when_all_done().run(async |_| Ok(()));
    p.step("alarm").after_all().when_any_failed().run(async || Ok(()));
    let report = block(p.runner().given(rows, 9).run(&NoClock)).unwrap();
    assert_eq!(*report.output(told).unwrap(), "Err(\"`connect` was skipped: up to date\"), Some(9)");
    let cause = |name| report.get(name).unwrap().cause();
    assert_eq!(cause("disconnect"), Some(Cause::UpToDate));
    assert_eq!(cause("alarm"), Some(Cause::NotNeeded));
}

#[test]
fn a_step_that_collects_is_none_that_cleans_up() {
    let mut p: Pipeline<'_> = Pipeline::new("collected");
    let part = p.step("part").run(async || Ok(1));
    let all = p.step("collect").needs(part).when_all_done().run(async |part| Ok(part.is_ok()));
    let page = p.step("page").needs(all).run(async |all| Ok(*all));
    let report = block(p.runner().given(page, true).run(&NoClock)).unwrap();
    assert_eq!(fates(&report), ["part skipped: up to date", "collect skipped: up to date", "page success"]);
    let report = block(p.runner().only(page).run(&NoClock)).unwrap();
    assert_eq!(report.count(Status::Success), 3);
}

#[test]
fn a_given_result_is_none_of_the_next_run() {
    let mut p: Pipeline<'_> = Pipeline::new("again");
    let rows = p.step("rows").run(async || Ok(String::from("made")));
    for given in [Some("given"), None, Some("again")] {
        let runner = p.runner();
        let runner = match given {
            Some(text) => runner.given(rows, text.into()),
            None => runner,
        };
        let report = block(runner.run(&NoClock)).unwrap();
        assert_eq!(*report.output(rows).unwrap(), given.unwrap_or("made"));
        assert_eq!(report.get("rows").unwrap().is_given(), given.is_some());
    }
}

#[test]
fn a_watch_and_an_early_release_know_given_results() {
    let mut p: Pipeline<'_> = Pipeline::new("watched");
    let rows = p.step("rows").release_early().run(async || Ok(1));
    let sum = p.step("sum").release_early().needs(rows).run(async |rows| Ok(*rows));
    let last = p.step("last").needs(sum).run(async |sum| Ok(*sum));
    let mut runner = p.runner().given(rows, 6).given(sum, 7);
    let watch = runner.watch(sum);
    let report = block(runner.run(&NoClock)).unwrap();
    assert_eq!(*block(watch).unwrap(), 7);
    assert_eq!(*report.output(last).unwrap(), 7);
    assert_eq!(report.output(sum).unwrap_err().kind(), OutputErrorKind::Released);
    assert_eq!(report.output(rows).unwrap_err().kind(), OutputErrorKind::Released);
}

#[test]
fn a_stop_leaves_what_is_given_as_it_is() {
    let token = CancelToken::new();
    token.cancel();
    let mut p: Pipeline<'_> = Pipeline::new("stopped");
    let rows = p.step("rows").run(async || Ok(1));
    p.step("sum").needs(rows).run(async |_| Ok(()));
    let runner = p.runner().given(rows, 6).on_failure(OnFailure::Cancel).poll_budget(1).cancel(&token);
    let report = block(runner.run(&NoClock)).unwrap();
    assert_eq!(fates(&report), ["rows success", "sum skipped: the run was cancelled"]);
    assert_eq!(report.exit_code(), 2);
}

#[test]
fn a_thousand_given_steps_are_not_one_poll() {
    let mut p: Pipeline<'_> = Pipeline::new("many");
    let steps: Vec<_> = (0..1_000).map(|n| p.step(&n.to_string()).run(async || Ok(0))).collect();
    let sum = p.step("sum").needs(steps.clone()).run(async |all| Ok(all.iter().map(|n| **n).sum::<i32>()));
    let runner = steps.iter().fold(p.runner(), |runner, &step| runner.given(step, 1)).poll_budget(100);
    let mut run = std::pin::pin!(runner.run(&NoClock));
    assert!(crate::support::poll_at_most(&Sim::new(), 5, run.as_mut()).is_none());
    let report = block(run).unwrap();
    assert_eq!(*report.output(sum).unwrap(), 1_000);
}

#[test]
fn mistakes_name_both_types_and_both_ways_to_give() {
    let mut p: Pipeline<'_> = Pipeline::new("typed");
    let rows = p.step("rows").run(async || Ok(vec![1_u8]));
    p.step("sum").needs(rows).run(async |_| Ok(()));
    let runner = p.runner().given_named("rows", 1_u64).given(rows, vec![2]).only_named(["sums"]);
    let error = block(runner.run(&NoClock)).unwrap_err();
    let suggestion = Some("sum".into());
    assert_eq!(
        error.mistakes(),
        [
            PlanErrorKind::GivenOfOtherType { step: "rows".into(), expected: "alloc::vec::Vec<u8>", found: "u64" },
            PlanErrorKind::UnknownTarget { step: "sums".into(), suggestion },
            PlanErrorKind::GivenTwice { step: "rows".into() },
        ]
    );
}
