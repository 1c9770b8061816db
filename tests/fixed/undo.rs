//! Steps that are taken back after their run.

mod as_in_a_pipeline;
mod modules;

use crate::{Bad, Hand, Sim, line, ms, run};
use futures_lite::future::yield_now;
use rungs::{Cause, NoClock, Status, StepCx, fixed::StopSignal, sim::Clock};
use std::{future::pending, pin::pin, sync::Mutex};

/// What steps and undos do, in the order in which they do it.
#[derive(Default)]
pub struct Log(Mutex<Vec<String>>);

impl Log {
    pub fn write(&self, line: impl ToString) {
        self.0.lock().unwrap().push(line.to_string());
    }

    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

#[rungs::pipeline(error = Bad, deadline = ms(1_000), on_failure = cancel, defaults(optional))]
mod boot {
    use super::*;

    #[derive(Default)]
    pub struct Board {
        pub rail: u32,
        pub log: Log,
        pub is_deaf: bool,
        /// How many attempts of the undo of `imu` fail.
        pub stubborn: u32,
    }

    #[step]
    async fn power(rail: &mut u32) -> u32 {
        *rail = 3_300;
        *rail
    }

    #[undo(power)]
    async fn cut_power(rail: &mut u32, log: &Log, power: &u32) {
        assert_eq!((*rail, *power), (3_300, 3_300));
        *rail = 0;
        log.write("power");
    }

    /// Has nothing to take back; orders go across it.
    #[step(after(power))]
    async fn settle() {}

    #[step(follows(settle))]
    async fn imu() -> Result<String, Bad> {
        Ok("imu".into())
    }

    #[undo(imu, retries = 2, backoff = fixed(ms(5)), retry_if = |error: &Bad| error.0 == "busy")]
    async fn silence(log: &Log, stubborn: &u32, imu: &String, cx: &StepCx) -> Result<(), Bad> {
        log.write(format!("{}: {imu} {}", cx.pipeline(), cx.attempt()));
        if cx.attempt() <= *stubborn { Err(Bad(if *stubborn < 9 { "busy" } else { "gone" })) } else { Ok(()) }
    }

    #[step(after(imu))]
    async fn radio(is_deaf: &bool) -> Result<u8, Bad> {
        if *is_deaf { Err(Bad("deaf")) } else { Ok(7) }
    }

