//! The cost of eight steps with the scheduler alone and a driver by hand, with the plan of the board's boot.
#![no_std]
#![no_main]

use cortex_m_boards::{
    bench::{self, First, Rest},
    exit_on_panic,
};
use embassy_executor::Spawner;
use rungs::{
    Config, Instant, Retry,
    scheduler::{Action, Numbering, Outcome, Scheduler, StepState, Storage, StorageSize, TimerEntry},
};
use sensor_board::{
    Fault,
    plan::{STEPS, plan},
    workload::{
        Device, SUM,
        timed::{self as steps, Board},
    },
};

exit_on_panic!();

#[embassy_executor::main]
async fn main(_spawner: Spawner) {
    let mut board = Board::<First, Rest>::default();
    bench::run::<{ bench::POLLS }, _>(boot(&mut board), |sum| *sum == Ok(SUM)).await
}

async fn boot(board: &mut Board<impl Device, impl Device>) -> Result<u32, Fault> {
    let Board { rail, crystal, bus, modem, dog } = board;
    let (mut states, mut ready) = ([StepState::default(); STEPS], [0; StorageSize::ready_words(STEPS)]);
    let mut timers = [TimerEntry::default(); STEPS];
    let state = Storage { states: &mut states, ready: &mut ready, timers: &mut timers, ..Storage::default() };
    let mut now = clock();
    let scheduler = Scheduler::new(plan(), Numbering::default(), Config::DEFAULT, state, now);
    let mut scheduler = scheduler.map_err(|_| Fault::Order)?;
    let mut results = [0; STEPS];
    while let Some(Action::Start(step)) = scheduler.poll_action(now) {
        let result = match step.index() {
            0 => steps::power(rail).await,
            1 => steps::clock(crystal).await,
            2 => steps::imu(bus, &results[0]).await,
            3 => steps::baro(bus, &results[0]).await,
            4 => steps::radio(modem, &results[0]).await,
            5 => steps::join(modem, &results[4]).await,
            6 => steps::watchdog(dog, &results[1]).await,
            _ => steps::announce(modem, &results[2], &results[3], &results[5]).await,
        };
        let outcome = match (result, results.get_mut(step.index())) {
            (Ok(value), Some(place)) => {
                *place = value;
                Outcome::Success
            }
            (Err(fault), _) => Outcome::Failed(Retry::from(fault.is_transient())),
            _ => Outcome::Abandoned,
        };
        now = clock();
        scheduler.handle_outcome(step, outcome, now);
    }
    Ok(results[7].wrapping_add(results[6]))
}

fn clock() -> Instant {
    Instant::from_nanos(embassy_time::Instant::now().as_micros().wrapping_mul(1_000))
}
