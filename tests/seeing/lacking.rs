//! What steps that are ready and cannot start wait for, as events tell it.

use crate::{drive, ms};
use rungs::{Backoff, CancelToken, Event, EventKind, NoClock, Observer, Order, Pipeline, SharedResource, sim::Sim};
use std::{cell::RefCell, fmt::Display, rc::Rc};

/// The line of each event, with its time in milliseconds.
#[derive(Clone, Default)]
struct Log(Rc<RefCell<Vec<String>>>);

impl<E: Display> Observer<E> for Log {
    fn on_event(&mut self, event: &Event<'_, E>) {
        self.0.borrow_mut().push(format!("{} {event}", event.at.as_nanos() / 1_000_000));
    }
}

impl Log {
    fn lines(&self) -> Vec<String> {
        self.0.borrow().clone()
    }

    fn waits(&self) -> Vec<String> {
        self.lines().into_iter().filter(|line| line.contains("waits")).collect()
    }
}

#[test]
fn a_ready_step_that_lacks_a_permit_or_a_resource_is_told_once() {
    let (sim, log) = (Sim::new(), Log::default());
    let clock = sim.clock();
    let sleep = |millis| clock.sleep(ms(millis));
    let mut p: Pipeline<'_> = Pipeline::new("narrow");
    p.resource("db", 2).resource("disk", 1);
    p.step("a").uses("db", 2).run(|| async { Ok(sleep(10).await) });
    p.step("b").uses("disk", 1).uses("db", 1).run(|| async { Ok(sleep(10).await) });
    p.step("c").run(|| async { Ok(sleep(5).await) });
    p.step("d").run(|| async { Ok(sleep(5).await) });
    let run = p.runner().max_concurrent(2).observe(log.clone()).run(&clock);
    assert!(drive(&sim, run).unwrap().is_success());
    assert_eq!(
        log.lines(),
        [
            "0 narrow: run started: 4 steps, at most 2 at once",
            "0 a: started",
            "0 c: started",
            "0 d: waits for a permit",
            "0 b: waits for `db`",
            "5 c: success",
            "5 d: started",
            "10 a: success",
            "10 b: started",
            "10 d: success",
            "20 b: success",
            "20 narrow: run ended: 4 success, exit code 0",
        ]
    );
}

#[test]
fn a_retry_waits_anew_and_one_that_follows_at_once_with_its_permit_does_not() {
    let (sim, log) = (Sim::new(), Log::default());
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("retried");
    p.step("at once").retries(1).run_with(async |cx| if cx.attempt() == 1 { Err("no") } else { Ok(()) });
    p.step("later")
        .retries(1)
        .backoff(Backoff::fixed(ms(1)))
        .run_with(async |cx| if cx.attempt() == 1 { Err("no") } else { Ok(()) });
    p.step("slow").run(|| async { Ok(clock.sleep(ms(5)).await) });
    let run = p.runner().max_concurrent(1).observe(log.clone()).run(&clock);
    assert!(drive(&sim, run).unwrap().is_success());
    assert_eq!(
        log.lines(),
        [
            "0 retried: run started: 3 steps, at most 1 at once",
            "0 at once: started",
            "0 at once: no; again at once",
            "0 at once: attempt 2",
            "0 at once: success after retries",
            "0 later: started",
            "0 later: no; again in 1ms",
            "0 slow: started",
            "1 later: attempt 2 waits for a permit",
            "5 slow: success",
            "5 later: attempt 2",
            "5 later: success after retries",
            "5 retried: run ended: 3 success, exit code 0",
        ]
    );
}

#[test]
fn a_step_that_gets_its_permit_and_then_lacks_a_shared_resource_is_told_of_both() {
    let (sim, log) = (Sim::new(), Log::default());
    let clock = sim.clock();
    let db = SharedResource::new("db", 1);
    let mut holder: Pipeline<'_> = Pipeline::new("holder");
    holder.step("holds").uses(&db, 1).run(|| async { Ok(clock.sleep(ms(20)).await) });
    let mut p: Pipeline<'_> = Pipeline::new("both");
    p.step("first").run(|| async { Ok(clock.sleep(ms(5)).await) });
    p.step("db").uses(&db, 1).run(async || Ok(()));
    let run = p.runner().max_concurrent(1).observe(log.clone()).run(&clock);
    let (_, report) = drive(&sim, futures_lite::future::zip(holder.run(&clock), run));
    assert!(report.unwrap().is_success());
    assert_eq!(log.waits(), ["0 db: waits for a permit", "5 db: waits for `db`"]);
}

#[test]
fn a_step_that_waits_for_its_level_or_that_a_stop_ends_lacks_nothing() {
    let (sim, log) = (Sim::new(), Log::default());
    let clock = sim.clock();
    let mut p: Pipeline<'_> = Pipeline::new("levels");
    let first = p.step("first").run(|| async { Ok(clock.sleep(ms(5)).await) });
    p.step("beside").run(|| async { Ok(clock.sleep(ms(5)).await) });
    p.step("next level").after(first).run(async || Ok(()));
    let run = p.runner().order(Order::Levels).max_concurrent(1).observe(log.clone()).run(&clock);
    assert!(drive(&sim, run).unwrap().is_success());
    assert_eq!(log.waits(), ["0 beside: waits for a permit"]);

    let (token, log) = (CancelToken::new(), Log::default());
    token.cancel();
    let run = p.runner().max_concurrent(1).cancel(&token).observe(log.clone()).run(&clock);
    assert_eq!(drive(&sim, run).unwrap().exit_code(), 2);
    assert!(log.waits().is_empty());
}

#[test]
fn of_many_steps_each_is_told_once_and_those_that_start_at_once_are_not() {
    for (steps, limit) in [(1, 1), (70, 3), (1_000, 7)] {
        let mut p: Pipeline<'_> = Pipeline::new("many");
        for step in 0..steps {
            // Pending once, so that there are never more in flight than the limit.
            p.step(&format!("step {step}")).run(async || Ok(futures_lite::future::yield_now().await));
        }
        let mut waits = vec![0; steps];
        let run = p.runner().max_concurrent(limit).on_event(|event| {
            if let (EventKind::Waiting { resource: None, until: None }, Some(step)) = (&event.kind, event.step) {
                assert_eq!(event.attempt, 1);
                waits[step.index()] += 1;
            }
        });
        assert!(drive(&Sim::new(), run.run(&NoClock)).unwrap().is_success());
        let expected: Vec<_> = (0..steps).map(|step| usize::from(step >= limit as usize)).collect();
        assert_eq!(waits, expected);
    }
}
