//! Nothing is caught in a static run: a panic of a step, an observer or the timer is a panic of the run. The context is whole
//! after it, and the next run works, on the same storage as well.

use crate::{Bad, Clock, Counted, Sim, ms};
use rungs::{Instant, Timer};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    rc::Rc,
};

/// What panics in the next run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Nothing,
    Step,
    LateStep,
    Drop,
    Observer,
    Timer,
}

/// Panics when it is dropped, if it is to.
struct Bomb(bool);

impl Drop for Bomb {
    fn drop(&mut self) {
        if self.0 {
            panic!("drop");
        }
    }
}

#[rungs::pipeline(error = Bad)]
mod fragile {
    use super::*;

    pub struct Board {
        pub(super) fault: Fault,
        pub(super) clock: Clock,
        pub(super) rail: Vec<&'static str>,
        pub(super) bus: Vec<&'static str>,
        pub(super) alive: Rc<()>,
    }

    #[step]
    async fn power(rail: &mut Vec<&'static str>, alive: &Rc<()>) -> Result<Rc<()>, Bad> {
        rail.push("on");
        Ok(alive.clone())
    }

    /// In flight when the others panic.
    #[step(timeout = ms(10), retries = 1)]
    async fn slow(power: &Rc<()>, bus: &mut Vec<&'static str>, fault: &Fault, clock: &Clock) -> Result<(), Bad> {
        let _alive = power.clone();
        bus.push("slow");
        let _bomb = Bomb(*fault == Fault::Drop);
        clock.sleep(if bus.len() % 2 == 1 { ms(15) } else { ms(5) }).await;
        Ok(())
    }

    #[step(after(power))]
    async fn bad(rail: &mut Vec<&'static str>, fault: &Fault, clock: &Clock) -> Result<(), Bad> {
        rail.push("bad");
        assert_ne!(*fault, Fault::Step);
        clock.sleep(ms(1)).await;
        assert_ne!(*fault, Fault::LateStep);
        Ok(())
    }

    #[step(after(bad, slow), when_all_done)]
    async fn off(rail: &mut Vec<&'static str>) -> Result<(), Bad> {
        rail.push("off");
        Ok(())
    }
}

/// A clock that panics when it is read late.
struct FaultyClock {
    clock: Counted,
    is_faulty: bool,
}

impl Timer for FaultyClock {
    type Sleep = <Counted as Timer>::Sleep;

    fn now(&self) -> Instant {
        let now = self.clock.now();
        assert!(!self.is_faulty || self.clock.sleeps() < 2, "timer");
        now
    }
    fn sleep_until(&self, deadline: Instant) -> Self::Sleep {
        self.clock.sleep_until(deadline)
    }
}

/// Runs it on the storage, and returns the exit code.
fn run_in(storage: &mut fragile::Storage, board: &mut fragile::Board) -> u8 {
    let (fault, sim) = (board.fault, Sim::new());
    board.clock = sim.clock();
    let timer = FaultyClock { clock: Counted::new(sim.clock(), 0), is_faulty: fault == Fault::Timer };
    let run = fragile::runner().on_event(move |event| assert!(fault != Fault::Observer || event.name != "bad"));
    crate::run(&sim, run.run_in(storage, board, &timer)).exit_code()
}

#[test]
fn after_a_panic_the_board_is_whole_and_runs_again() {
    let mut storage = fragile::Storage::new();
    let mut board = fragile::Board {
        fault: Fault::Nothing,
        clock: Sim::new().clock(),
        rail: Vec::new(),
        bus: Vec::new(),
        alive: Rc::new(()),
    };
    for fault in [Fault::Step, Fault::LateStep, Fault::Drop, Fault::Observer, Fault::Timer] {
        (board.fault, board.rail, board.bus) = (fault, Vec::new(), Vec::new());
        let ran = catch_unwind(AssertUnwindSafe(|| run_in(&mut storage, &mut board)));
        assert!(ran.is_err(), "{fault:?}");
        assert_eq!(board.rail.first(), Some(&"on"), "{fault:?}");
        assert!(!board.rail.contains(&"off"), "{fault:?}: nothing starts after a panic");
        assert!(Rc::strong_count(&board.alive) <= 2, "{fault:?}: only the result of `power` is left");

        (board.fault, board.rail, board.bus) = (Fault::Nothing, Vec::new(), Vec::new());
        assert_eq!(run_in(&mut storage, &mut board), 0, "{fault:?}");
        assert_eq!((&board.rail[..], &board.bus[..]), (&["on", "bad", "off"][..], &["slow", "slow"][..]), "{fault:?}");
    }
    drop(storage);
    assert_eq!(Rc::strong_count(&board.alive), 1);
}
