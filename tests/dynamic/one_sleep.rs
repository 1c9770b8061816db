//! How many sleeps a run asks its clock for.

use rungs::{
    Instant, Pipeline, Timer,
    sim::{Sim, SimError},
};
use std::{cell::Cell, time::Duration};

use crate::support::ms;

/// A clock that counts the sleeps that it is asked for.
struct Counting<C> {
    clock: C,
    sleeps: Cell<u32>,
}

impl<C: Timer> Timer for Counting<C> {
    type Sleep = C::Sleep;

    fn now(&self) -> Instant {
        self.clock.now()
    }

    fn sleep_until(&self, deadline: Instant) -> C::Sleep {
        self.sleeps.set(self.sleeps.get() + 1);
        self.clock.sleep_until(deadline)
    }
}

/// A chain of steps of 1 ms, each under this timeout, and how many sleeps it takes.
fn sleeps(steps: u32, timeout: Duration) -> u32 {
    let sim = Sim::new();
    let (clock, times) = (Counting { clock: sim.clock(), sleeps: Cell::new(0) }, sim.clock());
    let mut p: Pipeline<'_> = Pipeline::new("chain");
    let mut last = p.step("0").run(async || Ok(()));
    for step in 1..=steps {
        last = p.step(&step.to_string()).after(last).timeout(timeout).run(async || Ok(times.sleep(ms(1)).await));
    }
    let report = sim.block_on(p.run(&clock)).unwrap().unwrap();
    assert!(report.is_success());
    assert_eq!(report.duration(), ms(steps.into()));
    clock.sleeps.get()
}

#[test]
fn one_sleep_serves_all_timeouts_that_begin_while_it_lasts() {
    assert_eq!(sleeps(100, ms(1_000)), 1);
    // One more for each time that a sleep has ended.
    assert_eq!(sleeps(100, ms(30)), 4);
}

#[test]
fn a_timeout_passes_on_time_although_an_earlier_sleep_was_kept() {
    let sim = Sim::new();
    let (clock, times) = (sim.clock(), sim.clock());
    let mut p: Pipeline<'_> = Pipeline::new("late");
    let quick = p.step("quick").timeout(ms(10)).run(async || Ok(times.sleep(ms(1)).await));
    p.step("slow").after(quick).timeout(ms(20)).run(async || Ok(times.sleep(ms(100)).await));
    let report = sim.block_on(p.run(&clock)).unwrap().unwrap();
    assert_eq!(report.get("slow").unwrap().duration(), ms(20));
    // And an earlier limit is not slept over.
    let mut p: Pipeline<'_> = Pipeline::new("early");
    let quick = p.step("quick").timeout(ms(50)).run(async || Ok(times.sleep(ms(1)).await));
    p.step("slow").after(quick).timeout(ms(20)).run(async || Ok(times.sleep(ms(100)).await));
    let report = sim.block_on(p.run(&clock)).unwrap().unwrap();
    assert_eq!(report.get("slow").unwrap().duration(), ms(20));
}

#[test]
fn a_simulation_is_stuck_when_no_limit_is_left() {
    let sim = Sim::new();
    let (clock, times) = (sim.clock(), sim.clock());
    let mut p: Pipeline<'_> = Pipeline::new("stuck");
    let quick = p.step("quick").timeout(ms(1_000)).run(async || Ok(times.sleep(ms(1)).await));
    p.step("hangs").after(quick).run(async || Ok(std::future::pending::<()>().await));
    let SimError::Stuck { at, .. } = sim.block_on(p.run(&clock)).unwrap_err() else { panic!("not stuck") };
    assert_eq!(at, Instant::ZERO + ms(1));
}
