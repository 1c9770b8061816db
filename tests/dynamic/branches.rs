//! Branches: steps that skip themselves, what is pruned behind them, and where branches join.

use rungs::{CancelToken, Cause, InputErrorKind, Inputs, NoClock, OnFailure, Out, Pipeline, Status, When, sim::Sim};

use crate::support::{block, fates, ms};

#[test]
fn a_step_that_finds_nothing_to_do_is_skipped_by_itself() {
    let mut p = Pipeline::with_error::<&str>("deploy");
    let built = p.step("build").run_maybe(async || Ok(None::<u32>));
    let mut told = Vec::new();
    let run = p.runner().on_failure(OnFailure::Cancel).on_event(|event| told.push(event.to_string()));
    let report = block(run.run(&NoClock)).unwrap();
    let build = report.get("build").unwrap();
    assert_eq!((build.status(), build.cause(), build.attempts()), (Status::Skipped, Some(Cause::SkippedItself), 1));
    assert_eq!((build.error(), build.own_error()), (None, None));
    assert_eq!((report.exit_code(), report.is_success()), (0, true));
    assert_eq!(told[2], "build: skipped: by itself");
    assert_eq!(report.output(built).unwrap_err().to_string(), "`build` has no result: skipped by itself");
    let table = report.to_string();
    assert!(table.contains("  by itself\n") && table.contains("1 skipped (by itself: 1)"), "{table}");
    let json: serde_json::Value = serde_json::to_value(&report).unwrap();
    let step = &json["steps"][0];
    assert_eq!(
        (&step["status"], &step["cause"], &step["reason"]),
        (&"skipped".into(), &"skipped_itself".into(), &"by itself".into())
    );
    assert_eq!((&step["error"], &json["exit_code"]), (&serde_json::Value::Null, &0.into()));
}

#[test]
fn one_that_has_something_to_do_succeeds_as_any_other() {
    let mut p = Pipeline::with_error::<&str>("deploy");
    let built = p.step("build").run_maybe(async || Ok(Some(7)));
    let next = p.step("next").needs(built).run(async |n| Ok(*n + 1));
    let report = block(p.run(&NoClock)).unwrap();
    assert_eq!((*report.output(built).unwrap(), *report.output(next).unwrap()), (7, 8));
}

/// Steps behind it are pruned, whatever their way of needing it; the others run.
#[test]
fn a_branch_that_is_not_taken_is_pruned() {
    let mut p = Pipeline::with_error::<&str>("update");
    let newer = p.step("is there a newer one").run_maybe(async || Ok(None::<u32>));
    let fetched = p.step("fetch").needs(newer).retries(3).run(async |n| Ok(*n));
    p.step("install").needs(fetched).skip_on_error().run(async |_| Ok(()));
    p.step("restart").after(newer).run(async || Ok(()));
    p.step("alarm").needs(fetched).when_any_failed().run(async |_| Ok(()));
    p.step("log").follows(newer).run(async || Ok(()));
    let report = block(p.runner().on_failure(OnFailure::Cancel).run(&NoClock)).unwrap();
    assert_eq!(
        fates(&report),
        [
            "is there a newer one skipped 0..0: by itself",
            "fetch skipped: `is there a newer one` was skipped",
            "install skipped: `is there a newer one` was skipped, through `fetch`",
            "restart skipped: `is there a newer one` was skipped",
            "alarm skipped: not needed",
            "log success 0..0",
        ],
    );
    assert_eq!(report.exit_code(), 0);
}

/// One arm of a switch is taken, and the step behind takes what comes of it.
#[test]
fn the_arms_of_a_switch_join_where_one_was_taken() {
    for (chosen, name) in ["red", "green", "blue"].into_iter().enumerate() {
        let mut p = Pipeline::with_error::<&str>("switch");
        let choice = p.step("choice").run(async || Ok(chosen));
        let arms: Vec<_> = ["red", "green", "blue"]
            .into_iter()
            .enumerate()
            .map(|(at, arm)| {
                let gate = p.step(arm).needs(choice).run_maybe(move |n| async move { Ok((*n == at).then_some(arm)) });
                p.step(&format!("paint it {arm}")).needs(gate).run(async |arm| Ok(format!("painted {}", *arm)))
            })
            .collect();
        let first = arms[0];
        let joined = p.step("join").needs((arms, first)).when_none_failed().run(async |arms, first: Option<Out<_>>| {
            assert_eq!(first.is_some(), arms[0].is_some());
            Ok(arms.into_iter().flatten().map(|text| text.to_string()).collect::<Vec<_>>())
        });
        let report = block(p.run(&NoClock)).unwrap();
        assert_eq!(*report.output(joined).unwrap(), [format!("painted {name}")]);
        assert_eq!((report.count(Status::Skipped), report.exit_code()), (4, 0));
    }
}

#[test]
fn a_join_whose_branches_were_all_pruned_is_skipped() {
    let mut p = Pipeline::with_error::<&str>("none");
    let a = p.step("a").run_maybe(async || Ok(None::<u8>));
    let b = p.step("b").run_maybe(async || Ok(None::<u8>));
    p.step("join").needs((a, b)).when_none_failed().run(async |_, _| Ok(()));
    p.step("without needs").when_none_failed().run(async || Ok(()));
    let report = block(p.run(&NoClock)).unwrap();
    assert_eq!(fates(&report)[2], "join skipped: `a` was skipped");
    assert_eq!((report.get("without needs").unwrap().status(), report.exit_code()), (Status::Success, 0));
}

