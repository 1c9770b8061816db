//! The report as a person reads it.

use rungs::{Backoff, NoClock, OnFailure, Pipeline};

use crate::support::{Sim, block, drive, ms};

#[test]
fn the_whole_table() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("nightly");
    p.step("fetch").retries(2).backoff(Backoff::fixed(ms(200))).run_with(|cx| {
        let clock = &clock;
        async move {
            clock.sleep(ms(50)).await;
            if cx.attempt() == 1 { Err("busy") } else { Ok(()) }
        }
    });
    p.step("a much longer name").run(|| async { Ok(clock.sleep(ms(1_250)).await) });
    let bad = p.step("bad").run(|| async {
        clock.sleep(std::time::Duration::from_nanos(1_500)).await;
        Err::<(), _>("out of paper\nand a second line")
    });
    p.step("next").needs(bad).run(|_| async { Ok(()) });
    p.step("spare").needs(bad).skip_on_error().run(|_| async { Ok(()) });
    p.step("extra").optional().timeout(ms(5)).run(std::future::pending::<Result<(), _>>);
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(
        report.to_string(),
        "\
Report: nightly
step                status     tries     start  duration  cause
fetch               success        2         0  300.0 ms
a much longer name  success        1         0    1.25 s
bad                 failed         1         0    1.5 us  out of paper\\nand a second line
next                failed         0         -         -  `bad` failed
spare               skipped        0         -         -  `bad` failed
extra               failed         1         0    5.0 ms  timed out (optional)
6 steps: 2 succeeded (1 after retries), 2 failed (timed out: 1, optional: 1), 1 more for a failed need, 1 skipped, \
0 cancelled in 1.25 s, exit code 1",
    );
}

#[test]
fn a_name_longer_than_the_column_pushes_its_line_out() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("names");
    p.step("a name of more than thirty-two letters").run(|| async { Ok(()) });
    p.step("\u{fc}ml\u{e4}ut").optional().run(|| async { Ok(clock.sleep(std::time::Duration::from_nanos(7)).await) });
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(
        report.to_string(),
        "\
Report: names
step                              status     tries     start  duration  cause
a name of more than thirty-two letters  success        1         0         0
\u{fc}ml\u{e4}ut                            success        1         0      7 ns  (optional)
2 steps: 2 succeeded, 0 failed, 0 skipped, 0 cancelled in 7 ns, exit code 0",
    );
}

#[test]
fn an_empty_table() {
    let mut p = Pipeline::new("nothing");
    let report = block(p.run(&NoClock)).unwrap();
    assert_eq!(
        report.to_string(),
        "\
Report: nothing
step  status     tries     start  duration  cause
0 steps: 0 succeeded, 0 failed, 0 skipped, 0 cancelled in 0, exit code 0",
    );
}

#[test]
fn the_last_line_tells_cancelled_ones() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("one");
    p.step("bad").run(|| async { Err::<(), _>("no") });
    p.step("long").run(|| async { Ok(clock.sleep(ms(9)).await) });
    let report = drive(&sim, p.runner().on_failure(OnFailure::Cancel).run(&clock)).unwrap();
    let text = report.to_string();
    assert_eq!(
        text.lines().last(),
        Some("2 steps: 0 succeeded, 1 failed, 1 skipped (stopped after a failure: 1), 0 cancelled in 0, exit code 1"),
        "{text}"
    );
    let mut p = Pipeline::with_error::<&str>("one");
    p.step("long").run(|| async { Ok(clock.sleep(ms(9)).await) });
    let report = drive(&sim, p.runner().deadline(ms(2)).run(&clock)).unwrap();
    assert_eq!(
        report.to_string().lines().last(),
        Some(
            "1 step: 0 succeeded, 0 failed, 0 skipped, 1 cancelled (the run's deadline passed: 1) in 2.0 ms, \
             exit code 2"
        )
    );
}
