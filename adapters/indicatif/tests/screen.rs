//! What a terminal shows during a run, read back from one in memory.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

mod common;

use common::{MS, bars, block_on, screens};
use indicatif::InMemoryTerm;
use rungs::{Backoff, NoClock, Pipeline, SharedResource, sim::Sim};
use rungs_indicatif::Progress;

#[test]
fn a_run_is_shown_by_a_bar_and_a_line_for_each_running_step() {
    let (sim, terminal) = (Sim::new(), InMemoryTerm::new(20, 100));
    let clock = sim.clock();
    let mut p = Pipeline::with_error("etl");
    let rows = p.step("extract").retries(1).backoff(Backoff::fixed(MS(2_500))).run_with(async |cx| {
        clock.sleep(MS(1_000)).await;
        if cx.attempt() == 1 {
            return Err("connection\nreset");
        }
        cx.emit((3, 10));
        clock.sleep(MS(1_000)).await;
        Ok(())
    });
    p.step("rates").expected(MS(90_000)).run_with(async |cx| {
        clock.sleep(MS(1_500)).await;
        cx.emit("asks\tagain");
        clock.sleep(MS(70_000)).await;
        Ok(())
    });
    let load = p.step("load").needs(rows).run(async |_| Err::<(), _>("no table"));
    p.step("index").needs(load).run(async |_| Ok(()));
    p.step("mail").needs(load).skip_on_error().run(async |_| Ok(()));
    let run = p.runner().observe(Progress::among(bars(&terminal)).without_ticks());
    let seen = screens(&terminal, |see| sim.block_on(run.on_event(see).run(&clock)).unwrap().unwrap());
    let rates = "rates: 0.0 s of about 1 min 30 s";
    let said = "of about 1 min 30 s, asks\\tagain";
    let failed = ["load: failed: no table", "index: failed: `load` failed", "mail: skipped: `load` failed"];
    // The event, how many lines have stayed, how many of five steps have ended, the text beside the bar, lines of steps.
    let expected: [(&str, usize, usize, &str, &[String]); 12] = [
        ("etl: run started: 5 steps", 0, 0, "0.0 s", &[]),
        ("extract: started", 0, 0, "0.0 s", &["extract: 0.0 s".into()]),
        ("rates: started", 0, 0, "0.0 s", &["extract: 0.0 s".into(), rates.into()]),
        (
            "extract: connection\\nreset; again in 2.5s",
            0,
            0,
            "1.0 s",
            &["extract: 1.0 s, attempt 2 in 2.5 s: connection\\nreset".into(), rates.replace("0.0", "1.0")],
        ),
        (
            "rates: asks\\tagain",
            0,
            0,
            "1.5 s",
            &["extract: 1.5 s, attempt 2 in 2.0 s: connection\\nreset".into(), format!("rates: 1.5 s {said}")],
        ),
        ("extract: attempt 2", 0, 0, "3.5 s", &["extract: 3.5 s, attempt 2".into(), format!("rates: 3.5 s {said}")]),
        (
            "extract: 3 of 10",
            0,
            0,
            "4.5 s",
            &["extract: 4.5 s, attempt 2, 3 of 10".into(), format!("rates: 4.5 s {said}")],
        ),
        ("extract: success after retries", 0, 1, "5.5 s", &[format!("rates: 5.5 s {said}")]),
        (failed[0], 1, 2, "1 failed, 5.5 s", &[format!("rates: 5.5 s {said}")]),
        (failed[1], 2, 3, "2 failed, 5.5 s", &[format!("rates: 5.5 s {said}")]),
        (failed[2], 3, 4, "2 failed, 5.5 s", &[format!("rates: 5.5 s {said}")]),
        ("rates: success", 3, 5, "2 failed, 1 min 11 s", &[]),
    ];
    for (event, stayed, ended, text, steps) in expected {
        let mut rows: Vec<_> = failed[..stayed].iter().map(|line| (*line).to_owned()).collect();
        let bar = "█".repeat(ended * 4) + &"░".repeat(20 - ended * 4);
        rows.push(format!("{bar} etl: {ended} of 5, {text}"));
        rows.extend(steps.iter().map(|step| format!("  {step}")));
        let found = seen.iter().find(|(told, _)| told == event).unwrap_or_else(|| panic!("no {event} in {seen:#?}"));
        assert_eq!(found.1, rows.join("\n"), "after {event}");
    }
    // The bars are gone.
    let last = "etl: run ended: 2 success, 1 failed, 1 more for a failed need, 1 skipped, exit code 1, 1 min 11 s";
    assert_eq!(terminal.contents(), format!("{}\n{last}", failed.join("\n")));
}