    #[undo(radio, timeout = ms(3))]
    async fn leave(log: &Log, radio: &u8) -> Result<(), Bad> {
        log.write(radio);
        pending().await
    }
}

/// A line for each undo: its name, its status and why.
macro_rules! fates {
    ($report:expr) => {
        ($report.steps())
            .map(|undo| {
                let reason = undo.reason().map_or(String::new(), |reason| format!(": {reason}"));
                format!("{} {}{reason}", undo.name(), undo.status())
            })
            .collect::<Vec<_>>()
    };
}
use fates;

#[test]
fn what_succeeded_is_taken_back_the_last_first() {
    let sim = Sim::new();
    let mut board = boot::Board { is_deaf: true, ..Default::default() };
    let report = run(&sim, boot::run(&mut board, &sim.clock()));
    let undo: boot::undo::Report = run(&sim, boot::undo::run(&mut board, &report, &sim.clock()));
    // What failed itself was not done. Settings of steps, of a run and of its failures are none of its undo.
    assert_eq!(board.log.take(), ["undo of boot: imu 1", "power"]);
    assert_eq!(fates!(undo), ["radio skipped: not selected", "imu success", "power success"]);
    assert_eq!((board.rail, undo.exit_code(), undo.pipeline()), (0, 0, "undo of boot"));
    assert_eq!(undo.get("radio").unwrap().attempts(), 0);
    assert_eq!(undo.step(boot::undo::step_ids::IMU).unwrap().name(), "imu");
    assert_eq!((undo.outputs.imu, undo.outputs.radio), (Some(()), None));
}

#[test]
fn a_failed_undo_is_told_and_keeps_none_from_the_next() {
    let sim = Sim::new();
    for (stubborn, attempts, fate) in [(2, 3, "imu success"), (3, 3, "imu failed: busy"), (9, 1, "imu failed: gone")] {
        let mut board = boot::Board { stubborn, ..Default::default() };
        let report = run(&sim, boot::run(&mut board, &sim.clock()));
        assert!(report.is_success());
        let started = sim.now();
        let undo = run(&sim, boot::undo::run(&mut board, &report, &sim.clock()));
        let imu = (1..=attempts).map(|attempt| format!("undo of boot: imu {attempt}"));
        let all: Vec<_> = ["7".to_owned()].into_iter().chain(imu).chain(["power".into()]).collect();
        assert_eq!(board.log.take(), all);
        assert_eq!(fates!(undo), ["radio failed: timed out", fate, "power success"]);
        assert_eq!((undo.exit_code(), undo.get("imu").unwrap().attempts()), (1, attempts));
        assert_eq!(sim.now() - started, ms(3 + 5 * (u64::from(attempts) - 1)));
    }
}

#[test]
fn a_run_of_undos_has_the_options_of_any_run() {
    let sim = Sim::new();
    let mut board = boot::Board { is_deaf: true, stubborn: 1, ..Default::default() };
    let report = run(&sim, boot::run(&mut board, &sim.clock()));
    let (mut told, mut storage) = (Vec::new(), boot::undo::Storage::new());
    let undos = boot::undo::runner().max_concurrent(1).on_event(|event| told.push(line(event)));
    let undo = run(&sim, undos.run_in(&mut storage, (&mut board, &report), &sim.clock()));
    assert_eq!(undo.exit_code(), 0);
    assert_eq!(
        told,
        [
            "0 undo of boot: run started: 3 steps, at most 1 at once",
            "0 radio: skipped: not selected",
            "0 imu: started",
            "0 imu: busy; again in 5ms",
            "5 imu: attempt 2",
            "5 imu: success after retries",
            "5 power: started",
            "5 power: success",
            "5 undo of boot: run ended: 2 success, 1 skipped, exit code 0",
        ],
    );
    let needs = |step| boot::undo::plan().get(step).unwrap().needs().map(|need| need.step().name()).collect::<Vec<_>>();
    assert_eq!([needs("power"), needs("imu"), needs("radio")], [vec!["imu"], vec!["radio"], vec![]]);
    assert!(boot::undo::visualize().to_string().contains("undo of boot"));
}

/// Undos run after a first cancel, as all that cleans up. A second one ends the one in flight, and prevents the others.
#[test]
fn only_a_second_cancel_stops_an_undo() {
    for cancels in 0..=2 {
        let sim = Sim::new();
        let mut board = boot::Board::default();
        let report = run(&sim, boot::run(&mut board, &sim.clock()));
        let (stop, clock) = (StopSignal::new(), sim.clock());
        (0..cancels).for_each(|_| stop.cancel());
        let undo = run(&sim, boot::undo::runner().cancel(&stop).run((&mut board, &report), &clock));
        let expected = match cancels {
            2 => ["cancelled", "skipped", "skipped"].map(|end| format!("{end}: the run was cancelled")),
            _ => ["failed: timed out", "success", "success"].map(str::to_owned),
        };
        let fates: Vec<String> = fates!(undo).iter().map(|fate| fate.split_once(' ').unwrap().1.to_owned()).collect();
        assert_eq!((fates, board.rail), (expected.into(), if cancels == 2 { 3_300 } else { 0 }));
    }
}

/// A run that was dropped is undone as far as it came.
#[test]
fn a_run_that_was_cut_off_is_undone() {
    let (sim, mut board) = (Sim::new(), cut::Board { log: Log::default(), is_stuck: true });
    let mut storage = cut::Storage::new();
    {
        let mut run = pin!(cut::runner().run_in(&mut storage, &mut board, &NoClock));
        assert!(Hand::new().poll(run.as_mut()).is_pending());
    }
    let undo = run(&sim, cut::undo::run(&mut board, storage.report(), &NoClock));
    assert_eq!(board.log.take(), ["first"]);
    assert_eq!(undo.get("second").unwrap().cause(), Some(Cause::NotSelected));
    // A run of undos that is dropped has the report of how far it came, too.
    board.is_stuck = false;
    let report = run(&sim, cut::run(&mut board, &NoClock));
    let mut storage = cut::undo::Storage::new();
    {
        let mut run = pin!(cut::undo::runner().run_in(&mut storage, (&mut board, &report), &NoClock));
        assert!(Hand::new().poll(run.as_mut()).is_pending());
    }
    assert_eq!(board.log.take(), ["second"]);
    assert_eq!(storage.report().get("second").unwrap().status(), Status::Running);
    assert_eq!(storage.report().exit_code(), 2);
}

#[rungs::pipeline(error = Bad)]
mod cut {
    use super::*;

