//! What a rerun costs.

use std::pin::pin;

use allocation_counter::measure;
use rungs::{NoClock, Pipeline};

use crate::support::{Hand, block};

/// 10 levels of 100 steps, ready at once.
fn wide() -> Pipeline<'static> {
    let mut p = Pipeline::new("wide");
    let mut level: Vec<_> = (0..100).map(|n| p.step(&format!("0 {n}")).run(|| async { Ok(1_u64) })).collect();
    for l in 1..10 {
        level = (0..100)
            .map(|n| {
                let needs = (level[n], level[(n + 1) % 100]);
                p.step(&format!("{l} {n}")).needs(needs).run(|a, b| async move { Ok(*a + *b) })
            })
            .collect();
    }
    p
}

/// Allocations of the second run, report and results dropped.
fn of_a_rerun(p: &mut Pipeline<'_>) -> u64 {
    let hand = Hand::new();
    let mut once = || {
        let mut run = pin!(p.run(&NoClock));
        while hand.poll(run.as_mut()).is_pending() {}
    };
    once();
    let counted = measure(once);
    assert_eq!(counted.count_current, 0, "something stays");
    counted.count_total
}

#[test]
fn a_rerun_of_steps_that_are_ready_at_once_allocates_nothing() {
    assert_eq!(of_a_rerun(&mut wide()), 0);
}

#[test]
fn a_rerun_of_steps_that_wait_allocates_nothing() {
    let mut p = Pipeline::new("waiting");
    let parts: Vec<_> = (0..100)
        .map(|n| {
            p.step(&n.to_string()).run(|| async {
                crate::support::give_way().await;
                Ok(())
            })
        })
        .collect();
    p.step("all").after(parts).run(|| async { Ok(()) });
    assert_eq!(of_a_rerun(&mut p), 0);
}

#[test]
fn results_that_are_held_cost_one_allocation_each() {
    let mut p = wide();
    let report = block(p.run(&NoClock)).unwrap();
    let held: Vec<_> = (0..10).map(|n| report.output_named::<u64>(&format!("0 {n}")).unwrap()).collect();
    drop(report);
    let hand = Hand::new();
    let counted = measure(|| {
        let mut run = pin!(p.run(&NoClock));
        while hand.poll(run.as_mut()).is_pending() {}
    });
    assert_eq!(counted.count_total, 10);
    drop(held);
}
