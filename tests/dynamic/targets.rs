//! Runs of a part of a pipeline.

use rungs::{BoxError, Cause, NoClock, Pipeline, PlanErrorKind, Report, Status};

use crate::support::{block, fates};

/// Which steps have run, by name.
fn ran(report: &Report<BoxError>) -> Vec<String> {
    report.steps().filter(|step| step.status() == Status::Success).map(|step| step.name().into()).collect()
}

#[test]
fn a_run_consists_of_its_targets_and_what_they_need() {
    let mut p: Pipeline<'_> = Pipeline::new("diamond");
    let a = p.step("a").run(async || Ok(1));
    let b = p.step("b").needs(a).run(async |_| Ok(2));
    let c = p.step("c").after(a).run(async || Ok(3));
    p.step("d").needs((b, c)).run(async |_, _| Ok(4));
    let report = block(p.runner().only(c).run(&NoClock)).unwrap();
    assert_eq!(
        fates(&report),
        ["a success 0..0", "b skipped: not selected", "c success 0..0", "d skipped: not selected"]
    );
    assert_eq!((report.exit_code(), report.is_success()), (0, true));
    let report = block(p.runner().only((b, c)).run(&NoClock)).unwrap();
    assert_eq!(ran(&report), ["a", "b", "c"]);
    let report = block(p.runner().only(b).only_named(["d"]).run(&NoClock)).unwrap();
    assert_eq!(ran(&report), ["a", "b", "c", "d"]);
    let report = block(p.runner().only(Vec::<rungs::Handle<()>>::new()).run(&NoClock)).unwrap();
    assert_eq!(ran(&report), [""; 0]);
    let report = block(p.run(&NoClock)).unwrap();
    assert_eq!(ran(&report).len(), 4);
}

#[test]
fn a_clean_up_step_goes_with_what_it_cleans_up_and_keeps_nothing_alive() {
    let mut p: Pipeline<'_> = Pipeline::new("clean");
    let a = p.step("a").run(async || Ok(1));
    let b = p.step("b").run(async || Ok(2));
    let close = p.step("close a").needs((a, b)).when_all_done().run(async |a, b| {
        assert_eq!(b.as_ref().unwrap_err().cause(), Cause::NotSelected);
        Ok((a.is_ok(), b.is_ok()))
    });
    p.step("close b").after(b).when_all_done().run(async || Ok(()));
    p.step("alarm a").after(a).when_any_failed().run(async || Ok(()));
    p.step("alarm b").after(b).when_any_failed().run(async || Ok(()));
    p.step("after close").after(close).when_all_done().run(async || Ok(()));
    p.step("needs close").after(close).run(async || Ok(()));
    let alone = p.step("alone").when_all_done().run(async || Ok(()));
    let report = block(p.runner().only(a).run(&NoClock)).unwrap();
    assert_eq!(ran(&report), ["a", "close a", "after close"]);
    let cause = |name| report.get(name).unwrap().cause();
    assert_eq!((cause("alarm a"), cause("alarm b")), (Some(Cause::NotNeeded), Some(Cause::NotSelected)));
    assert_eq!((cause("close b"), cause("needs close")), (Some(Cause::NotSelected), Some(Cause::NotSelected)));
    let report = block(p.runner().only(alone).run(&NoClock)).unwrap();
    assert_eq!(ran(&report), ["alone"]);
}

#[test]
fn a_target_that_cleans_up_brings_what_it_needs() {
    let mut p: Pipeline<'_> = Pipeline::new("clean");
    let a = p.step("a").run(async || Ok(1));
    p.step("b").run(async || Ok(2));
    let close = p.step("close").needs(a).when_all_done().run(async |a| Ok(a.is_ok()));
    let report = block(p.runner().only(close).run(&NoClock)).unwrap();
    assert_eq!(ran(&report), ["a", "close"]);
    assert!(*report.output(close).unwrap());
}

