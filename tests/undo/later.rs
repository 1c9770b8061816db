//! The undo of a report, after its run.

use rungs::{LocalPipeline, NoClock, Pipeline, PlanErrorKind, Report, Status, sim::Sim};
use rungs_smol::Smol;
use std::{
    pin::pin,
    rc::Rc,
    task::{Context, Waker},
};

use crate::{Log, block, drive, fates, ms};

#[test]
fn what_was_given_or_found_is_not_undone() {
    let log = Log::default();
    let mut p: Pipeline<'_> = Pipeline::new("given");
    let input = p.input::<u8>("input");
    let given = p.step("given").run(async || Ok(1));
    let found = p.step("found").done_if(async || Ok(Some(2))).needs(given).run(async |_| Ok(3));
    let made = p.step("made").needs((given, found, input)).run(async |_, _, input| Ok(*input));
    p.undo(given).run(async |_| Ok(log.write("given")));
    p.undo(found).run(async |_| Ok(log.write("found")));
    p.undo(made).run(async |made| Ok(log.write(format!("made {made}"))));
    let report = block(p.runner().given(input, 7).given(given, 5).run(&NoClock)).unwrap();
    let undo = block(p.runner().undo(&report).run(&NoClock)).unwrap();
    assert_eq!((log.take(), undo.count(Status::Success)), (vec![String::from("made 7")], 1));
    // The pipeline runs again as if nothing had been.
    assert!(block(p.runner().given(input, 7).run(&NoClock)).unwrap().is_success());
}

#[test]
fn a_report_is_undone_by_its_own_pipeline_with_all_its_results() {
    let mut p: Pipeline<'_> = Pipeline::new("own");
    let text = p.step("text").run(async || Ok(String::from("text")));
    let older = block(p.run(&NoClock)).unwrap();
    p.undo(text).run(async |_| Ok(()));
    let mut report = block(p.run(&NoClock)).unwrap();
    let undo = block(p.runner().undo(&report).run(&NoClock)).unwrap();
    let mut other: Pipeline<'_> = Pipeline::new("other");
    let foreign = block(other.run(&NoClock)).unwrap();
    let mistakes = |p: &mut Pipeline<'_>, report: &Report<_>| {
        block(p.runner().undo(report).run(&NoClock)).unwrap_err().mistakes().to_vec()
    };
    for report in [&older, &undo, &foreign] {
        assert_eq!(mistakes(&mut p, report), [PlanErrorKind::ForeignReport]);
    }
    assert_eq!(mistakes(&mut other, &report), [PlanErrorKind::ForeignReport]);
    let error = block(p.runner().undo(&report).only(text).run(&NoClock)).unwrap_err();
    assert_eq!(error.mistakes(), [PlanErrorKind::UndoOfPart]);
    // What was taken back may be taken out; what was not must be there.
    assert_eq!(report.take(text).unwrap(), "text");
    assert!(block(p.runner().undo(&report).run(&NoClock)).unwrap().is_success());
    let mut again = block(p.run(&NoClock)).unwrap();
    drop(again.take(text));
    assert_eq!(mistakes(&mut p, &again), [PlanErrorKind::UndoOfTaken { step: "text".into() }]);
}

#[test]
fn an_undo_outlives_its_report_and_a_result_is_let_go_when_it_is_taken_back() {
    let sim = Sim::new();
    let clock = sim.clock();
    let shared = Rc::new(());
    let mut p = LocalPipeline::with_code("held");
    let step = p.step("step").run(async || Ok::<_, ()>(shared.clone()));
    p.undo(step).run(async |held| {
        clock.sleep(ms(5)).await;
        assert_eq!(Rc::strong_count(&held), 2);
        Ok(())
    });
    let report = drive(&sim, p.run(&clock)).unwrap();
    let undo = {
        let run = p.runner().undo(&report);
        drop(report);
        drive(&sim, run.run(&clock)).unwrap()
    };
    // The pipeline keeps what dropped reports held until its next run.
    drop(p);
    assert_eq!((undo.is_success(), Rc::strong_count(&shared)), (true, 1));
}

