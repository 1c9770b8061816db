//! The boot's plan as the scheduler takes it, for drivers by hand. All of it lies in flash.

use core::time::Duration;

use rungs::{
    Backoff, Settings, When,
    scheduler::{Edges, Need, Plan, StepId, invert},
};

/// How many steps there are.
pub const STEPS: usize = 8;

const POWER: StepId = step(0);
const CLOCK: StepId = step(1);
const IMU: StepId = step(2);
const BARO: StepId = step(3);
const RADIO: StepId = step(4);
const JOIN: StepId = step(5);

const NEEDS: [Need; 9] = [
    // imu
    Need::after(POWER),
    // baro: the imu is on the same bus, and goes first
    Need::after(POWER),
    Need::order(IMU),
    // radio
    Need::after(POWER),
    // join
    Need::result(RADIO),
    // watchdog
    Need::result(CLOCK),
    // announce
    Need::result(IMU),
    Need::result(BARO),
    Need::result(JOIN),
];
const STARTS: [u32; STEPS + 1] = [0, 0, 0, 1, 3, 4, 5, 6, 9];

/// The same edges from the other end.
static DEPENDENTS: ([u32; STEPS + 1], [Need; NEEDS.len()]) = {
    let (mut starts, mut list) = ([0; STEPS + 1], NEEDS);
    invert(Edges::new(&STARTS, &NEEDS), &mut starts, &mut list);
    (starts, list)
};

const ONCE: Settings<'static> = Settings::DEFAULT;
static SETTINGS: [Settings<'static>; STEPS] = [
    ONCE.timeout(ms(50)),
    ONCE.timeout(ms(20)),
    ONCE.retries(3).backoff(Backoff::exponential(ms(10))),
    ONCE.retries(2).backoff(Backoff::exponential(ms(10))).timeout(ms(30)),
    ONCE.retries(2).timeout(ms(100)),
    ONCE.retries(2).backoff(Backoff::fixed(ms(50))).timeout(ms(200)).deadline(ms(1_000)),
    ONCE,
    ONCE.when(When::SkipOnError).timeout(ms(200)),
];
/// Each step has settings of its own.
static WHICH: [u32; STEPS] = [0, 1, 2, 3, 4, 5, 6, 7];

/// The plan: steps in the order of [`NAMES`](crate::cases::NAMES).
pub fn plan() -> Plan<'static> {
    let needs = Edges::new(&STARTS, &NEEDS);
    let dependents = Edges::new(&DEPENDENTS.0, &DEPENDENTS.1);
    Plan::new(needs, dependents, &SETTINGS, &WHICH)
}

const fn step(place: usize) -> StepId {
    StepId::new(place).expect("a plan of eight steps")
}

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}
