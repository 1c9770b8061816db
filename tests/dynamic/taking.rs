//! Results that leave a run before its report does: moved out of the report, or released.

use rungs::{LocalPipeline, NoClock, OutputErrorKind, Owned, Pipeline, PlanErrorKind, Report, Settings, Status};

use crate::support::{Clock, Count, Guard, Sim, block, drive, fates, ms};

fn kind<T, E>(result: Result<T, rungs::OutputError<E>>) -> Option<OutputErrorKind> {
    result.err().map(|error| error.kind())
}

#[test]
fn a_result_is_taken_once_and_while_the_pipeline_lives() {
    let mut p = Pipeline::new("taken");
    let rows = p.step("rows").run(async || Ok(vec![1, 2, 3]));
    let sum = p.step("sum").needs(rows).run(async |rows| Ok(rows.iter().sum::<i32>()));
    for _ in 0..2 {
        let mut report = block(p.run(&NoClock)).unwrap();
        assert_eq!(report.take(rows).unwrap(), [1, 2, 3]);
        assert_eq!(kind(report.take(rows)), Some(OutputErrorKind::Taken));
        assert_eq!(kind(report.output(rows)), Some(OutputErrorKind::Taken));
        assert_eq!(report.output(rows).unwrap_err().to_string(), "the result of `rows` was taken");
        assert_eq!(report.output(rows).unwrap_err().step(), Some("rows"));
        assert_eq!(report.take(sum).unwrap(), 6);
        assert_eq!(report.count(Status::Success), 2);
    }
}

#[test]
fn a_result_that_is_shared_is_not_taken() {
    let mut p = Pipeline::new("shared");
    let text = p.step("text").run(async || Ok(String::from("text")));
    let kept = p.step("kept").needs(text).run(async |text| Ok(text));
    let mut report = block(p.run(&NoClock)).unwrap();
    let error = report.take(text).unwrap_err();
    assert_eq!(error.kind(), OutputErrorKind::InUse);
    assert_eq!(error.to_string(), "the result of `text` is in use: an `Out` of it is alive");
    let kept = report.take(kept).unwrap();
    assert_eq!(kind(report.take(text)), Some(OutputErrorKind::InUse));
    assert_eq!(kept.as_str(), "text");
    drop(kept);
    assert_eq!(report.take(text).unwrap(), "text");
}

#[test]
fn what_is_not_there_is_told_as_by_output() {
    let mut p = Pipeline::with_error::<&str>("failed");
    let mut other = Pipeline::with_error::<&str>("other");
    let foreign = other.step("foreign").run(async || Ok(1_u8));
    let bad = p.step("bad").run(async || Err::<u8, _>("broken"));
    let next: Owned<u8> = p.step("next").needs(bad).run_owned(async |n| Ok(*n));
    p.step("good").run(async || Ok(1_u8));
    let mut report = block(p.run(&NoClock)).unwrap();
    assert_eq!(kind(report.take(foreign)), Some(OutputErrorKind::NoSuchStep));
    assert_eq!(kind(report.take_named::<u8>("none")), Some(OutputErrorKind::NoSuchStep));
    let error = report.take_named::<u64>("good").unwrap_err();
    assert_eq!(error.to_string(), "the result of `good` is of type `u8`, and was asked for as `u64`");
    assert_eq!(report.take(bad).unwrap_err().to_string(), "`bad` has no result: broken");
    assert_eq!(report.take(next).unwrap_err().to_string(), "`next` has no result: `bad` failed");
    assert_eq!(report.take_named::<u8>("good").unwrap(), 1);
}

#[test]
fn an_owned_result_is_taken_by_its_owner() {
    let mut p = Pipeline::new("owned");
    let cell = p.step("cell").run_owned(async || Ok(std::cell::Cell::new(7)));
    let mut report = block(p.run(&NoClock)).unwrap();
    assert_eq!(
        report.output_named::<std::cell::Cell<i32>>("cell").err().unwrap().to_string(),
        "the result of `cell` is owned: `take` moves it out of the report"
    );
    assert_eq!(report.take(cell).unwrap().get(), 7);
    assert_eq!(kind(report.take_named::<std::cell::Cell<i32>>("cell")), Some(OutputErrorKind::Taken));

    let shared = std::rc::Rc::new(7);
    let mut p = LocalPipeline::new("local");
    let rc = p.step("rc").run(|| async { Ok(shared.clone()) });
    let mut report = block(p.run(&NoClock)).unwrap();
    assert!(std::rc::Rc::ptr_eq(&report.take(rc).unwrap(), &shared));
}

#[test]
fn a_report_is_still_send_and_sync() {
    fn both<T: Send + Sync>(_: &T) {}
    let mut p: Pipeline<'_> = Pipeline::new("both");
    p.step("cell").run_owned(async || Ok(std::cell::Cell::new(7)));
    both(&block(p.run(&NoClock)).unwrap());
}