#[test]
fn what_a_target_follows_counts_as_ended() {
    let mut p: Pipeline<'_> = Pipeline::new("bus");
    let imu = p.step("imu").run(async || Ok(1));
    let baro = p.step("baro").follows(imu).run(async || Ok(2));
    let join = p.step("join").needs(baro).follows(imu).when_none_failed().run(async |baro| Ok(baro.is_some()));
    let report = block(p.runner().only(join).run(&NoClock)).unwrap();
    assert_eq!(ran(&report), ["baro", "join"]);
}

#[test]
fn a_step_after_all_before_it_belongs_to_each_part() {
    let mut p: Pipeline<'_> = Pipeline::new("nightly");
    p.step("a").run(async || Ok(1));
    let b = p.step("b").run(async || Ok(2));
    p.step("join").after_all().when_none_failed().run(async || Ok(()));
    let last = p.step("last").after_all().when_all_done().run(async || Ok(()));
    let report = block(p.runner().only(b).run(&NoClock)).unwrap();
    assert_eq!(ran(&report), ["b", "last"]);
    let report = block(p.runner().only(last).run(&NoClock)).unwrap();
    assert_eq!(ran(&report), ["a", "b", "join", "last"]);
}

#[test]
fn an_input_that_the_targets_do_not_need_need_not_be_given() {
    let mut p: Pipeline<'_> = Pipeline::new("inputs");
    let number = p.input::<u8>("number");
    let text = p.input::<String>("text");
    let double = p.step("double").needs(number).run(async |n| Ok(*n * 2));
    p.step("length").needs(text).run(async |text| Ok(text.len()));
    let report = block(p.runner().only(double).given(number, 4).run(&NoClock)).unwrap();
    assert_eq!(*report.output(double).unwrap(), 8);
    assert_eq!(report.get("text").unwrap().cause(), Some(Cause::NotSelected));
    let error = block(p.runner().only(double).run(&NoClock)).unwrap_err();
    assert_eq!(error.mistakes(), [PlanErrorKind::MissingInput { input: "number".into(), value_type: "u8" }]);
}

#[test]
fn handles_of_another_pipeline_are_no_targets() {
    let mut other: Pipeline<'_> = Pipeline::new("other");
    let foreign = other.step("foreign").run(async || Ok(()));
    let mut p: Pipeline<'_> = Pipeline::new("own");
    p.step("own").run(async || Ok(()));
    let error = block(p.runner().only(foreign).only_named(["owm"]).run(&NoClock)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "pipeline `own` cannot run, 2 mistakes:\n\
         - the run is asked for a step by a handle of another pipeline\n\
         - the run is asked for `owm`, which does not exist; did you mean `own`?",
    );
}

#[test]
fn a_report_tells_what_a_run_was_given_and_what_it_left_out() {
    let mut p: Pipeline<'_> = Pipeline::new("part");
    let url = p.input::<&str>("url");
    let fetch = p.step("fetch").needs(url).run(async |_| Ok(1));
    let parse = p.step("parse").needs(fetch).optional().run(async |rows| Ok(*rows));
    let draw = p.step("draw").needs(parse).run(async |_| Ok(()));
    p.step("mail").after(parse).optional().run(async || Ok(()));
    let report = block(p.runner().given(parse, 2).only(draw).run(&NoClock)).unwrap();
    assert_eq!(
        report.to_string(),
        "Report: part\n\
         step   status     tries     start  duration  cause\n\
         url    skipped        0         -         -  up to date (input)\n\
         fetch  skipped        0         -         -  up to date\n\
         parse  success        0         -         -  (given) (optional)\n\
         draw   success        1         0         0\n\
         mail   skipped        0         -         -  not selected (optional)\n\
         5 steps: 2 succeeded (1 given), 0 failed, 3 skipped (not selected: 1, up to date: 2), 0 cancelled in 0, exit code 0"
    );
}
