//! What is declared of undos, and what is shown of them.

use rungs::{NoClock, Pipeline, PlanErrorKind, Settings, Status};

use crate::{Log, block, drive, fates, ms};
use rungs::sim::Sim;

#[test]
fn a_run_that_fails_is_undone_from_its_last_step_to_its_first() {
    let log = Log::default();
    let mut p: Pipeline<'_> = Pipeline::new("trip");
    let hotel = p.step("hotel").run(async || Ok("room 12"));
    p.undo(hotel).run(async |room| Ok(log.write(format!("cancel {room}"))));
    let price = p.step("price").needs(hotel).run(async |_| Ok(3));
    let car = p.step("car").after(price).run(async || Ok("a blue one"));
    p.undo(car).run(async |car| Ok(log.write(format!("return {car}"))));
    let flight = p.step("flight").after(car).run(async || Err::<(), _>("sold out".into()));
    p.undo(flight).run(async |_| Ok(log.write("never")));

    let report = block(p.runner().undo_on_failure().run(&NoClock)).unwrap();
    assert_eq!(log.take(), ["return a blue one", "cancel room 12"]);
    assert_eq!((report.exit_code(), report.count(Status::Success)), (1, 3));
    let undo = report.undo().unwrap();
    assert_eq!((undo.exit_code(), undo.count(Status::Success)), (0, 2));
    assert_eq!(
        fates(undo),
        ["hotel success", "price skipped: not needed", "car success", "flight skipped: not needed"]
    );
    assert_eq!(
        report.to_string(),
        "\
Report: trip
step    status     tries     start  duration  cause
hotel   success        1         0         0
price   success        1         0         0
car     success        1         0         0
flight  failed         1         0         0  sold out
4 steps: 3 succeeded, 1 failed, 0 skipped, 0 cancelled in 0, exit code 1
Report: undo of trip
step   status     tries     start  duration  cause
hotel  success        1         0         0
car    success        1         0         0
4 steps: 2 succeeded, 0 failed, 2 skipped (not needed: 2), 0 cancelled in 0, exit code 0"
    );
}

#[test]
fn the_timeline_shows_the_undo_below_the_run() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_code("trip");
    let hotel = p.step("hotel").run(async || Ok(clock.sleep(ms(30)).await));
    p.undo(hotel).run(async |_| Ok(clock.sleep(ms(20)).await));
    p.step("flight").after(hotel).run(async || Err::<(), _>(clock.sleep(ms(20)).await));
    let report = drive(&sim, p.runner().undo_on_failure().run(&clock)).unwrap();
    assert_eq!(
        report.timeline().to_string(),
        "\
Timeline: trip, 50.0 ms
step        start  duration
hotel  *        0   30.0 ms  |##############################                    |  success
flight *  30.0 ms   20.0 ms  |..............................####################|  failed
critical path: hotel, flight
Timeline: undo of trip, 20.0 ms
step       start  duration
hotel *        0   20.0 ms  |##################################################|  success
critical path: hotel"
    );
}

#[test]
fn a_report_for_machines_holds_that_of_the_undo() {
    let mut p: Pipeline<'_> = Pipeline::new("trip");
    let hotel = p.step("hotel").run(async || Ok(12));
    p.undo(hotel).run(async |_| Ok(()));
    p.step("flight").after(hotel).run(async || Err::<(), _>("sold out".into()));
    let report = block(p.runner().undo_on_failure().run(&NoClock)).unwrap();
    let json = serde_json::to_value(&report).unwrap();
    let undo = &json["undo"];
    assert_eq!((&undo["pipeline"], &undo["exit_code"]), (&"undo of trip".into(), &0.into()));
    assert_eq!((&undo["steps"][0]["status"], &undo["steps"][1]["cause"]), (&"success".into(), &"not_needed".into()));
    assert_eq!(serde_json::to_value(report.undo().unwrap()).unwrap().get("undo"), None);
}

#[test]
fn a_run_without_a_failure_of_a_required_step_is_not_undone() {
    let log = Log::default();
    let mut p: Pipeline<'_> = Pipeline::new("fine");
    let first = p.step("first").run(async || Ok(1));
    p.undo(first).run(async |_| Ok(log.write("undo")));
    p.step("mail").after(first).optional().run(async || Err::<(), _>("no network".into()));
    let report = block(p.runner().undo_on_failure().run(&NoClock)).unwrap();
    assert!(report.undo().is_none() && report.is_success());
    let token = rungs::CancelToken::new();
    token.cancel();
    let report = block(p.runner().undo_on_failure().cancel(&token).run(&NoClock)).unwrap();
    assert_eq!((report.exit_code(), report.undo().is_none()), (2, true));
    assert_eq!(log.take(), [""; 0]);
}

