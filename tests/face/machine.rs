//! The report for machines.

use rungs::{Backoff, Pipeline};
use serde_json::{Value, json};

use crate::support::{Clock, drive, ms};

fn span(millis: u64) -> Value {
    json!({ "secs": millis / 1_000, "nanos": millis % 1_000 * 1_000_000 })
}

#[test]
fn a_report_in_json() {
    let clock = Clock::new();
    let mut p = Pipeline::with_error::<&str>("nightly");
    p.step("good").retries(1).backoff(Backoff::fixed(ms(1_100))).run_with(|cx| {
        let clock = &clock;
        async move {
            clock.sleep(ms(50)).await;
            if cx.attempt() == 1 { Err("busy") } else { Ok(()) }
        }
    });
    let bad = p.step("bad").optional().run(|| async { Err::<(), _>("no \"paper\"") });
    p.step("next").needs(bad).skip_on_error().run(|_| async { Ok(()) });
    clock.slip(ms(70));
    let report = drive(&clock, p.run(&clock)).unwrap();
    let mut json = serde_json::to_value(&report).unwrap();
    let started = json.as_object_mut().unwrap().remove("started_unix").unwrap().as_f64().unwrap();
    let wall_clock = report.wall_clock_start().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64();
    assert!((started - wall_clock).abs() < 1e-3);
    assert_eq!(
        json,
        json!({
            "pipeline": "nightly",
            "exit_code": 0,
            "duration": span(1_200),
            "steps": [
                {
                    "name": "good", "status": "success", "cause": null, "reason": null, "error": null,
                    "required": true, "attempts": 2, "started_at": span(0), "duration": span(1_200),
                },
                {
                    "name": "bad", "status": "failed", "cause": "failed", "reason": "no \"paper\"",
                    "error": "no \"paper\"", "required": false, "attempts": 1, "started_at": span(0),
                    "duration": span(0),
                },
                {
                    "name": "next", "status": "skipped", "cause": "dependency", "reason": "`bad` failed",
                    "error": null, "required": true, "attempts": 0, "started_at": null, "duration": span(0),
                },
            ],
        }),
    );
}

#[test]
fn one_step_in_json() {
    let clock = Clock::new();
    let mut p = Pipeline::with_error::<&str>("one");
    p.step("slow").timeout(ms(3)).run(std::future::pending::<Result<(), _>>);
    let report = drive(&clock, p.run(&clock)).unwrap();
    let json = serde_json::to_value(report.get("slow").unwrap()).unwrap();
    assert_eq!((&json["cause"], &json["error"]), (&json!("timed_out"), &json!("timed out")));
    assert_eq!(json["duration"], span(3));
}
