//! With time limits, backoff, deadlines, and a record of each step.

mod log;

pub use log::{Cause, Log, Policy, Record, Root, Status};

use embassy_futures::join::join;
use embassy_time::Duration;
use embedded_hal::digital::{InputPin, OutputPin};
use embedded_hal_async::{delay::DelayNs, i2c::I2c};
use embedded_io_async::{Read, Write};
use sensor_board::{
    bring_up::{self as steps, Board},
    drivers::Watchdog,
};

const POWER: usize = 0;
const CLOCK: usize = 1;
const IMU: usize = 2;
const BARO: usize = 3;
const RADIO: usize = 4;
const JOIN: usize = 5;
const WATCHDOG: usize = 6;
const ANNOUNCE: usize = 7;

const ONCE: Policy = Policy::ONCE;

/// Boots the board and records each step in `log`.
pub async fn boot(
    board: &mut Board<
        impl OutputPin,
        impl InputPin,
        impl InputPin,
        impl I2c,
        impl Read + Write,
        impl Watchdog,
        impl DelayNs + Clone,
    >,
    log: &Log<8>,
) {
    let Board { enable, good, lock, bus, modem, dog, delay } = board;
    let delay = &*delay;
    let sensing = async {
        const POWERING: Policy = ONCE.timeout(Duration::from_millis(50));
        let power = log.step(POWER, &POWERING, async || steps::power(enable, good, delay).await).await;
        let sensors = async {
            const IMU_SET_UP: Policy = ONCE.retries(3).exponential(Duration::from_millis(10));
            const BARO_SET_UP: Policy =
                ONCE.retries(2).exponential(Duration::from_millis(10)).timeout(Duration::from_millis(30));
            match power {
                Ok(()) => {
                    let imu = log.step(IMU, &IMU_SET_UP, async || steps::imu(bus, delay).await).await;
                    let baro = log.step(BARO, &BARO_SET_UP, async || steps::baro(bus, delay).await).await;
                    (imu, baro)
                }
                Err(root) => (log.fail(IMU, root), log.fail(BARO, root)),
            }
        };
        let network = async {
            const RADIO_RESET: Policy = ONCE.retries(2).timeout(Duration::from_millis(100));
            const JOINING: Policy = ONCE
                .retries(2)
                .fixed(Duration::from_millis(50))
                .timeout(Duration::from_millis(200))
                .deadline(Duration::from_secs(1));
            let radio = match power {
                Ok(()) => log.step(RADIO, &RADIO_RESET, async || steps::radio(modem).await).await,
                Err(root) => log.fail(RADIO, root),
            };
            match radio {
                Ok(radio) => log.step(JOIN, &JOINING, async || steps::join(modem, &radio).await).await,
                Err(root) => log.fail(JOIN, root),
            }
        };
        let ((imu, baro), session) = join(sensors, network).await;
        match (imu, baro, session) {
            (Ok(imu), Ok(baro), Ok(session)) => {
                const ANNOUNCING: Policy = ONCE.timeout(Duration::from_millis(200));
                let announce = async || steps::announce(bus, modem, &imu, &baro, &session).await;
                // No step needs its result; its record is enough.
                let _ = log.step(ANNOUNCE, &ANNOUNCING, announce).await;
            }
            (Err(root), ..) | (_, Err(root), _) | (.., Err(root)) => log.skip(ANNOUNCE, root),
        }
    };
    let guarding = async {
        const STARTING: Policy = ONCE.timeout(Duration::from_millis(20));
        let clock = log.step(CLOCK, &STARTING, async || steps::clock(lock, delay).await).await;
        let _ = match clock {
            Ok(clock) => log.step(WATCHDOG, &ONCE, async || steps::watchdog(dog, &clock).await).await,
            Err(root) => log.fail(WATCHDOG, root),
        };
    };
    join(sensing, guarding).await;
}