#[test]
fn wrong_undos_are_mistakes_of_the_plan() {
    let mut other: Pipeline<'_> = Pipeline::new("other");
    let foreign = other.step("foreign").run(async || Ok(5_u8));
    let mut p: Pipeline<'_> = Pipeline::new("wrong");
    let twice = p.step("twice").run(async || Ok(1));
    let input = p.input::<u32>("input");
    let clean_up = p.step("clean up").after(twice).when_all_done().run(async || Ok(()));
    let released = p.step("released").release_early().run(async || Ok(()));
    let odd = p.step("odd\n`name`").run(async || Ok(()));
    p.undo(twice).run(async |_| Ok(()));
    p.undo(twice).run(async |_| Ok(()));
    p.undo(input).run(async |_| Ok(()));
    p.undo(clean_up).run(async |_| Ok(()));
    p.undo(released).run(async |_| Ok(()));
    p.undo(foreign).run(async |_| Ok(()));
    p.undo(odd).uses("bus", 1).retry_delay(ms(1)).run(async |_| Ok(()));
    let texts = |error: &rungs::PlanError| error.mistakes().iter().map(ToString::to_string).collect::<Vec<_>>();
    let expected = [
        "step `twice` has more than one undo",
        "input `input` has an undo, and does nothing that could be undone",
        "step `clean up` cleans up, so it has no undo",
        "step `released` releases its result early, which its undo would need",
        "an undo of a result of type `u8` is for a handle of another pipeline",
        "undo of step `odd\\n`name`` uses `bus`, which is not a resource of this pipeline",
        "undo of step `odd\\n`name``: `retry_delay` has no effect without `retries`",
    ];
    assert_eq!(texts(&p.check().unwrap_err()), expected);
    assert_eq!(texts(&p.check().unwrap_err()), expected, "again");
    let error = block(p.runner().given(input, 1).run(&NoClock)).unwrap_err();
    assert_eq!(error.mistakes().iter().map(ToString::to_string).collect::<Vec<_>>(), expected);
}

#[test]
fn a_run_that_is_to_be_undone_needs_what_its_undos_need_before_it_starts() {
    let mut p: Pipeline<'_> = Pipeline::new("clock");
    let one = p.step("one").run(async || Ok(1));
    p.undo(one).timeout(ms(5)).run(async |_| Ok(()));
    p.check().unwrap();
    assert!(block(p.run(&NoClock)).unwrap().is_success());
    let error = block(p.runner().undo_on_failure().run(&NoClock)).unwrap_err();
    let mistake = "step `one` has a time limit or a delay, and the run has no clock";
    assert_eq!(error.mistakes(), [PlanErrorKind::Undo { mistake: String::from(mistake) }]);
    // What is added later is checked as well.
    let two = p.step("two").run(async || Ok(2));
    p.undo(two).uses("none", 1).run(async |_| Ok(()));
    assert_eq!(p.check().unwrap_err().mistakes().len(), 1);
    p.resource("none", 1);
    p.check().unwrap();
}

#[test]
fn an_undo_has_settings_of_its_own() {
    let sim = Sim::new();
    let (clock, log) = (sim.clock(), Log::default());
    let mut p = Pipeline::with_error("settings");
    p.defaults(Settings::DEFAULT.retries(7));
    p.resource("desk", 1);
    let steps = ["a", "b", "c"].map(|name| p.step(name).run(async || Ok::<_, &str>(())));
    for (step, name) in steps.into_iter().zip(["a", "b", "c"]) {
        let (clock, log) = (clock.clone(), &log);
        p.undo(step).uses("desk", 1).settings(Settings::DEFAULT.timeout(ms(10)).retries(1)).run(move |_| {
            let clock = clock.clone();
            async move {
                clock.sleep(ms(if name == "b" { 20 } else { 4 })).await;
                Ok(log.write(name))
            }
        });
    }
    p.step("bad").after(steps.to_vec()).retries(0).run(async || Err::<(), _>("bad"));
    let report = drive(&sim, p.runner().undo_on_failure().run(&clock)).unwrap();
    let undo = report.undo().unwrap();
    // One after another, as the desk is free for one, and two attempts that take too long.
    assert_eq!((log.take(), undo.duration()), (vec![String::from("c"), "a".into()], ms(28)));
    assert_eq!(fates(undo)[1], "b failed: timed out");
    assert_eq!((undo.get("b").unwrap().attempts(), undo.exit_code(), report.exit_code()), (2, 1, 1));
}
