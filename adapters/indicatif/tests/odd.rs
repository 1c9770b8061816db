//! Whatever names, errors and terminals there are: a step has one row, and what is shown is readable.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

mod common;

use common::{MS, bars, block_on, screens};
use indicatif::InMemoryTerm;
use rungs::{Backoff, NoClock, Pipeline, sim::Sim};
use rungs_indicatif::Progress;

#[test]
fn names_neither_break_the_screen_nor_leave_it() {
    let terminal = InMemoryTerm::new(20, 60);
    let names = ["a\nb\rc\x1b[31m\x1b[2J".to_owned(), "n".repeat(300), "大".repeat(300), String::new()];
    let mut p = Pipeline::with_error("e\n\x1b[Htl");
    for name in &names {
        p.step(name).run_with(async |cx| {
            cx.emit("\x1b[2J".repeat(100));
            Err::<(), _>("x\n\x1b[2J")
        });
    }
    let run = p.runner().max_concurrent(1).observe(Progress::among(bars(&terminal)).without_ticks());
    let seen = screens(&terminal, |see| block_on(run.on_event(see).run(&NoClock)).unwrap());
    for (event, screen) in &seen {
        if event.ends_with(": started") {
            let failed = seen.iter().take_while(|(other, _)| other != event);
            let failed = failed.filter(|(other, _)| other.contains(": failed")).count();
            // A bar, and one row for the step.
            let rows: Vec<_> = screen.lines().collect();
            assert!(rows[rows.len() - 2].contains(&format!("e\\n\\u{{1b}}[Htl: {failed} of 4")), "{screen}");
            assert!(rows[rows.len() - 1].starts_with("  "), "{screen}");
        }
    }
    let line = |event: &str| seen.iter().find(|(told, _)| told.starts_with(event)).unwrap().1.lines().last().unwrap();
    assert_eq!(line("a\\nb\\rc\\u{1b}[31m\\u{1b}[2J: started"), "  a\\nb\\rc\\u{1b}[31m\\u{1b}[2J: 0.0 s");
    assert_eq!(line("nnn"), format!("  {}…: 0.0 s", "n".repeat(40)));
    assert_eq!(line("大大"), format!("  {}", "大".repeat(29)));
    assert_eq!(line("\"\": started"), "  \"\": 0.0 s");
    assert!(
        terminal.contents().contains("a\\nb\\rc\\u{1b}[31m\\u{1b}[2J: failed: x\\n\\u{1b}[2J"),
        "{}",
        terminal.contents()
    );
}

#[test]
fn a_line_is_cut_at_the_width_of_the_terminal() {
    for width in [25, 40, 80] {
        let (sim, terminal) = (Sim::new(), InMemoryTerm::new(10, width));
        let clock = sim.clock();
        let mut p = Pipeline::with_error("a pipeline of some length");
        p.step("a step of some length").run_with(async |cx| {
            cx.emit("a message of some length".repeat(9));
            clock.sleep(MS(1)).await;
            Ok::<_, &str>(())
        });
        let run = p.runner().observe(Progress::among(bars(&terminal)).without_ticks());
        let seen = screens(&terminal, |see| sim.block_on(run.on_event(see).run(&clock)).unwrap().unwrap());
        let rows: Vec<_> = seen[2].1.lines().map(str::to_owned).collect();
        assert_eq!(rows.len(), 2, "{rows:?}");
        let whole = [
            format!("{} a pipeline of some length: 0 of 1, 0.0 s", "░".repeat(20)),
            format!("  a step of some length: 0.0 s, {}", "a message of some length".repeat(9)),
        ];
        for (row, whole) in rows.iter().zip(whole) {
            let cut: String = whole.chars().take(width.into()).collect();
            assert_eq!(row, cut.trim_end());
        }
    }
}

#[test]
fn an_error_that_fails_to_show_itself_stops_no_run() {
    struct Odd;
    impl std::fmt::Display for Odd {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("half")?;
            Err(std::fmt::Error)
        }
    }
    let (sim, terminal) = (Sim::new(), InMemoryTerm::new(20, 60));
    let mut p = Pipeline::with_code::<Odd>("etl");
    p.step("extract").retries(1).backoff(Backoff::fixed(MS(500))).run(async || Err::<(), _>(Odd));
    for progress in [Progress::among(bars(&terminal)).without_ticks(), Progress::plain(std::io::sink())] {
        let report = sim.block_on(p.runner().observe(progress).run(&sim.clock())).unwrap().unwrap();
        assert_eq!(report.exit_code(), 1);
    }
    assert_eq!(
        terminal.contents(),
        "extract: failed after 2 attempts: half\netl: run ended: 1 failed, exit code 1, 0.5 s"
    );
}

#[test]
fn causes_of_an_error_are_told_as_in_the_report() {
    struct Caused;
    impl std::fmt::Display for Caused {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str(if f.alternate() { "cannot read: disk full" } else { "cannot read" })
        }
    }
    let (sim, terminal) = (Sim::new(), InMemoryTerm::new(20, 60));
    let mut p = Pipeline::with_code::<Caused>("etl");
    p.step("extract").retries(1).backoff(Backoff::fixed(MS(500))).run(async || Err::<(), _>(Caused));
    let run = p.runner().observe(Progress::among(bars(&terminal)).without_ticks());
    let seen = screens(&terminal, |see| sim.block_on(run.on_event(see).run(&sim.clock())).unwrap().unwrap());
    let (_, screen) = seen.iter().find(|(event, _)| event.ends_with("again in 500ms")).unwrap();
    assert!(screen.ends_with("  extract: 0.0 s, attempt 2 in 0.5 s: cannot read: disk full"), "{screen}");
    assert!(terminal.contents().starts_with("extract: failed after 2 attempts: cannot read: disk full\n"));
}

#[test]
fn a_low_terminal_shows_the_run_and_as_many_steps_as_fit() {
    let (sim, terminal) = (Sim::new(), InMemoryTerm::new(4, 60));
    let clock = sim.clock();
    let mut p = Pipeline::with_error("low");
    for step in 1..=9 {
        p.step(&format!("step {step}")).run(async || {
            clock.sleep(MS(1_000)).await;
            Err::<(), _>("no")
        });
    }
    let run = p.runner().observe(Progress::among(bars(&terminal)).without_ticks());
    let seen = screens(&terminal, |see| sim.block_on(run.on_event(see).run(&clock)).unwrap().unwrap());
    let bar = "░".repeat(20);
    let screen = &seen.iter().find(|(told, _)| told == "step 9: started").unwrap().1;
    assert_eq!(*screen, format!("{bar} low: 0 of 9, 0.0 s\n  step 1: 0.0 s\n  step 2: 0.0 s\n  step 3: 0.0 s"));
    let last = "step 8: failed: no\nstep 9: failed: no\nlow: run ended: 9 failed, exit code 1, 1.0 s";
    assert!(terminal.contents().ends_with(last), "{}", terminal.contents());
}
