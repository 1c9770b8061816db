//! Modules of all shapes, whose steps are taken back.

use super::{Log, fates};
use crate::{
    Sim,
    checkpoints::{Memory, store_failed},
    ms, run,
};
use rungs::NoClock;
use std::time::Duration;

/// What is written by paths from the module is found from the module within it, too.
#[allow(unused_qualifications, reason = "it is about paths")]
mod outer {
    pub const RETRIES: u32 = 1;

    #[derive(Debug, PartialEq)]
    pub struct Fault(pub u8);

    pub fn is_transient(fault: &Fault) -> bool {
        fault.0 == 1
    }

    pub mod lines {
        pub type Lines = super::super::Log;
    }

    #[rungs::pipeline(error = super::Fault, resources(bus = self::UNITS))]
    pub mod inner {
        const UNITS: u32 = 2;

        #[context]
        pub struct Board<'b, T> {
            pub log: &'b super::lines::Lines,
            pub value: T,
        }

        pub struct Found<T>(pub T);

        #[step]
        async fn find<T: Clone + ToString>(value: &T) -> self::Found<T> {
            Found(value.clone())
        }

        #[undo(find, retries = super::RETRIES, retry_if = |fault: &super::Fault| super::is_transient(fault) && fault.0 < 9, uses(bus = self::UNITS))]
        async fn forget<T: Clone + ToString>(
            log: &&super::super::outer::lines::Lines,
            value: &T,
            find: &self::Found<T>,
            cx: &rungs::StepCx,
        ) -> Result<(), super::Fault> {
            log.write(format!("{} {} {}", value.to_string(), find.0.to_string(), cx.attempt()));
            if cx.attempt() == 1 { Err(super::Fault(1)) } else { Ok(()) }
        }
    }
}

#[test]
fn paths_and_generic_parameters_mean_the_same_within() {
    let (sim, log) = (Sim::new(), Log::default());
    let mut board = outer::inner::Board { log: &log, value: 7_u8 };
    let report = run(&sim, outer::inner::run(&mut board, &NoClock));
    let undo = run(&sim, outer::inner::undo::run(&mut board, &report, &NoClock));
    assert!(undo.is_success(), "{:?}", undo.get("find").unwrap().error());
    assert_eq!(log.take(), ["7 7 1", "7 7 2"]);
}

#[test]
fn without_a_context_an_undo_is_given_the_report_alone() {
    #[rungs::pipeline(error = Bad)]
    mod plain {
        use crate::Bad;

        #[step]
        async fn seven() -> u8 {
            7
        }
        #[undo(seven)]
        async fn unseven(seven: &u8) -> Result<u8, Bad> {
            if *seven == 7 { Ok(6) } else { Err(Bad("not seven")) }
        }
    }

    let sim = Sim::new();
    let report = run(&sim, plain::run(&NoClock));
    assert_eq!(run(&sim, plain::undo::run(&report, &NoClock)).outputs.seven, Some(6));
    let by_runner = plain::undo::runner().max_concurrent(1).run(&report, &NoClock);
    assert_eq!(run(&sim, by_runner).outputs.seven, Some(6));
}

/// A result that another step has taken, or that borrows, is not there for the undo; its step has succeeded all the same.
#[test]
fn an_undo_needs_no_result() {
    #[rungs::pipeline]
    mod owners {
        use super::Log;

        #[context]
        pub struct Board {
            pub uart: u8,
            pub log: Log,
        }

        pub struct Link<'u>(&'u mut u8);

        #[step]
        async fn packet() -> u8 {
            7
        }
        #[undo(packet)]
        async fn unpack(log: &Log) {
            log.write("packet");
        }
        #[step]
        async fn link(uart: &mut u8) -> Link<'_> {
            Link(uart)
        }
        #[undo(link)]
        async fn unlink(uart: &mut u8, log: &Log) {
            log.write(format!("link {uart}"));
        }
        #[step]
        async fn send(link: &mut Link<'_>, packet: u8) {
            *link.0 = packet;
        }
        #[undo(send)]
        async fn call_back(log: &Log) {
            log.write("send");
        }
    }

    let (sim, mut board) = (Sim::new(), owners::Board { uart: 0, log: Log::default() });
    let report = run(&sim, owners::run(&mut board, &NoClock));
    let undo = run(&sim, owners::undo::run(&mut board, &report, &NoClock));
    assert_eq!((undo.exit_code(), board.log.take()), (0, vec!["send".into(), "link 7".into(), "packet".into()]));
}

