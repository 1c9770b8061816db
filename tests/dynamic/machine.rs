//! The report for machines.

use rungs::{Backoff, Cause, Pipeline};
use serde_json::{Value, json};

use crate::{
    errors::{DiskFull, LoadFailed},
    support::{Sim, drive, ms},
};

/// The example in the documentation of `Report`.
fn documented() -> Value {
    let source = include_str!("../../core/src/report/dynamic.rs");
    let (_, example) = source.split_once("/// ```json\n").expect("there is an example");
    let (example, _) = example.split_once("/// ```\n").expect("the example ends");
    let text: String = example.lines().map(|line| line.trim_start_matches("///")).collect();
    serde_json::from_str(&text).expect("the example is JSON")
}

#[test]
fn a_report_in_json_is_as_documented() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error("nightly");
    let fetch = p.step("fetch").retries(1).backoff(Backoff::fixed(ms(1_100))).run_with(|cx| {
        let clock = &clock;
        async move {
            clock.sleep(ms(50)).await;
            if cx.attempt() == 1 { Err(LoadFailed(DiskFull)) } else { Ok(()) }
        }
    });
    let load = p.step("load").optional().after(fetch).run(|| async { Err::<(), _>(LoadFailed(DiskFull)) });
    p.step("tidy").needs(load).skip_on_error().run(|_| async { Ok(()) });
    p.resource("bus", 1);
    clock.advance(ms(70));
    let report = drive(&sim, p.run(&clock)).unwrap();
    let mut json = serde_json::to_value(&report).unwrap();

    // The times of the wall clock are another day's.
    let documented = documented();
    let start = report.wall_clock_start().duration_since(std::time::UNIX_EPOCH).unwrap();
    let at = |after| json!((start + ms(after)).as_millis() as u64);
    assert_eq!((&json["started_unix_ms"], &json["steps"][0]["started_unix_ms"]), (&at(0), &at(0)));
    assert_eq!(json["steps"][1]["started_unix_ms"], at(1_200));
    json["started_unix_ms"] = documented["started_unix_ms"].clone();
    for step in 0..2 {
        json["steps"][step]["started_unix_ms"] = documented["steps"][step]["started_unix_ms"].clone();
    }
    assert_eq!(json, documented);
}

#[test]
fn one_step_in_json() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("one");
    p.step("slow").timeout(ms(3)).run(std::future::pending::<Result<(), _>>);
    let report = drive(&sim, p.run(&clock)).unwrap();
    let json = serde_json::to_value(report.get("slow").unwrap()).unwrap();
    assert_eq!((&json["cause"], &json["error"]), (&json!("timed_out"), &json!(["timed out"])));
    assert_eq!(json["duration_ms"], json!(3.0));
}

#[test]
fn a_cause_in_json_has_its_code() {
    let step = rungs::StepId::new(1).unwrap();
    assert_eq!(serde_json::to_value(Cause::RunDeadline).unwrap(), json!(Cause::RunDeadline.code()));
    assert_eq!(serde_json::to_value(Cause::Drained).unwrap(), json!("drained"));
    let stopped = Cause::Stopped { by: step };
    assert_eq!(serde_json::to_value(stopped).unwrap(), json!({ stopped.code(): { "by": 1 } }));
}