/// `big` is read by `a` after 10 ms, and by `b` after 20 ms.
fn readers<'p>(clock: &'p Clock, alive: &'p Count) -> Pipeline<'p, &'static str> {
    let mut p = Pipeline::with_error("readers");
    let big = p.step("big").release_early().run(|| async { Ok(alive.guard()) });
    let a = p.step("a").needs(big).run(|_| async { Ok(clock.sleep(ms(10)).await) });
    p.step("twice").needs((big, big)).after(a).run(|_, _| async { Ok(clock.sleep(ms(10)).await) });
    p.step("later").after(a).run(|| async {
        clock.sleep(ms(15)).await;
        Ok(alive.get())
    });
    p
}

#[test]
fn a_result_is_released_when_its_last_reader_has_ended() {
    let (sim, alive) = (Sim::new(), Count::new());
    let clock = sim.clock();
    let mut p = readers(&clock, &alive);
    for _ in 0..2 {
        let report = drive(&sim, p.run(&clock)).unwrap();
        assert_eq!(*report.output_named::<usize>("later").unwrap(), 0);
        let error = report.output_named::<Guard>("big").err().unwrap();
        assert_eq!(
            (error.kind(), error.to_string()),
            (OutputErrorKind::Released, "the result of `big` was released".into())
        );
        assert_eq!(report.get("big").unwrap().status(), Status::Success);
    }
}

#[test]
fn a_result_without_readers_is_released_at_once() {
    let (sim, alive) = (Sim::new(), Count::new());
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("none");
    p.step("big").release_early().run(|| async { Ok(alive.guard()) });
    let seen = p.step("seen").after_named(["big"]).run(|| async { Ok(alive.get()) });
    assert_eq!(*drive(&sim, p.run(&clock)).unwrap().output(seen).unwrap(), 0);
}

#[test]
fn a_reader_that_never_runs_has_ended_as_well() {
    let (sim, alive) = (Sim::new(), Count::new());
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("skipped");
    let bad = p.step("bad").run(async || Err::<(), _>("broken"));
    let late = p.step("late").release_early().run(|| async {
        clock.sleep(ms(10)).await;
        Ok(alive.guard())
    });
    let owned = p.step("owned").release_early().run_owned(|| async { Ok(alive.guard()) });
    p.step("reader").needs((bad, late, owned)).run(async |_, _, _| Ok(()));
    let mut report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(
        fates(&report),
        ["bad failed 0..0: broken", "late success 0..10", "owned success 0..0", "reader failed: `bad` failed"],
    );
    assert_eq!(alive.get(), 0);
    assert_eq!(kind(report.take(late)), Some(OutputErrorKind::Released));
    assert_eq!(kind(report.take_named::<Guard>("owned")), Some(OutputErrorKind::Released));
}

#[test]
fn a_share_outlives_the_release() {
    let mut p = Pipeline::new("share");
    let text = p.step("text").release_early().run(async || Ok(String::from("kept")));
    let kept = p.step("kept").needs(text).run(async |text| Ok(text));
    for _ in 0..2 {
        let report: Report<_> = block(p.run(&NoClock)).unwrap();
        assert_eq!(kind(report.output(text)), Some(OutputErrorKind::Released));
        assert_eq!(report.output(kept).unwrap().as_str(), "kept");
    }
}

#[test]
fn a_step_that_failed_has_nothing_to_release() {
    let mut p = Pipeline::with_error::<&str>("failed");
    let bad = p.step("bad").release_early().run(async || Err::<u8, _>("broken"));
    p.step("reader").needs(bad).run(async |_| Ok(()));
    let report = block(p.run(&NoClock)).unwrap();
    assert_eq!(report.output(bad).unwrap_err().to_string(), "`bad` has no result: broken");
}

#[test]
fn what_a_plan_cannot_do_with_owned_results() {
    let mut p: Pipeline<'_> = Pipeline::new("wrong");
    let (a, b, c) = {
        let mut owned = |name| p.step(name).run_owned(async || Ok(1));
        (owned("a"), owned("b"), owned("c"))
    };
    p.step("again").retries(1).needs(a).run(async |_| Ok(()));
    p.step("by name").depends_on(["c"]).run(async |_| Ok(()));
    p.step("order by name").after_named(["c"]).run(async || Ok(()));
    p.defaults(Settings::DEFAULT.retries(2));
    p.step("by default").needs(b).run(async |_| Ok(()));
    p.step("once").retries(0).needs(c).run(async |_| Ok(()));
    let error = p.check().unwrap_err();
    let mistakes: Vec<_> = error.mistakes().iter().map(ToString::to_string).collect();
    assert_eq!(
        mistakes,
        [
            "step `again` takes the owned result of `a`, which a further attempt would not find: call `retries(0)`",
            "step `by default` takes the owned result of `b`, which a further attempt would not find: call `retries(0)`",
            "step `by name` needs the owned result of `c` by name: pass what `run_owned` returned to `needs`",
        ]
    );
    assert!(matches!(error.mistakes()[0], PlanErrorKind::OwnedWithRetries { .. }));

    let mut other: Pipeline<'_> = Pipeline::new("other");
    let foreign = other.step("foreign").run_owned(async || Ok(1));
    let mut p: Pipeline<'_> = Pipeline::new("this");
    p.step("step").needs(foreign).run(async |_| Ok(()));
    assert!(matches!(p.check().unwrap_err().mistakes(), [PlanErrorKind::ForeignHandle { .. }]));
}
