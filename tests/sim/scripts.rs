//! Scripted steps.

use rungs::{LocalPipeline, Status, sim::Sim};
use std::time::Duration;

const MS: fn(u64) -> Duration = Duration::from_millis;

#[test]
fn a_script_plays_one_entry_per_attempt() {
    let sim = Sim::new();
    let script = sim.script().fail_in(MS(5), "first").fail("second").hang().succeed_in(MS(30), 7);
    let mut p = LocalPipeline::with_error("scripted");
    let step = p.step("step").retries(3).timeout(MS(100)).run(|| script.play());
    let report = sim.run(p.runner()).unwrap();
    assert_eq!((*report.output(step).unwrap(), report.duration()), (7, MS(5 + 100 + 30)));
    assert_eq!((script.played(), report.get("step").unwrap().attempts()), (4, 4));
}

#[test]
fn the_last_entry_repeats_and_clones_play_on() {
    let sim = Sim::new();
    let script = sim.script::<(), _>().fail("always");
    let clone = script.clone();
    let mut p = LocalPipeline::with_error("repeats");
    p.step("a").retries(4).run(|| script.play());
    p.step("b").retries(4).run(|| clone.play());
    assert_eq!(sim.run(p.runner()).unwrap().count(Status::Failed), 2);
    assert_eq!(script.played(), 10);
}

#[test]
fn a_script_without_entries_hangs() {
    let sim = Sim::new();
    let script = sim.script::<(), &str>();
    let mut p = LocalPipeline::with_error("hangs");
    p.step("a").timeout(MS(9)).run(|| script.play());
    assert_eq!(sim.run(p.runner()).unwrap().duration(), MS(9));
}
