//! A run as bars: both APIs, attempts, critical paths, wide names, many steps.

use rungs::{AttemptTimes, Backoff, CancelToken, NoClock, Pipeline, SharedResource, sim::Sim};

use crate::{drive, ms};

#[test]
fn a_bar_tells_waits_attempts_delays_and_failures() {
    let sim = Sim::new();
    let clock = sim.clock();
    let line = SharedResource::new("line", 1);
    let mut p = Pipeline::with_error("etl");
    let rows = p.step("extract").retries(2).backoff(Backoff::fixed(ms(10))).run_with(async |cx| {
        clock.sleep(ms(20)).await;
        if cx.attempt() < 3 { Err("reset") } else { Ok(()) }
    });
    p.step("side").uses(&line, 1).run(async || Ok(clock.sleep(ms(40)).await));
    p.step("waits").uses(&line, 1).run(async || Ok(clock.sleep(ms(10)).await));
    let load = p.step("load").after(rows).run(async || {
        clock.sleep(ms(20)).await;
        Err::<(), _>("no table")
    });
    p.step("index").after(load).skip_on_error().run(async || Ok(()));
    let mut attempts = AttemptTimes::new();
    let report = drive(&sim, p.runner().observe(&mut attempts).run(&clock)).unwrap();
    let expected = "\
Timeline: etl, 100.0 ms
step         start  duration
extract *        0   80.0 ms  |#########x-----#########x-----##########          |  success, 3 attempts
side             0   40.0 ms  |####################                              |  success
waits      40.0 ms   10.0 ms  |~~~~~~~~~~~~~~~~~~~~#####                         |  success
load    *  80.0 ms   20.0 ms  |........................................##########|  failed
index            -         -  |                                                  |  skipped
critical path: extract, load";
    assert_eq!(report.timeline().with_attempts(&attempts).to_string(), expected);
    // Without attempts a step is one bar.
    let plain = expected.replace("#########x-----#########x-----##########", &"#".repeat(40)).replace('~', ".");
    assert_eq!(report.timeline().to_string(), plain);
    // One observer serves several runs, one after the other.
    let again = drive(&sim, p.runner().observe(&mut attempts).run(&clock)).unwrap();
    assert_eq!(again.timeline().with_attempts(&attempts).to_string(), expected);
}

#[test]
fn the_critical_path_goes_through_a_permit_and_with_the_plan_through_needs() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p: Pipeline<'_> = Pipeline::new("narrow");
    let first = p.step("first").run(async || Ok(clock.sleep(ms(10)).await));
    p.step("other").run(async || Ok(clock.sleep(ms(30)).await));
    p.step("last").after(first).run(async || Ok(clock.sleep(ms(50)).await));
    let report = drive(&sim, p.runner().max_concurrent(1).run(&clock)).unwrap();
    let by_times: Vec<_> = report.timeline().critical_path().map(|step| step.name()).collect();
    // `last` could have begun after `first`, and waited for the permit that `other` had.
    assert_eq!(by_times, ["last", "other", "first"]);
    let with_plan = report.timeline().with_plan(p.plan().unwrap());
    let by_needs: Vec<_> = with_plan.critical_path().map(|step| step.name()).collect();
    assert_eq!(by_needs, ["last", "first"]);
}

#[test]
fn wide_and_long_names_keep_the_columns() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p: Pipeline<'_> = Pipeline::new("names");
    let names =
        ["大小".repeat(20), "x".repeat(99), "a\nb".into(), String::new(), "大".repeat(16), "e\u{301}".repeat(40)];
    for name in &names {
        p.step(name).run(async || Ok(clock.sleep(ms(10)).await));
    }
    let report = drive(&sim, p.run(&clock)).unwrap();
    let text = report.timeline().to_string();
    let columns = |line: &str| line.split_once("  |").map(|(left, _)| unicode_width::UnicodeWidthStr::width(left));
    let lines: Vec<_> = text.lines().skip(2).take(names.len()).collect();
    assert!(lines.iter().all(|line| columns(line) == Some(32 + 2 + 1 + 8 + 2 + 8)), "{text}");
    assert!(lines[0].starts_with("大小大小大小大小大小大小大小大… "), "{text}");
    assert!(lines[2].starts_with("a\\nb "), "{text}");
}

#[test]
fn of_many_steps_the_longest_are_shown() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p: Pipeline<'_> = Pipeline::new("many");
    for n in 0..1_000_u64 {
        let clock = clock.clone();
        let last = (n + 1) * 7_919 % 1_000;
        p.step(&format!("step {n}")).run(move || {
            let sleep = clock.sleep(ms(last + 1));
            async move { Ok(sleep.await) }
        });
    }
    let report = drive(&sim, p.run(&clock)).unwrap();
    let text = report.timeline().to_string();
    assert_eq!(text.lines().count(), 2 + 60 + 2, "{text}");
    assert!(text.contains("and 940 shorter steps\n"), "{text}");
    assert!(text.lines().skip(2).take(60).all(|line| line.contains("##############")), "{text}");
    assert_eq!(format!("{:#}", report.timeline()).lines().count(), 2 + 1_000 + 1);
}

