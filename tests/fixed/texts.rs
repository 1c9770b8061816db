//! What a static run says of its errors, on one line each: a step's own last error is kept, whatever cuts off a later attempt.

use crate::{Sim, run};
use rungs::{NoClock, StepCx, StepError};
use std::future::pending;

/// The errors of devices.
type Text = &'static str;

#[rungs::pipeline(error = Text)]
mod silent {
    use super::*;

    #[step(timeout = ms(5), retries = 2)]
    async fn timed(cx: &StepCx) -> Result<(), Text> {
        if cx.attempt() == 1 { Err("no answer") } else { pending().await }
    }

    #[step(deadline = ms(20), retries = 2)]
    async fn late(cx: &StepCx) -> Result<(), Text> {
        if cx.attempt() < 3 { Err("busy") } else { pending().await }
    }

    #[step(retries = 1)]
    async fn failed() -> Result<(), Text> {
        Err("off")
    }

    #[step(retries = 1)]
    async fn lucky(cx: &StepCx) -> Result<(), Text> {
        if cx.attempt() == 1 { Err("once") } else { Ok(()) }
    }
}

#[test]
fn an_own_error_is_kept_with_its_attempt() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut log = Vec::new();
    let report = run(&sim, silent::runner().on_event(|event| log.push(event.to_string())).run((), &clock));
    let own = |name| report.get(name).unwrap().own_error().map(|(attempt, error)| (attempt, *error));
    assert_eq!(own("timed"), Some((1, "no answer")));
    assert_eq!(own("late"), Some((2, "busy")));
    assert_eq!(own("failed"), Some((2, "off")));
    assert_eq!(own("lucky"), None);
    assert_eq!(report.get("timed").unwrap().error(), Some(StepError::TimedOut));
    assert_eq!(
        report.to_string(),
        "\
Report: silent
step    status     tries     start  duration  cause
timed   failed         3         0   10.0 ms  timed out (attempt 1: no answer)
late    failed         3         0   20.0 ms  deadline exceeded (attempt 2: busy)
failed  failed         2         0         0  off
lucky   success        2         0         0
4 steps: 1 succeeded (1 after retries), 3 failed (timed out: 1, deadline exceeded: 1), 0 skipped, 0 cancelled \
in 20.0 ms, exit code 1"
    );
    for line in [
        "timed: failed after 3 attempts: timed out (attempt 1: no answer)",
        "late: failed after 3 attempts: deadline exceeded (attempt 2: busy)",
        "failed: failed after 2 attempts: off",
    ] {
        assert!(log.iter().any(|told| told == line), "{log:#?}");
    }
}

#[rungs::pipeline(error = Text)]
mod forged {
    use super::*;

    #[step(retries = 1)]
    async fn modem() -> Result<(), Text> {
        Err("no\r\nsensor  success\u{2028}\u{1b}[2J")
    }
}

#[test]
fn an_error_of_any_content_stays_on_its_line() {
    let mut log = Vec::new();
    let runner = forged::runner().on_event(|event| log.push(event.to_string()));
    let report = run(&Sim::new(), runner.run((), &NoClock));
    let shown = r"no\r\nsensor  success\u{2028}\u{1b}[2J";
    let line = format!("modem  failed         2         0         0  {shown}");
    assert_eq!(report.to_string().lines().nth(2), Some(&*line));
    assert!(log.contains(&format!("modem: {shown}; again at once")), "{log:?}");
    assert!(log.contains(&format!("modem: failed after 2 attempts: {shown}")), "{log:?}");
}