#[test]
fn a_step_that_lacks_a_shared_resource_says_so() {
    let (sim, terminal) = (Sim::new(), InMemoryTerm::new(20, 60));
    let clock = sim.clock();
    let database = SharedResource::new("data\x1bbase", 1);
    let mut p = Pipeline::with_error("etl");
    p.step("one").uses(&database, 1).run(async || {
        clock.sleep(MS(2_000)).await;
        Ok(())
    });
    p.step("two").retries(1).uses(&database, 1).run(async || {
        clock.sleep(MS(2_000)).await;
        Err::<(), _>("busy")
    });
    p.step("three").uses(&database, 1).run(async || {
        clock.sleep(MS(3_000)).await;
        Ok(())
    });
    let run = p.runner().observe(Progress::among(bars(&terminal)).without_ticks());
    let seen = screens(&terminal, |see| sim.block_on(run.on_event(see).run(&clock)).unwrap().unwrap());
    let at = |event: &str| {
        let screen = &seen.iter().find(|(told, _)| told.starts_with(event)).unwrap().1;
        screen.lines().find(|line| line.starts_with("  two")).unwrap()
    };
    assert_eq!(at("two: waits"), "  two: 0.0 s, waits for `data\\u{1b}base`");
    // Its time begins when it does.
    assert_eq!(at("two: started"), "  two: 0.0 s");
    assert_eq!(at("two: attempt 2 waits"), "  two: 2.0 s, attempt 2 waits for `data\\u{1b}base`");
}

#[test]
fn a_step_that_starts_too_often_says_for_how_long_it_waits() {
    let (sim, terminal) = (Sim::new(), InMemoryTerm::new(20, 60));
    let clock = sim.clock();
    let starts = SharedResource::starts_per("requests", 1, MS(2_000));
    let mut p = Pipeline::with_error("etl");
    for step in ["one", "two"] {
        p.step(step).uses(&starts, 1).run(async || Ok::<_, &str>(()));
    }
    p.step("three").run(async || {
        clock.sleep(MS(500)).await;
        Ok(())
    });
    let run = p.runner().observe(Progress::among(bars(&terminal)).without_ticks());
    let seen = screens(&terminal, |see| sim.block_on(run.on_event(see).run(&clock)).unwrap().unwrap());
    let at = |event: &str| seen.iter().find(|(told, _)| told.starts_with(event)).unwrap().1.lines().nth(1).unwrap();
    assert_eq!(at("two: waits"), "  two: 0.0 s, waits for `requests`, at least 2.0 s");
    assert_eq!(at("three: success"), "  two: 0.5 s, waits for `requests`, at least 1.5 s");
}

