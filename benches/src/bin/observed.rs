//! Runs a chain so many times with an observer, under valgrind: see the benchmark `observed`. A program of its own, so that
//! what the gate counts does not depend on it.

use rungs::{AttemptTimes, NoClock, PollTimes};
use rungs_benches::{
    graph::{Adding, EXECUTOR, Graph, Mode, Shape},
    phase::Ran,
};
use rungs_smol::Smol;
use std::future::Future;
use tracing::{
    Event, Metadata, Subscriber,
    span::{Attributes, Id, Record},
    subscriber::with_default,
};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (observer, mode, runs) = arguments(&args).expect("an observer, a mode and a number of runs");
    let mut graph = Graph::new(Shape::Chain, 1_000).in_mode(mode);
    let (mut pipeline, last) = graph.build();
    for _ in 0..runs {
        let report = run(observer, &mut pipeline, mode).expect("an observer that the benchmark `observed` names");
        assert_eq!(report.output(last).ok().as_deref(), Some(&graph.sum()), "the last step's sum");
    }
}

fn arguments(args: &[String]) -> Option<(&str, Mode, u32)> {
    let [observer, mode, runs] = args else { return None };
    Some((observer, Mode::ALL.into_iter().find(|known| known.name() == mode)?, runs.parse().ok()?))
}

fn run(observer: &str, p: &mut Adding, mode: Mode) -> Option<Ran> {
    Some(match observer {
        "nobody" => measured_observed(p.run(&NoClock), mode),
        "closure" => measured_observed(p.runner().on_event(|_| {}).run(&NoClock), mode),
        "AttemptTimes" => measured_observed(p.runner().observe(AttemptTimes::new()).run(&NoClock), mode),
        "PollTimes" => measured_observed(p.runner().observe(PollTimes::new(Smol)).run(&NoClock), mode),
        "PollTimes_counts" => measured_observed(p.runner().observe(PollTimes::new(NoClock)).run(&NoClock), mode),
        "tracing_off" => measured_observed(p.runner().observe(rungs_tracing::observer()).run(&NoClock), mode),
        "tracing_discarded" => with_default(Discard, || {
            measured_observed(p.runner().observe(rungs_tracing::observer()).run(&NoClock), mode)
        }),
        _ => return None,
    })
}

#[inline(never)]
fn measured_observed<R>(run: impl Future<Output = Result<Ran, R>>, mode: Mode) -> Ran {
    let report = match mode {
        Mode::Ready | Mode::Waiting | Mode::Limited => futures_lite::future::block_on(run),
        Mode::Spawned => futures_lite::future::block_on(EXECUTOR.run(run)),
    };
    report.ok().expect("the plan is right")
}

/// Takes every span and event, and keeps none.
struct Discard;

impl Subscriber for Discard {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
