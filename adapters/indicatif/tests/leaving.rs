//! What is left on a terminal: after a run, between two of them, after a run that was dropped, and after a panic.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

mod common;

use common::{bars, block_on};
use indicatif::{InMemoryTerm, ProgressBar, TermLike};
use rungs::{BoxError, NoClock, Pipeline};
use rungs_indicatif::Progress;
use std::{
    future::{Future, pending, ready},
    io::Write,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    process::Command,
    task::{Context, Waker},
    thread,
};

/// Two steps that never end.
fn hangs() -> Pipeline<'static> {
    let mut p = Pipeline::new("hangs");
    for step in ["one", "two"] {
        p.step(step).run(pending::<Result<(), BoxError>>);
    }
    p
}

const HANGING: &str = "░░░░░░░░░░░░░░░░░░░░ hangs: 0 of 2, 0.0 s\n  one: 0.0 s\n  two: 0.0 s";

#[test]
fn two_runs_in_a_row_are_shown_by_one_observer() {
    let terminal = InMemoryTerm::new(20, 60);
    let mut progress = Progress::among(bars(&terminal)).without_ticks();
    for run in 1..=2 {
        let (printer, seen) = (progress.printer(), terminal.clone());
        let mut p: Pipeline<'_> = Pipeline::new("etl");
        p.step("extract").run(async || {
            printer.println("half way");
            assert!(seen.contents().ends_with("half way\n░░░░░░░░░░░░░░░░░░░░ etl: 0 of 1, 0.0 s\n  extract: 0.0 s"));
            Ok(())
        });
        assert!(block_on(p.runner().observe(&mut progress).run(&NoClock)).unwrap().is_success());
        let told = ["half way", "etl: run ended: 1 success, exit code 0, 0.0 s"];
        assert_eq!(terminal.contents(), vec![told; run].concat().join("\n"));
    }
}

