//! The seed decides what comes first among what happens at the same time.

use rungs::{
    LocalPipeline,
    sim::{Sim, explore},
};
use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    future::poll_fn,
    panic,
    task::{Poll, Waker},
    time::Duration,
};

/// Runs to a success, and returns the events with their times.
fn events_of(sim: &Sim, p: &mut LocalPipeline<'_>) -> Vec<String> {
    let mut events = Vec::new();
    let run = p.runner().on_event(|event| events.push(format!("{:?} {event}", event.at)));
    assert!(sim.run(run).unwrap().is_success());
    events
}

/// Three steps that sleep equally long: the order in which they end, and the events with their times.
fn trace(sim: &Sim) -> (String, Vec<String>) {
    let (clock, order) = (sim.clock(), RefCell::new(String::new()));
    let mut p = LocalPipeline::new("together");
    for name in ["a", "b", "c"] {
        let (clock, order) = (&clock, &order);
        p.step(name).run(move || async move {
            clock.sleep(Duration::from_millis(5)).await;
            order.borrow_mut().push_str(name);
            Ok(())
        });
    }
    let events = events_of(sim, &mut p);
    drop(p);
    (order.into_inner(), events)
}

#[test]
fn without_a_seed_the_order_is_that_of_the_calls() {
    assert_eq!(trace(&Sim::new()).0, "abc");
}

#[test]
fn seeds_reach_all_orders_of_timers_that_fire_together() {
    let mut orders = BTreeSet::new();
    explore(1..200, |sim| {
        orders.insert(trace(sim).0);
    });
    assert_eq!(orders.into_iter().collect::<Vec<_>>(), ["abc", "acb", "bac", "bca", "cab", "cba"]);
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    for seed in 0..100 {
        assert_eq!(trace(&Sim::seeded(seed)), trace(&Sim::seeded(seed)));
        assert_eq!(trace_of_a_gate(&Sim::seeded(seed)), trace_of_a_gate(&Sim::seeded(seed)));
    }
}

/// Three steps wait at a gate, which a fourth one opens: one poll of the run finds all of them woken.
fn trace_of_a_gate(sim: &Sim) -> (String, Vec<String>) {
    let order = RefCell::new(String::new());
    let (is_open, waiting) = (Cell::new(false), RefCell::new(Vec::<Waker>::new()));
    let mut p = LocalPipeline::new("gate");
    for name in ["a", "b", "c"] {
        let (order, is_open, waiting) = (&order, &is_open, &waiting);
        p.step(name).run(move || async move {
            poll_fn(|cx| {
                if is_open.get() {
                    return Poll::Ready(());
                }
                waiting.borrow_mut().push(cx.waker().clone());
                Poll::Pending
            })
            .await;
            order.borrow_mut().push_str(name);
            Ok(())
        });
    }
    p.step("opens").run(|| async {
        is_open.set(true);
        waiting.take().into_iter().for_each(Waker::wake);
        Ok(())
    });
    let events = events_of(sim, &mut p);
    drop(p);
    (order.into_inner(), events)
}

#[test]
fn seeds_reach_all_orders_of_steps_that_are_woken_together() {
    assert_eq!(trace_of_a_gate(&Sim::new()).0, "abc");
    let mut orders = BTreeSet::new();
    explore(1..200, |sim| {
        orders.insert(trace_of_a_gate(sim).0);
    });
    assert_eq!(orders.into_iter().collect::<Vec<_>>(), ["abc", "acb", "bac", "bca", "cab", "cba"]);
}

#[test]
fn explore_passes_a_panic_on() {
    let mut last = 0;
    let failed = panic::catch_unwind(panic::AssertUnwindSafe(|| {
        explore(1..100, |sim| {
            last += 1;
            assert!(trace(sim).0 != "cba", "found");
        });
    }));
    assert!(failed.is_err() && last < 99, "{last}");
}

#[test]
fn a_day_of_backoff_takes_no_time() {
    let sim = Sim::new();
    let day = Duration::from_secs(24 * 3600);
    let source = sim.script().fail_times(24, "not yet").succeed(());
    let mut p = LocalPipeline::with_error("patient");
    p.step("source").retries(24).backoff(rungs::Backoff::fixed(day / 24)).run(|| source.play());
    assert_eq!(sim.run(p.runner()).unwrap().duration(), day);
}

#[test]
fn a_step_that_computes_advances_the_clock() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = LocalPipeline::with_error("late");
    let slow = p.step("slow").run(|| async {
        clock.advance(Duration::from_secs(2));
        Ok::<_, &str>(())
    });
    p.step("next").after(slow).run(|| async { Ok(()) });
    assert_eq!(sim.run(p.runner()).unwrap().duration(), Duration::from_secs(2));
}