/// Settings of an undo: a limit of the context, an attempt that is never cancelled, settings from a value, `#[cfg]`.
#[test]
fn an_undo_has_settings_of_its_own() {
    #[rungs::pipeline(error = Bad)]
    mod settings {
        use crate::Bad;
        use rungs::Settings;
        use std::{future::pending, time::Duration};

        const TWICE: Settings<'static> = Settings::DEFAULT.retries(1);

        pub struct Board {
            pub patience: Duration,
            pub clock: rungs::sim::Clock,
            pub attempts: u32,
        }

        #[step]
        async fn a() {}
        #[undo(a, timeout = patience, at_most = secs(1))]
        async fn undo_a() {
            pending().await
        }
        #[step]
        async fn b() {}
        #[undo(b, timeout = ms(2), never_cancel)]
        async fn undo_b(clock: &rungs::sim::Clock) {
            clock.sleep(Duration::from_millis(5)).await;
        }
        #[step]
        async fn c() {}
        #[undo(c, settings = TWICE)]
        async fn undo_c(attempts: &mut u32) -> Result<(), Bad> {
            *attempts += 1;
            Err(Bad("no"))
        }
        #[step]
        async fn d() {}
        #[cfg(any())]
        #[undo(d)]
        async fn undo_d() {}
    }

    let sim = Sim::new();
    let mut board = settings::Board { patience: ms(7), clock: sim.clock(), attempts: 0 };
    let report = run(&sim, settings::run(&mut board, &sim.clock()));
    let started = sim.now();
    let undo = run(&sim, settings::undo::run(&mut board, &report, &sim.clock()));
    assert_eq!(fates!(undo), ["c failed: no", "b success", "a failed: timed out"]);
    assert!(undo.get("b").unwrap().is_late());
    let took: Duration = sim.now() - started;
    assert_eq!((took, board.attempts), (ms(7), 2));
}

/// What is undone is removed from the store, with what came of it and has no undo; what could not be undone stays.
#[test]
fn what_is_undone_is_no_longer_stored() {
    for (breaks_after, is_stuck) in [(None, false), (None, true), (Some(3), false)] {
        let (sim, mut memory) = (Sim::new(), Memory { breaks_after, ..Memory::default() });
        let mut device = removed::Device { log: Vec::new(), is_stuck };
        let runner = removed::runner().checkpoints(&mut memory, store_failed);
        let report = run(&sim, runner.run(&mut device, &NoClock));
        assert!(report.is_success());
        let undos = removed::undo::runner().checkpoints(&mut memory, store_failed);
        let undo = run(&sim, undos.run((&mut device, &report), &NoClock));
        // An undo whose result cannot be removed is not retried: it has taken the step back.
        let broken = breaks_after.is_some();
        let fate = if is_stuck { "first failed: stuck" } else { "first success" };
        let fate = if broken { "first failed: worn out" } else { fate };
        assert_eq!(fates!(undo), [if broken { "last failed: worn out" } else { "last success" }, fate]);
        assert_eq!(undo.get("first").unwrap().attempts(), if is_stuck { 2 } else { 1 });

        device.log.clear();
        memory.breaks_after = None;
        let runner = removed::runner().checkpoints(&mut memory, store_failed);
        assert!(run(&sim, runner.run(&mut device, &NoClock)).is_success());
        let again: &[&str] = match (broken, is_stuck) {
            (true, _) => &[],
            (_, true) => &["last"],
            _ => &["first", "second", "last"],
        };
        assert_eq!(device.log, again);
    }
}

#[rungs::pipeline(error = &'static str)]
mod removed {
    pub struct Device {
        pub log: Vec<&'static str>,
        pub is_stuck: bool,
    }

    #[step(checkpoint)]
    async fn first(log: &mut Vec<&'static str>) -> u32 {
        log.push("first");
        7
    }
    #[undo(first, retries = 1)]
    async fn undo_first(is_stuck: &bool, first: &u32) -> Result<(), &'static str> {
        if *is_stuck && *first == 7 { Err("stuck") } else { Ok(()) }
    }
    #[step(checkpoint)]
    async fn second(log: &mut Vec<&'static str>, first: &u32) -> u32 {
        log.push("second");
        1 + first
    }
    #[step(checkpoint)]
    async fn last(log: &mut Vec<&'static str>, second: &u32) -> u32 {
        log.push("last");
        1 + second
    }
    #[undo(last)]
    async fn undo_last() {}
}

/// A stored step has succeeded, whichever run it was in.
#[test]
fn what_a_store_gave_is_taken_back() {
    #[rungs::pipeline(error = &'static str)]
    mod stored {
        pub struct Device {
            pub runs: u32,
            pub undone: Vec<u32>,
        }

        #[step(checkpoint)]
        async fn download(runs: &mut u32) -> u32 {
            *runs += 1;
            7
        }
        #[undo(download)]
        async fn discard(undone: &mut Vec<u32>, download: &u32) {
            undone.push(*download);
        }
    }

    let (sim, mut memory) = (Sim::new(), Memory::default());
    let mut device = stored::Device { runs: 0, undone: Vec::new() };
    for _ in 0..2 {
        let runner = stored::runner().checkpoints(&mut memory, store_failed);
        let report = run(&sim, runner.run(&mut device, &NoClock));
        let undo = run(&sim, stored::undo::run(&mut device, &report, &NoClock));
        assert!(undo.is_success());
    }
    assert_eq!((device.runs, device.undone), (1, vec![7, 7]));
}
