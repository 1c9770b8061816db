//! Runs a chain whose steps use one meaning, so many times, under valgrind: see the benchmark `meanings`. A program of its own, so
//! that what the gate counts does not depend on it.

use rungs::{Handle, NoClock, Owned, Pipeline, Report, SharedResource, Unmet};

const STEPS: u64 = 1_000;

type Adding<'a> = Pipeline<'a, &'static str>;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [meaning, runs] = &args[..] else { return eprintln!("usage: meanings MEANING RUNS") };
    let shared = SharedResource::new("unit", 1);
    let mut p = build(meaning, &shared).expect("a meaning that the benchmark `meanings` names");
    for _ in 0..runs.parse().expect("a number of runs") {
        let report = measured_meaning(&mut p);
        assert!(report.steps().all(|step| step.attempts() == 1), "each step has run");
    }
}

#[inline(never)]
fn measured_meaning(p: &mut Adding<'_>) -> Report<&'static str> {
    futures_lite::future::block_on(p.run(&NoClock)).expect("the plan is right")
}

/// A chain: each step needs the one before it in the way of this meaning.
fn build<'a>(meaning: &str, shared: &SharedResource) -> Option<Adding<'a>> {
    let mut p: Adding<'a> = Pipeline::with_error("meanings");
    let first = p.step("0").run(async || Ok(0_u64));
    match meaning {
        "needs" => chain(first, |name, last| p.step(name).needs(last).run(async |n| Ok(*n + 1))),
        "run_maybe" => chain(first, |name, last| p.step(name).needs(last).run_maybe(async |n| Ok(Some(*n + 1)))),
        "when_none_failed" => chain(first, |name, last| {
            p.step(name).needs(last).when_none_failed().run(async |n| Ok(n.map_or(0, |n| *n + 1)))
        }),
        "when_all_done" => chain(first, |name, last| {
            let settled = p.step(name).needs(last).when_all_done();
            settled.run(async |n: Result<rungs::Out<u64>, Unmet<&'static str>>| Ok(n.map_or(0, |n| *n + 1)))
        }),
        "after" => chain(first, |name, last| p.step(name).after(last).run(async || Ok(1))),
        "follows" => chain(first, |name, last| p.step(name).follows(last).run(async || Ok(1))),
        "never_cancel" => chain(first, |name, last| p.step(name).needs(last).never_cancel().run(async |n| Ok(*n + 1))),
        "release_early" => {
            chain(first, |name, last| p.step(name).needs(last).release_early().run(async |n| Ok(*n + 1)))
        }
        "shared resource" => {
            chain(first, |name, last| p.step(name).needs(last).uses(shared, 1).run(async |n| Ok(*n + 1)))
        }
        "resource" => {
            p.resource("unit", 1);
            chain(first, |name, last| p.step(name).needs(last).uses("unit", 1).run(async |n| Ok(*n + 1)))
        }
        "run_with" => chain(first, |name, last| p.step(name).needs(last).run_with(async |_, n| Ok(*n + 1))),
        "emit, unobserved" => chain(first, |name, last| {
            p.step(name).needs(last).run_with(async |cx, n| {
                cx.emit(*n);
                Ok(*n + 1)
            })
        }),
        "run_owned" => {
            let mut last: Owned<u64> = p.step("1").needs(first).run_owned(async |n| Ok(*n));
            for step in 2..STEPS {
                last = p.step(&step.to_string()).needs(last).run_owned(async |n| Ok(n + 1));
            }
        }
        _ => return None,
    }
    Some(p)
}

fn chain(first: Handle<u64>, mut add: impl FnMut(&str, Handle<u64>) -> Handle<u64>) {
    let mut last = first;
    for step in 1..STEPS {
        last = add(&step.to_string(), last);
    }
}