#[test]
fn an_undo_that_is_dropped_goes_on_later_and_leaves_nothing_behind() {
    let sim = Sim::new();
    for polls in 0..12 {
        let (clock, log) = (sim.clock(), Log::default());
        let mut p = Pipeline::with_code("cut");
        let mut before = None;
        for name in ["a", "b", "c"] {
            let step = p.step(name).after(before.into_iter().collect::<Vec<_>>()).run(async || Ok::<_, ()>(()));
            let (clock, log) = (&clock, &log);
            p.undo(step).run(move |_| async move {
                clock.sleep(ms(1)).await;
                Ok(log.write(name))
            });
            before = Some(step);
        }
        let report = drive(&sim, p.run(&clock)).unwrap();
        {
            let mut run = pin!(p.runner().undo(&report).run(&clock));
            for _ in 0..polls {
                if run.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
                    break;
                }
                clock.advance(ms(1));
            }
        }
        assert!(drive(&sim, p.runner().undo(&report).run(&clock)).unwrap().is_success());
        assert_eq!(log.take(), ["c", "b", "a"]);
    }
}

#[test]
fn a_spawned_undo_that_is_left_is_waited_for_by_the_next_run() {
    let log = std::sync::Arc::new(Log::default());
    let mut p = Pipeline::new("spawned").spawn_on(Smol::new());
    let own = log.clone();
    let step = p.step("step").run(move || {
        let own = own.clone();
        async move { Ok(own.write("step")) }
    });
    let own = log.clone();
    p.undo(step).never_cancel().run(move |_| {
        let own = own.clone();
        async move {
            smol::Timer::after(ms(20)).await;
            Ok(own.write("undo"))
        }
    });
    block(async {
        let report = p.run(&NoClock).await.unwrap();
        {
            let mut run = pin!(p.runner().undo(&report).run(&NoClock));
            assert!(run.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
        assert!(p.run(&NoClock).await.unwrap().is_success());
    });
    assert_eq!(log.take(), ["step", "undo", "step"]);
}

#[test]
fn names_are_whatever_they_are() {
    for name in ["", "undo of x", "a\nb", "`", "\u{1b}[31m", "ü\u{301}"] {
        let mut p: Pipeline<'_> = Pipeline::new(name);
        let step = p.step(name).run(async || Ok(()));
        p.undo(step).run(async |_| Err::<(), _>("no".into()));
        p.step("bad").after(step).run(async || Err::<(), _>("bad".into()));
        let report = block(p.runner().undo_on_failure().run(&NoClock)).unwrap();
        let undo = report.undo().unwrap();
        assert_eq!(undo.get(name).unwrap().status(), Status::Failed);
        assert_eq!(undo.step(step.id()).unwrap().name(), name);
        assert_eq!(undo.pipeline(), format!("undo of {name}"));
        assert_eq!(report.to_string().lines().count(), 5 + 4);
    }
}

#[test]
fn runs_with_an_undo_go_into_tasks() {
    async fn trip() -> usize {
        let mut p: Pipeline<'_> = Pipeline::new("task");
        let step = p.step("step").run(async || Ok(String::from("step")));
        p.undo(step).retries(1).run(async |text| Ok(drop(text)));
        p.step("bad").after(step).run(async || Err::<(), _>("bad".into()));
        let report = p.runner().undo_on_failure().on_event(|_| ()).run(&NoClock).await.unwrap();
        let again = p.runner().undo(&report).run(&NoClock).await.unwrap();
        report.undo().unwrap().count(Status::Success) + again.count(Status::Success)
    }
    assert_eq!(block(smol::spawn(trip())), 1);
    let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
    assert_eq!(runtime.block_on(async { tokio::spawn(trip()).await }).unwrap(), 1);
}

#[test]
fn the_undo_is_explained_in_the_order_in_which_it_goes() {
    let mut p: Pipeline<'_> = Pipeline::new("plan");
    let a = p.step("a").run(async || Ok(()));
    let b = p.step("b").run(async || Ok(()));
    let c = p.step("c").after(a).run(async || Ok(()));
    [a, b, c].into_iter().for_each(|step| p.undo(step).run(async |_| Ok(())));
    let report = block(p.run(&NoClock)).unwrap();
    let explanation = block(p.runner().undo(&report).explain(&NoClock)).unwrap();
    assert!(explanation.starts().map(|step| step.name()).eq(["c", "b", "a"]), "{explanation}");
    assert_eq!(fates(&report).len(), 3);
}
