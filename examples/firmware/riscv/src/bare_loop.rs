//! A driver by hand for the scheduler: no executor, no wakers, no heap.

use core::{
    cell::{Cell, RefCell, RefMut},
    future::Future,
    hint,
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
};

use embedded_hal::digital::{InputPin, OutputPin};
use embedded_hal_async::{delay::DelayNs, i2c::I2c};
use embedded_io_async::{Read, Write};
use rungs::{
    Config, Instant, Retry, Timer,
    scheduler::{
        Action, Numbering, Outcome, Scheduler, StepState, Storage, StorageSize, StorageTooSmall, TimerEntry, Verdict,
    },
};
use sensor_board::{
    Fault,
    bring_up::{self as steps, Board},
    drivers::Watchdog,
    plan::{STEPS, plan},
};

use crate::Mtime;

/// The record of one step.
#[derive(Clone, Copy, Debug, Default)]
pub struct Record {
    /// The state that the scheduler left.
    pub node: StepState,
    /// The error of the last attempt, if it failed.
    pub fault: Option<Fault>,
    pub started: Instant,
    pub finished: Instant,
}

/// Boots the board.
///
/// # Errors
/// Never: the storage has the size that the plan needs.
pub fn boot(
    board: &mut Board<
        impl OutputPin,
        impl InputPin,
        impl InputPin,
        impl I2c,
        impl Read + Write,
        impl Watchdog,
        impl DelayNs + Clone,
    >,
) -> Result<[Record; STEPS], StorageTooSmall> {
    let Board { enable, good, lock, bus, modem, dog, delay } = board;
    let delay = &*delay;
    // The attempts of all steps lie side by side, so what they work on is in cells: devices, which the plan
    // keeps them from using at once, and results.
    let (rail, lock, dog) = (RefCell::new((enable, good)), RefCell::new(lock), RefCell::new(dog));
    let (bus, modem) = (RefCell::new(bus), RefCell::new(modem));
    let (clock, imu, baro) = (Cell::new(None), Cell::new(None), Cell::new(None));
    let (radio, join) = (Cell::new(None), Cell::new(None));

    run([
        &mut Place::new(pin!(None), || async {
            let (enable, good) = &mut *hold(&rail)?;
            steps::power(*enable, *good, delay).await
        }),
        &mut Place::new(pin!(None), || async { keep(&clock, steps::clock(*hold(&lock)?, delay).await) }),
        &mut Place::new(pin!(None), || async { keep(&imu, steps::imu(*hold(&bus)?, delay).await) }),
        &mut Place::new(pin!(None), || async { keep(&baro, steps::baro(*hold(&bus)?, delay).await) }),
        &mut Place::new(pin!(None), || async { keep(&radio, steps::radio(*hold(&modem)?).await) }),
        &mut Place::new(pin!(None), || async { keep(&join, steps::join(*hold(&modem)?, &result(&radio)?).await) }),
        &mut Place::new(pin!(None), || async { steps::watchdog(*hold(&dog)?, &result(&clock)?).await }),
        &mut Place::new(pin!(None), || async {
            let (imu, baro, join) = (result(&imu)?, result(&baro)?, result(&join)?);
            steps::announce(*hold(&bus)?, *hold(&modem)?, &imu, &baro, &join).await
        }),
    ])
}

fn hold<T>(device: &RefCell<T>) -> Result<RefMut<'_, T>, Fault> {
    device.try_borrow_mut().map_err(|_| Fault::Order)
}

fn result<T: Copy>(cell: &Cell<Option<T>>) -> Result<T, Fault> {
    cell.get().ok_or(Fault::Order)
}

fn keep<T>(cell: &Cell<Option<T>>, result: Result<T, Fault>) -> Result<(), Fault> {
    cell.set(Some(result?));
    Ok(())
}

/// Where the attempts of one step run.
trait Attempts {
    fn start(&mut self);
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Fault>>;
    fn end(&mut self);
}

struct Place<'p, Make, Attempt> {
    attempt: Pin<&'p mut Option<Attempt>>,
    make: Make,
}

impl<'p, Make: FnMut() -> Attempt, Attempt> Place<'p, Make, Attempt> {
    fn new(attempt: Pin<&'p mut Option<Attempt>>, make: Make) -> Self {
        Self { attempt, make }
    }
}

impl<Make, Attempt> Attempts for Place<'_, Make, Attempt>
where
    Make: FnMut() -> Attempt,
    Attempt: Future<Output = Result<(), Fault>>,
{
    fn start(&mut self) {
        self.attempt.set(Some((self.make)()));
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Fault>> {
        let Some(attempt) = self.attempt.as_mut().as_pin_mut() else { return Poll::Pending };
        let polled = attempt.poll(cx);
        if polled.is_ready() {
            self.end();
        }
        polled
    }

    fn end(&mut self) {
        self.attempt.set(None);
    }
}

fn run(mut attempts: [&mut dyn Attempts; STEPS]) -> Result<[Record; STEPS], StorageTooSmall> {
    let mut states = [StepState::default(); STEPS];
    let mut ready = [0; StorageSize::ready_words(STEPS)];
    let mut timers = [TimerEntry::default(); STEPS];
    let state = Storage { states: &mut states, ready: &mut ready, timers: &mut timers, ..Storage::default() };
    let mut scheduler = Scheduler::new(plan(), Numbering::default(), Config::DEFAULT, state, Mtime.now())?;
    let mut records = [Record::default(); STEPS];

    while !scheduler.has_ended() {
        // Outcomes first: a result that is ready wins over a time limit that has just passed.
        for step in scheduler.plan().steps() {
            let (Some(attempt), Some(record)) = (attempts.get_mut(step.index()), records.get_mut(step.index())) else {
                continue;
            };
            let Poll::Ready(result) = attempt.poll(&mut Context::from_waker(Waker::noop())) else { continue };
            let outcome = match result {
                Ok(()) => Outcome::Success,
                Err(fault) => {
                    record.fault = Some(fault);
                    Outcome::Failed(Retry::from(fault.is_transient()))
                }
            };
            let now = Mtime.now();
            if scheduler.handle_outcome(step, outcome, now) == Verdict::Ended {
                record.finished = now;
            }
        }
        let now = Mtime.now();
        while let Some(action) = scheduler.poll_action(now) {
            let (Action::Start(step) | Action::Abandon(step) | Action::Ended(step)) = action;
            let (Some(attempt), Some(record)) = (attempts.get_mut(step.index()), records.get_mut(step.index())) else {
                continue;
            };
            if record.started == Instant::ZERO {
                record.started = now;
            }
            record.finished = now;
            match action {
                Action::Start(_) => attempt.start(),
                Action::Abandon(_) => {
                    attempt.end();
                    scheduler.handle_outcome(step, Outcome::Abandoned, now);
                }
                Action::Ended(_) => {}
            }
        }
        hint::spin_loop();
    }
    for (record, node) in records.iter_mut().zip(scheduler.states()) {
        record.node = *node;
    }
    Ok(records)
}
