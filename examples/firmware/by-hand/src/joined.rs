//! Nested joins, and loops for the steps with retries.

use embassy_futures::join::join;
use embedded_hal::digital::{InputPin, OutputPin};
use embedded_hal_async::{delay::DelayNs, i2c::I2c};
use embedded_io_async::{Read, Write};
use sensor_board::{
    Fault,
    bring_up::{self as steps, Board},
    drivers::Watchdog,
};

/// Boots the board; the first error of each branch ends that branch.
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
) -> Result<(), Fault> {
    let Board { enable, good, lock, bus, modem, dog, delay } = board;
    let delay = &*delay;
    let sensing = async {
        steps::power(enable, good, delay).await?;
        let sensors = async {
            let imu = retry(3, async || steps::imu(bus, delay).await).await;
            let baro = retry(2, async || steps::baro(bus, delay).await).await;
            Ok((imu?, baro?))
        };
        let network = async {
            let radio = retry(2, async || steps::radio(modem).await).await?;
            retry(2, async || steps::join(modem, &radio).await).await
        };
        let (sensors, session) = join(sensors, network).await;
        let ((imu, baro), session) = (sensors?, session?);
        steps::announce(bus, modem, &imu, &baro, &session).await
    };
    let guarding = async {
        let clock = steps::clock(lock, delay).await?;
        steps::watchdog(dog, &clock).await
    };
    let (sensing, guarding) = join(sensing, guarding).await;
    sensing.and(guarding)
}

pub(crate) async fn retry<T>(retries: u32, mut attempt: impl AsyncFnMut() -> Result<T, Fault>) -> Result<T, Fault> {
    let mut left = retries;
    loop {
        match attempt().await {
            Err(fault) if left > 0 && fault.is_transient() => left -= 1,
            ended => return ended,
        }
    }
}
