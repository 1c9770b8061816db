//! Lines where there is no terminal, byte for byte.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

mod common;

use common::{MS, block_on};
use rungs::{Backoff, NoClock, Pipeline, Settings, SharedResource, sim::Sim};
use rungs_indicatif::Progress;
use std::{
    io::{self, Write},
    process::Command,
    sync::{Arc, Mutex},
};

/// Holds what is written.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Lines {
    fn get(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

#[test]
fn ends_retries_waits_and_texts_have_a_line_and_starts_have_none() {
    let (sim, lines) = (Sim::new(), Lines::default());
    let clock = sim.clock();
    clock.advance(MS(1_000));
    let database = SharedResource::new("database", 1);
    let progress = Progress::plain(lines.clone());
    let printer = progress.printer();
    let mut p = Pipeline::with_error("etl");
    let rows = p.step("extract").retries(1).backoff(Backoff::fixed(MS(40))).uses(&database, 1).run_with(async |cx| {
        clock.sleep(MS(1_000)).await;
        if cx.attempt() == 1 {
            return Err("connection\nreset\x1b[2J");
        }
        cx.emit("asks again");
        cx.emit((3, 10));
        cx.emit(7);
        Ok(())
    });
    p.step("rates\x1b[31m").uses(&database, 1).run(async || {
        clock.sleep(MS(500)).await;
        printer.println("two rates are odd");
        Ok(())
    });
    let load = p.step("load").needs(rows).run(async |_| Err::<(), _>("no table"));
    p.step("mail").needs(load).skip_on_error().run(async |_| Ok(()));
    p.step("never").run_maybe(async || Ok(None::<u8>));
    let run = p.runner().observe(progress).run(&clock);
    assert_eq!(sim.block_on(run).unwrap().unwrap().exit_code(), 1);
    assert_eq!(
        lines.get(),
        "  0.000 s  etl: run started: 5 steps\n\
         \x20 0.000 s  rates\\u{1b}[31m: waits for `database`\n\
         \x20 0.000 s  never: skipped: by itself\n\
         \x20 1.000 s  extract: connection\\nreset\\u{1b}[2J; again in 40ms\n\
         \x20 1.040 s  extract: attempt 2 waits for `database`\n\
         two rates are odd\n\
         \x20 1.500 s  rates\\u{1b}[31m: success\n\
         \x20 2.500 s  extract: asks again\n\
         \x20 2.500 s  extract: success after retries\n\
         \x20 2.500 s  load: failed: no table\n\
         \x20 2.500 s  mail: skipped: `load` failed\n\
         \x20 2.500 s  etl: run ended: 2 success, 1 failed, 2 skipped, exit code 1\n"
    );
}

#[test]
fn waits_for_resources_and_permits_have_a_line_and_those_for_a_first_permit_have_none() {
    let (sim, lines) = (Sim::new(), Lines::default());
    let clock = sim.clock();
    let fails_once = async |first: bool, span| {
        clock.sleep(MS(span)).await;
        if first { Err("busy") } else { Ok(()) }
    };
    let mut p = Pipeline::with_error("etl");
    p.resource("db\x1b", 1);
    let again = Settings::DEFAULT.retries(1).backoff(Backoff::fixed(MS(50)));
    p.step("one").settings(again).uses("db\x1b", 1).run_with(async |cx| fails_once(cx.attempt() == 1, 100).await);
    p.step("two").uses("db\x1b", 1).run(async || fails_once(false, 300).await);
    p.step("three").settings(again).run_with(async |cx| fails_once(cx.attempt() == 1, 300).await);
    p.step("four").run(async || fails_once(false, 300).await);
    let run = p.runner().max_concurrent(2).observe(Progress::plain(lines.clone())).run(&clock);
    assert!(sim.block_on(run).unwrap().unwrap().is_success());
    assert_eq!(
        lines.get(),
        "  0.000 s  etl: run started: 4 steps, at most 2 at once\n\
         \x20 0.000 s  two: waits for `db\\u{1b}`\n\
         \x20 0.100 s  one: busy; again in 50ms\n\
         \x20 0.150 s  one: attempt 2 waits for `db\\u{1b}`\n\
         \x20 0.300 s  three: busy; again in 50ms\n\
         \x20 0.350 s  three: attempt 2 waits for a permit\n\
         \x20 0.400 s  two: success\n\
         \x20 0.500 s  one: success after retries\n\
         \x20 0.600 s  four: success\n\
         \x20 0.800 s  three: success after retries\n\
         \x20 0.800 s  etl: run ended: 4 success, exit code 0\n"
    );
}

#[test]
fn a_static_run_is_told_as_well() {
    #[rungs::pipeline(error = &'static str)]
    mod boot {
        #[step]
        async fn power() -> Result<u32, &'static str> {
            Ok(3_300)
        }
    }
    let lines = Lines::default();
    let run = boot::runner().observe(Progress::plain(lines.clone())).run((), &NoClock);
    assert!(block_on(run).is_success());
    assert_eq!(
        lines.get(),
        "  0.000 s  boot: run started: 1 step\n  0.000 s  power: success\n  0.000 s  boot: run ended: 1 success, exit code 0\n"
    );
}

#[test]
fn a_run_needs_nobody_to_read_its_lines() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }
    let mut p: Pipeline<'_> = Pipeline::new("etl");
    p.step("extract").run(async || Ok(()));
    let run = p.runner().observe(Progress::plain(Closed)).run(&NoClock);
    assert!(block_on(run).unwrap().is_success());
}

/// Set in a process that a test starts.
const AS_A_PROCESS: &str = "RUNGS_INDICATIF_TEST";

/// A whole program, for the test below; on its own it tests nothing.
#[test]
fn as_a_process() {
    if std::env::var_os(AS_A_PROCESS).is_some() {
        let mut p: Pipeline<'_> = Pipeline::new("etl");
        p.step("extract").run(async || Err::<(), _>("no rows".into()));
        let run = p.runner().observe(rungs_indicatif::observer()).run(&NoClock);
        assert_eq!(block_on(run).unwrap().exit_code(), 1);
    }
}

#[test]
fn into_a_pipe_go_plain_lines() {
    let mut program = Command::new(std::env::current_exe().unwrap());
    program.args(["as_a_process", "--exact", "--nocapture"]).env(AS_A_PROCESS, "");
    // Nothing of this makes a pipe a terminal.
    let ended = program.env("TERM", "xterm-256color").env("CLICOLOR_FORCE", "1").output().unwrap();
    assert_eq!(
        String::from_utf8(ended.stderr).unwrap(),
        "  0.000 s  etl: run started: 1 step\n  0.000 s  extract: failed: no rows\n  0.000 s  etl: run ended: 1 failed, exit code 1\n"
    );
}