/// It does not wait for the other branches then.
#[test]
fn a_join_fails_with_the_first_branch_that_fails() {
    let sim = Sim::new();
    let (slow, bad) = (sim.script().succeed_in(ms(50), 1), sim.script::<i32, _>().fail_in(ms(5), "no"));
    let mut p = Pipeline::with_error::<&str>("join");
    let slow = p.step("slow").run(|| slow.play());
    let bad = p.step("bad").run(|| bad.play());
    p.step("join").needs(slow).after(bad).when_none_failed().run(async |_| Ok(()));
    let join_needs_a_skipped_one = p.step("behind").needs(bad).skip_on_error().run(async |_| Ok(1));
    p.step("second join").needs((slow, join_needs_a_skipped_one)).when_none_failed().run(async |_, _| Ok(()));
    let report = sim.run(p.runner()).unwrap();
    let fates = fates(&report);
    assert_eq!(fates[2], "join failed: `bad` failed");
    assert_eq!(fates[4], "second join skipped: `bad` failed, through `behind`");
    let ended = |name| report.get(name).unwrap().finished_at().unwrap();
    assert_eq!((ended("join") - rungs::Instant::ZERO, ended("slow") - rungs::Instant::ZERO), (ms(5), ms(50)));
}

/// It is no clean-up step.
#[test]
fn a_stop_skips_a_join() {
    let token = CancelToken::new();
    let mut p = Pipeline::with_error::<&str>("stopped");
    let a = p.step("a").run(async || Ok(token.drain()));
    p.step("join").needs(a).when_none_failed().run(async |_| Ok(()));
    let report = block(p.runner().cancel(&token).run(&NoClock)).unwrap();
    assert_eq!((report.get("join").unwrap().cause(), report.exit_code()), (Some(Cause::Drained), 2));
}

#[test]
fn a_join_by_name_says_which_branches_were_pruned() {
    let mut p = Pipeline::new("by name");
    let join = p.step("join").depends_on(["left", "right"]).when_none_failed().run(|inputs: Inputs| async move {
        let left = inputs.get::<u8>("left").unwrap_err();
        assert_eq!(left.to_string(), "`left` has no result: by itself");
        assert_eq!(left.kind(), InputErrorKind::NoResult(Cause::SkippedItself));
        Ok(*inputs.get::<u8>("right")?)
    });
    p.step("left").run_maybe(async || Ok(None::<u8>));
    p.step("right").run_maybe(async || Ok(Some(7_u8)));
    let report = block(p.run(&NoClock)).unwrap();
    assert_eq!(*report.output(join).unwrap(), 7);
}

/// An attempt that finds nothing to do is the last one, and what earlier ones returned is of no interest.
#[test]
fn a_step_may_skip_itself_after_it_was_retried() {
    let mut p = Pipeline::with_error::<&str>("retried");
    p.step("poll").retries(9).run_maybe_with(async |cx| if cx.attempt() < 3 { Err("busy") } else { Ok(None::<()>) });
    let mut errors = 0;
    let run = p.runner().on_event(|event| errors += usize::from(event.to_string().contains("busy")));
    let report = block(run.run(&NoClock)).unwrap();
    assert_eq!(fates(&report), ["poll skipped x3 0..0: by itself"]);
    assert_eq!((report.get("poll").unwrap().own_error(), errors), (None, 2));
    assert_eq!(report.into_errors().count(), 0);
}

#[test]
fn a_spawned_step_may_skip_itself() {
    let sim = Sim::new();
    let mut p = Pipeline::with_error::<&str>("spawned").spawn_on(sim.tasks());
    let gate = p.step("gate").run_maybe(async || Ok(None::<u8>));
    let other = p.step("other").needs(()).run_maybe(async || Ok(Some(2_u8)));
    let join =
        p.step("join").needs((gate, other)).when_none_failed().run(async |a, b| Ok((a.is_none(), b.map(|b| *b))));
    let report = sim.run(p.runner()).unwrap();
    assert_eq!(*report.output(join).unwrap(), (true, Some(2)));
}

/// Each run decides anew, and a result of an earlier run is not taken for one of this.
#[test]
fn a_rerun_may_take_another_branch() {
    let turn = std::sync::atomic::AtomicU32::new(0);
    let mut p = Pipeline::with_error::<&str>("turns");
    let even = p.step("even").run_maybe(async || {
        let turn = turn.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Ok(turn.is_multiple_of(2).then_some(turn))
    });
    let told = p.step("told").needs(even).when_all_done().run(async |even| Ok(even.is_ok()));
    for turn in 0..4_u32 {
        let report = block(p.run(&NoClock)).unwrap();
        assert_eq!(
            (report.output(even).is_ok(), *report.output(told).unwrap()),
            (turn.is_multiple_of(2), turn.is_multiple_of(2))
        );
    }
}

/// The rule decides about the arguments, so it is no setting of a value.
#[test]
fn a_join_is_declared_on_the_step_itself() {
    let mut p: Pipeline<'_> = Pipeline::new("rules");
    p.step("join").with(|settings| settings.when(When::NoneFailed)).run(async || Ok(()));
    assert_eq!(p.check().unwrap_err().mistakes().len(), 1);
}