#[test]
fn a_run_that_is_dropped_takes_its_bars_along() {
    let terminal = InMemoryTerm::new(20, 60);
    terminal.write_line("$ etl").unwrap();
    let mut p = hangs();
    let mut progress = Progress::among(bars(&terminal)).without_ticks();
    {
        let mut run = pin!(p.runner().observe(&mut progress).run(&NoClock));
        assert!(run.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        assert_eq!(terminal.contents(), format!("$ etl\n{HANGING}"));
    }
    // The observer lives, and the next run begins anew.
    let mut next: Pipeline<'_> = Pipeline::new("next");
    next.step("only").run(async || Ok(()));
    assert!(block_on(next.runner().observe(&mut progress).run(&NoClock)).unwrap().is_success());
    assert_eq!(terminal.contents(), "$ etl\nnext: run ended: 1 success, exit code 0, 0.0 s");
    {
        let mut run = pin!(p.runner().observe(progress).run(&NoClock));
        assert!(run.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    // The cursor is at the start of the row below.
    terminal.write_str("$").unwrap();
    assert_eq!(terminal.contents(), "$ etl\nnext: run ended: 1 success, exit code 0, 0.0 s\n$");
}

#[test]
fn a_step_that_panics_is_a_failure_and_the_message_of_another_panic_stays() {
    let terminal = InMemoryTerm::new(20, 60);
    let mut p = Pipeline::<BoxError>::new("etl");
    p.step("panics").run(async || -> Result<(), BoxError> { panic!("oh") });
    let progress = Progress::among(bars(&terminal)).without_ticks();
    assert_eq!(block_on(p.runner().observe(progress).run(&NoClock)).unwrap().exit_code(), 1);
    let failed = "panics: failed: panicked: oh\netl: run ended: 1 failed, exit code 1, 0.0 s";
    assert_eq!(terminal.contents(), failed);

    let (mut p, shown) = (hangs(), terminal.clone());
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        let mut run = pin!(p.runner().observe(Progress::among(bars(&shown)).without_ticks()).run(&NoClock));
        assert!(run.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        shown.write_line("").unwrap();
        shown.write_line("panicked here").unwrap();
        panic!("beside the run");
    }));
    assert!(unwound.is_err());
    let contents = terminal.contents();
    assert!(contents.starts_with(&format!("{failed}\n{HANGING}")) && contents.ends_with("panicked here"), "{contents}");
}

#[test]
fn bars_of_the_program_stay() {
    let terminal = InMemoryTerm::new(20, 60);
    let bars = bars(&terminal);
    let own = bars.add(ProgressBar::new(2).with_style(indicatif::ProgressStyle::with_template("{pos} files").unwrap()));
    own.tick();
    let mut p = hangs();
    {
        let mut run = pin!(p.runner().observe(Progress::among(bars).without_ticks()).run(&NoClock));
        assert!(run.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        own.inc(1);
        assert_eq!(terminal.contents(), format!("1 files\n{HANGING}"));
    }
    assert_eq!(terminal.contents(), "1 files");
}

#[test]
fn lines_of_others_are_written_while_the_bars_are_away() {
    let terminal = InMemoryTerm::new(20, 60);
    let progress = Progress::among(bars(&terminal)).without_ticks();
    let printer = progress.printer();
    let mut p = hangs();
    let mut run = pin!(p.runner().observe(progress).run(&NoClock));
    assert!(run.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    let written = printer.suspend(|| {
        assert_eq!(terminal.contents(), "");
        terminal.write_line("a line of a log").unwrap();
        7
    });
    assert_eq!(written, 7);
    assert_eq!(terminal.contents(), format!("a line of a log\n{HANGING}"));
    // A panic passes, and the bars are of use after it.
    assert!(catch_unwind(AssertUnwindSafe(|| printer.suspend(|| panic!("oh")))).is_err());
    printer.println("still there");
    assert_eq!(terminal.contents(), format!("a line of a log\nstill there\n{HANGING}"));
}

#[test]
fn a_printer_is_a_writer_of_whole_lines() {
    let terminal = InMemoryTerm::new(20, 60);
    let progress = Progress::among(bars(&terminal)).without_ticks();
    let mut printer = progress.printer();
    let mut p = hangs();
    let mut run = pin!(p.runner().observe(progress).run(&NoClock));
    assert!(run.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    write!(printer, "{} and {}", 1, 2).unwrap();
    assert_eq!(terminal.contents(), HANGING);
    printer.write_all(b"\n\nthree\nfour").unwrap();
    assert_eq!(terminal.contents(), format!("1 and 2\n\nthree\n{HANGING}"));
    // A clone has no share in the line that was begun.
    drop(printer.clone());
    drop(printer);
    assert_eq!(terminal.contents(), format!("1 and 2\n\nthree\nfour\n{HANGING}"));
}

#[test]
fn a_thread_draws_until_the_run_is_over() {
    let terminal = InMemoryTerm::new(20, 60);
    let mut p = hangs();
    {
        let mut run = pin!(p.runner().observe(Progress::among(bars(&terminal))).run(&NoClock));
        assert!(run.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        // The time goes on by itself, also in a run without a clock.
        let has_gone_on = |screen: &str| {
            // The terminal may be read in the middle of a drawing.
            screen.lines().nth(2).is_some_and(|line| line.starts_with("  two: ") && line != "  two: 0.0 s")
        };
        while !has_gone_on(&terminal.contents()) {
            thread::yield_now();
        }
    }
    assert_eq!(terminal.contents(), "");
}

/// Set in a process that a test starts: the file for what a terminal shows, and the step that fails.
const AS_A_PROCESS: &str = "RUNGS_INDICATIF_SCREEN";
const FAILING: &str = "RUNGS_INDICATIF_FAILING";

/// A program that writes its screen with the codes of colours, for the test below; on its own it tests nothing.
#[test]
fn as_a_process() {
    let Some(file) = std::env::var_os(AS_A_PROCESS) else { return };
    let failing = std::env::var(FAILING).unwrap();
    let (terminal, mut p) = (InMemoryTerm::new(20, 60), hangs());
    let (required, optional) = (failing == "required", failing == "optional");
    p.step("required").run(move || ready(if required { Err("oh".into()) } else { Ok(()) }));
    p.step("optional").optional().run(move || ready(if optional { Err("oh".into()) } else { Ok(()) }));
    let mut run = pin!(p.runner().observe(Progress::among(bars(&terminal)).without_ticks()).run(&NoClock));
    assert!(run.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    std::fs::write(file, terminal.contents_formatted()).unwrap();
}

#[test]
fn colours_are_those_of_the_environment_and_red_means_that_the_run_fails() {
    let screen = |variable: &str, failing: &str| {
        let file = std::env::temp_dir().join(format!("rungs-indicatif-{}-{variable}-{failing}", std::process::id()));
        let mut program = Command::new(std::env::current_exe().unwrap());
        program.args(["as_a_process", "--exact"]).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
        program.env(variable, "1").env(AS_A_PROCESS, &file).env(FAILING, failing);
        assert!(program.output().unwrap().status.success());
        let screen = std::fs::read_to_string(&file).unwrap();
        std::fs::remove_file(&file).unwrap();
        screen
    };
    let (green, red) = ("\x1b[32m█", "\x1b[31m█");
    for (failing, colour) in [("none", green), ("optional", green), ("required", red)] {
        let screen = screen("CLICOLOR_FORCE", failing);
        assert!(screen.contains(colour), "{failing}: {screen:?}");
        assert_eq!(screen.contains("1 failed"), failing != "none", "{screen:?}");
    }
    let screen = screen("NO_COLOR", "required");
    assert!(screen.contains("█") && !screen.contains("\x1b[3"), "{screen:?}");
}
