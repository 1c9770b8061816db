//! What steps tell observers while their attempts are in flight.

use std::{sync::mpsc, thread};

use rungs::{Emitted, EventKind, NoClock, Pipeline, StepCx};
use rungs_smol::AllCores;

use crate::support::{Hand, Log, Sim, block, drive, ms};

#[test]
fn observers_are_told_in_order_and_before_the_end_of_the_step() {
    let (sim, log) = (Sim::new(), Log::new());
    let clock = sim.clock();
    let mut p = Pipeline::with_error("told");
    p.step("copy").retries(1).run_with(async |cx: StepCx| {
        cx.emit("connected\nto a host");
        clock.sleep(ms(5)).await;
        if cx.attempt() == 1 {
            cx.emit(String::from("lost"));
            return Err("lost");
        }
        for row in 1..=2 {
            cx.emit((row, 2));
        }
        cx.emit(7);
        Ok(())
    });
    p.step("silent").run_with(async |_| Ok(clock.sleep(ms(1)).await));
    let report = drive(&sim, p.runner().observe(log.clone()).run(&clock)).unwrap();
    assert!(report.is_success());
    assert_eq!(
        log.lines()[1..],
        [
            "0 copy: started",
            "0 copy: connected\\nto a host",
            "0 silent: started",
            "1 silent: success",
            "5 copy: lost",
            "5 copy: lost; again at once",
            "5 copy: attempt 2",
            "5 copy: connected\\nto a host",
            "10 copy: 1 of 2",
            "10 copy: 2 of 2",
            "10 copy: 7",
            "10 copy: success after retries",
            "10 told: run ended: 2 success, exit code 0",
        ]
    );
}

#[test]
fn a_value_wakes_the_run_of_a_step_that_goes_on() {
    let mut p: Pipeline<'_> = Pipeline::new("told");
    let (give, given) = mpsc::channel();
    p.step("hangs").run_with(move |cx: StepCx| {
        give.send(cx).unwrap();
        std::future::pending::<Result<(), rungs::BoxError>>()
    });
    let mut seen = Vec::new();
    let hand = Hand::new();
    {
        let run = p.runner().on_event(|event| {
            if let EventKind::Emitted(value) = event.kind {
                seen.push((event.name.to_string(), event.attempt, value.clone()));
            }
        });
        let mut run = std::pin::pin!(run.run(&NoClock));
        assert!(hand.poll_to_rest(run.as_mut()).is_pending());
        let cx = given.recv().unwrap();
        thread::spawn(move || cx.emit((1, 3))).join().unwrap();
        assert!(hand.flag.take(), "the run was woken");
        assert!(hand.poll(run.as_mut()).is_pending());
    }
    assert_eq!(seen, [("hangs".to_string(), 1, Emitted::Part { done: 1, of: 3 })]);
}

#[test]
fn without_observers_nothing_is_kept() {
    let mut p: Pipeline<'_> = Pipeline::new("alone");
    p.step("one").run_with(async |cx| Ok(cx.emit(1)));
    assert!(block(p.run(&NoClock)).unwrap().is_success());
    // What was emitted without observers, or in a run that was dropped, is not told later.
    let mut seen = 0;
    let run = p.runner().on_event(|event| seen += u32::from(matches!(event.kind, EventKind::Emitted(_))));
    assert!(block(run.run(&NoClock)).unwrap().is_success());
    assert_eq!(seen, 1);
}

#[test]
fn spawned_steps_tell_as_well() {
    let mut p = Pipeline::with_error::<&str>("spawned").spawn_on(AllCores);
    for name in ["a", "b", "c", "d"] {
        p.step(name).run_with(async |cx: StepCx| {
            (0..100).for_each(|row| cx.emit((row, 100)));
            Ok(())
        });
    }
    let mut seen = std::collections::BTreeMap::<String, Vec<u64>>::new();
    let run = p.runner().on_event(|event| {
        if let EventKind::Emitted(Emitted::Part { done, .. }) = event.kind {
            seen.entry(event.name.into()).or_default().push(*done);
        }
    });
    assert!(block_on_threads(run.run(&NoClock)));
    assert_eq!(seen.len(), 4);
    assert!(seen.values().all(|rows| rows.iter().copied().eq(0..100)), "{seen:?}");
}

fn block_on_threads<E>(run: impl Future<Output = Result<rungs::Report<E>, rungs::PipelineError>>) -> bool {
    futures_lite::future::block_on(run).unwrap().is_success()
}