#[test]
fn a_step_that_lacks_a_permit_or_a_resource_of_its_pipeline_says_so_below_those_that_have_begun() {
    let (sim, terminal) = (Sim::new(), InMemoryTerm::new(20, 60));
    let clock = sim.clock();
    let sleep = |millis| {
        let sleep = clock.sleep(MS(millis));
        async move {
            sleep.await;
            Ok::<_, &str>(())
        }
    };
    let mut p = Pipeline::with_error("etl");
    p.resource("db", 1);
    p.step("one").uses("db", 1).run(|| sleep(1_000));
    p.step("two").uses("db", 1).run(|| sleep(1_000));
    let three = p.step("three").retries(1).run_with(async |cx| {
        sleep(500).await?;
        if cx.attempt() == 1 { Err("busy") } else { Ok(()) }
    });
    p.step("four").run(|| sleep(2_000));
    p.step("five").after(three).run(|| sleep(500));
    let progress = Progress::among(bars(&terminal)).without_ticks().most_lines(3);
    let run = p.runner().max_concurrent(2).observe(progress);
    let seen = screens(&terminal, |see| sim.block_on(run.on_event(see).run(&clock)).unwrap().unwrap());
    let below = |event: &str| {
        let screen = &seen.iter().find(|(told, _)| told == event).unwrap().1;
        screen.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(below("four: waits for a permit")[2..], ["  four: 0.0 s, waits for a permit"]);
    let begun = ["  one: 0.0 s", "  three: 0.0 s", "  two: 0.0 s, waits for `db`", "  and 1 more"];
    assert_eq!(below("two: waits for `db`"), begun);
    // Its time begins when it does.
    assert_eq!(
        below("two: started"),
        ["  two: 0.0 s", "  three: 1.0 s, attempt 2", "  four: 1.0 s, waits for a permit"]
    );
}

#[test]
fn of_many_steps_some_have_a_line_and_the_others_are_counted() {
    let (sim, terminal) = (Sim::new(), InMemoryTerm::new(20, 60));
    let clock = sim.clock();
    let mut p = Pipeline::with_error("wide");
    for step in 1..=9 {
        p.step(&format!("step {step}")).run({
            let clock = clock.clone();
            move || {
                let sleep = clock.sleep(MS(step * 1_000));
                async move {
                    sleep.await;
                    Ok::<_, &str>(())
                }
            }
        });
    }
    let progress = Progress::among(bars(&terminal))
        .without_ticks()
        .most_lines(2)
        .expected([("step 1", MS(1_500)), ("none", MS(1))]);
    let run = p.runner().observe(progress);
    let seen = screens(&terminal, |see| sim.block_on(run.on_event(see).run(&clock)).unwrap().unwrap());
    let below = |event: &str| {
        let screen = &seen.iter().find(|(told, _)| told == event).unwrap().1;
        screen.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(below("step 2: started"), ["  step 1: 0.0 s of about 1.5 s", "  step 2: 0.0 s"]);
    assert_eq!(below("step 9: started"), ["  step 1: 0.0 s of about 1.5 s", "  step 2: 0.0 s", "  and 7 more"]);
    assert_eq!(below("step 1: success"), ["  step 2: 1.0 s", "  step 3: 1.0 s", "  and 6 more"]);
    assert_eq!(below("step 7: success"), ["  step 8: 7.0 s", "  step 9: 7.0 s"]);
    assert!(below("step 9: success").is_empty());
}

#[test]
fn steps_that_a_run_is_not_about_are_neither_counted_nor_told() {
    let terminal = InMemoryTerm::new(20, 60);
    let mut p = Pipeline::with_error("part");
    let fetch = p.step("fetch").run(async || Ok::<_, &str>(1));
    let parse = p.step("parse").needs(fetch).run(async |rows| Ok(*rows));
    let load = p.step("load").needs(parse).run(async |_| Ok(()));
    p.step("mail").after(parse).run(async || Ok(()));
    p.step("alarm").after(load).when_any_failed().run(async || Ok(()));
    let progress = Progress::among(bars(&terminal)).without_ticks();
    let run = p.runner().given(parse, 2).only(load).observe(progress);
    let seen = screens(&terminal, |see| block_on(run.on_event(see).run(&NoClock)).unwrap());
    let (_, screen) = seen.iter().find(|(event, _)| event == "load: started").unwrap();
    assert!(screen.contains(" part: 1 of 3, 0.0 s\n  load: 0.0 s"), "{screen}");
    assert_eq!(terminal.contents(), "part: run ended: 2 success, 3 skipped, exit code 0, 0.0 s");
}

#[test]
fn runs_at_the_same_time_share_the_bars_of_the_program() {
    let (sim, terminal) = (Sim::new(), InMemoryTerm::new(20, 60));
    let (clock, bars) = (sim.clock(), bars(&terminal));
    let run = async |name: &'static str, span| {
        let mut p = Pipeline::with_error(name);
        p.step("works").run(async || {
            clock.sleep(MS(span)).await;
            Ok::<_, &str>(())
        });
        let run = p.runner().observe(Progress::among(bars.clone()).without_ticks());
        run.run(&clock).await.unwrap().exit_code()
    };
    let look = async || {
        clock.sleep(MS(500)).await;
        let bar = "░".repeat(20);
        let shown = format!("{bar} one: 0 of 1, 0.0 s\n  works: 0.0 s\n{bar} two: 0 of 1, 0.0 s\n  works: 0.0 s");
        assert_eq!(terminal.contents(), shown);
    };
    let both = futures_lite::future::zip(run("one", 1_000), run("two", 2_000));
    assert_eq!(sim.block_on(futures_lite::future::zip(both, look())).unwrap().0, (0, 0));
    let ends = "one: run ended: 1 success, exit code 0, 1.0 s\ntwo: run ended: 1 success, exit code 0, 2.0 s";
    assert_eq!(terminal.contents(), ends);
}
