//! A run as a trace of Chrome's format, read by a parser of JSON.

use rungs::{AttemptTimes, Backoff, ChromeTrace, Pipeline, sim::Sim};
use serde_json::Value;

use crate::{drive, ms};

#[test]
fn a_trace_is_json_with_a_slice_for_each_step_and_attempt() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error("e\"t\\l\n大");
    let rows = p.step("extract \"all\"\u{1}").retries(1).backoff(Backoff::fixed(ms(10))).run_with(async |cx| {
        clock.sleep(ms(20)).await;
        if cx.attempt() == 1 { Err("reset") } else { Ok(()) }
    });
    p.step("beside").run(async || Ok(clock.sleep(std::time::Duration::from_nanos(1_500)).await));
    let load = p.step("load").after(rows).run(async || Err::<(), _>("no table"));
    p.step("index").after(load).run(async || Ok(()));
    let mut attempts = AttemptTimes::new();
    let report = drive(&sim, p.runner().observe(&mut attempts).run(&clock)).unwrap();
    let trace: ChromeTrace<'_, _> = report.timeline().with_attempts(&attempts).chrome_trace();
    let text = trace.to_string();
    let trace: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text}"));
    assert_eq!(trace["displayTimeUnit"], "ms");
    let events = trace["traceEvents"].as_array().unwrap();
    assert_eq!(events[0]["args"]["name"], "e\"t\\l\n大");

    let slices: Vec<_> = events.iter().filter(|event| event["ph"] == "X").collect();
    let slice = |name: &str| *slices.iter().find(|slice| slice["name"] == name).unwrap();
    let times = |slice: &Value| (slice["ts"].as_f64().unwrap(), slice["dur"].as_f64().unwrap());
    let extract = slice("extract \"all\"\u{1}");
    assert_eq!(times(extract), (0.0, 50_000.0));
    assert_eq!(
        (&extract["cat"], &extract["args"]["attempts"], &extract["args"]["status"]),
        (&"critical".into(), &2.into(), &"success".into())
    );
    let parts: Vec<_> =
        slices.iter().filter(|part| part["tid"] == extract["tid"] && part["cat"] == "attempt").collect();
    let parts: Vec<_> = parts.iter().map(|part| (part["name"].as_str().unwrap(), times(part))).collect();
    assert_eq!(
        parts,
        [("attempt 1", (0.0, 20_000.0)), ("backoff", (20_000.0, 10_000.0)), ("attempt 2", (30_000.0, 20_000.0))]
    );
    assert_eq!(times(slice("beside")), (0.0, 1.5));
    assert_eq!(slice("beside")["cat"], "step");
    assert_eq!(slice("load")["args"]["status"], "failed");
    assert!(!slices.iter().any(|slice| slice["name"] == "index"), "it never ran");
    // Each track has its step's name.
    for slice in &slices {
        let is_named = |event: &&Value| event["name"] == "thread_name" && event["tid"] == slice["tid"];
        assert_eq!(events.iter().filter(is_named).count(), 1);
    }
}