    pub struct Board {
        pub log: Log,
        pub is_stuck: bool,
    }

    #[step]
    async fn first() {}

    #[undo(first)]
    async fn undo_first(log: &Log) {
        log.write("first");
    }

    #[step(after(first))]
    async fn second(is_stuck: &bool) {
        if *is_stuck {
            pending().await
        }
    }

    #[undo(second)]
    async fn undo_second(log: &Log) -> Result<(), Bad> {
        log.write("second");
        yield_now().await;
        Ok(())
    }
}

/// Undos that take the same field never overlap, and those of steps side by side do.
#[test]
fn undos_share_fields_as_steps_do() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut board = side_by_side::Board { bus: 0, clock: clock.clone(), log: Log::default() };
    let report = run(&sim, side_by_side::run(&mut board, &clock));
    let started = sim.now();
    let undo = run(&sim, side_by_side::undo::run(&mut board, &report, &clock));
    assert!(undo.is_success());
    assert_eq!(board.log.take(), ["d", "c", "a", "b", "end of a"]);
    // The undos of `b` and `c` take the bus for 2 ms each; that of `a` takes 3 ms beside them.
    assert_eq!((board.bus, sim.now() - started), (3, ms(4)));
}

#[rungs::pipeline]
mod side_by_side {
    use super::*;

    pub struct Board {
        pub bus: u32,
        pub clock: Clock,
        pub log: Log,
    }

    #[step]
    async fn a() {}
    #[step]
    async fn b() {}
    #[step]
    async fn c() {}
    #[step]
    async fn d() {}

    #[undo(a)]
    async fn undo_a(clock: &Clock, log: &Log) {
        log.write("a");
        clock.sleep(ms(3)).await;
        log.write("end of a");
    }
    #[undo(b)]
    async fn undo_b(bus: &mut u32, clock: &Clock, log: &Log) {
        log.write("b");
        *bus *= 3;
        clock.sleep(ms(2)).await;
    }
    #[undo(c)]
    async fn undo_c(bus: &mut u32, clock: &Clock, log: &Log) {
        log.write("c");
        clock.sleep(ms(2)).await;
        *bus += 1;
    }
    #[undo(d)]
    async fn undo_d(log: &Log) {
        log.write("d");
    }
}

#[test]
fn a_run_of_undos_is_send() {
    fn is_send<T: Send>(_: &T) {}
    let sim = Sim::new();
    let report = run(&sim, cut::run(&mut cut::Board { log: Log::default(), is_stuck: false }, &NoClock));
    let mut other = cut::Board { log: Log::default(), is_stuck: false };
    let undo = cut::undo::run(&mut other, &report, &NoClock);
    is_send(&undo);
    assert!(run(&sim, undo).is_success());
}