#[test]
fn a_path_of_many_steps_is_found_quickly_and_told_in_short() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p: Pipeline<'_> = Pipeline::new("chain");
    let mut before = None;
    for n in 0..20_000 {
        let clock = clock.clone();
        let name = format!("step {n}");
        let step = p.step(&name);
        let step = if let Some(before) = before { step.after(before) } else { step };
        before = Some(step.run(move || {
            let sleep = clock.sleep(ms(1));
            async move { Ok(sleep.await) }
        }));
    }
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(report.timeline().critical_path().count(), 20_000);
    let text = report.timeline().to_string();
    assert!(
        text.ends_with("critical path: step 0, step 1, step 2, step 3, step 4, step 5, step 6, step 7, and 19992 more")
    );
}

#[test]
fn runs_without_time_or_steps_and_cancelled_ones_have_a_timeline() {
    let mut p: Pipeline<'_> = Pipeline::new("empty");
    let report = smol::block_on(p.run(&NoClock)).unwrap();
    assert_eq!(report.timeline().to_string(), "Timeline: empty, 0\nstep      start  duration\ncritical path: none");

    let (sim, token) = (Sim::new(), CancelToken::new());
    let clock = sim.clock();
    let mut p: Pipeline<'_> = Pipeline::new("cancelled");
    let hangs = p.step("hangs").run(async || Ok::<(), rungs::BoxError>(std::future::pending().await));
    p.step("stops").run(async || {
        clock.sleep(ms(10)).await;
        token.cancel();
        Ok(())
    });
    p.step("never").after(hangs).run(async || Ok(()));
    let report = drive(&sim, p.runner().cancel(&token).run(&clock)).unwrap();
    let text = report.timeline().to_string();
    assert!(text.contains(&format!("hangs          0   10.0 ms  |{}|  cancelled\n", "#".repeat(50))), "{text}");
    assert!(
        text.contains(&format!("never          -         -  |{}|  skipped: the run was cancelled\n", " ".repeat(50))),
        "{text}"
    );
}

#[test]
fn given_steps_and_steps_that_a_run_leaves_out_are_told() {
    let sim = Sim::new();
    let mut p: Pipeline<'_> = Pipeline::new("part");
    let fetch = p.step("fetch").run(async || Ok(1));
    let parse = p.step("parse").needs(fetch).run(async |rows| Ok(*rows));
    p.step("draw").needs(parse).run_maybe(async |_| Ok(None::<()>));
    p.step("mail").after(parse).run(async || Ok(()));
    let report = drive(&sim, p.runner().given(parse, 2).only_named(["draw"]).run(&sim.clock())).unwrap();
    let bar = format!("|{}|", " ".repeat(50));
    let ends = ["skipped: up to date", "success (given)", "skipped: by itself", "skipped: not selected"];
    let text = report.timeline().to_string();
    let lines: Vec<_> = text.lines().skip(2).take(4).collect();
    for (line, end) in lines.iter().zip(ends) {
        assert!(line.ends_with(&format!("  {end}")), "{text}");
    }
    assert!(lines[0].contains(&bar) && lines[1].contains(&bar) && lines[3].contains(&bar), "{text}");
}

#[test]
fn a_static_report_has_one_too() {
    #[rungs::pipeline(error = &'static str)]
    mod boot {
        use rungs::sim::Clock;
        use std::time::Duration;

        #[context]
        pub(crate) struct Board {
            pub(crate) clock: Clock,
        }

        #[step]
        async fn power(clock: &Clock) -> Result<(), &'static str> {
            Ok(clock.sleep(Duration::from_millis(20)).await)
        }
        #[step]
        async fn lamp(clock: &Clock) -> Result<(), &'static str> {
            Ok(clock.sleep(Duration::from_millis(20)).await)
        }
        #[step(after(power), retries = 1)]
        async fn radio(clock: &Clock, cx: &rungs::StepCx) -> Result<(), &'static str> {
            clock.sleep(Duration::from_millis(40)).await;
            if cx.attempt() == 1 { Err("no carrier") } else { Ok(()) }
        }
    }
    let sim = Sim::new();
    let mut board = boot::Board { clock: sim.clock() };
    let mut attempts = AttemptTimes::new();
    let clock = sim.clock();
    let report = drive(&sim, boot::runner().observe(&mut attempts).run(&mut board, &clock));
    assert_eq!(
        report.timeline().with_attempts(&attempts).to_string(),
        "\
Timeline: boot, 100.0 ms
step       start  duration
power *        0   20.0 ms  |##########                                        |  success
lamp           0   20.0 ms  |##########                                        |  success
radio *  20.0 ms   80.0 ms  |..........###################x####################|  success, 2 attempts
critical path: power, radio"
    );
}
