//! The steps. All boards run this file, and so does the host: `cargo run --example bring_up`.

use core::time::Duration;

use embedded_hal::digital::{InputPin, OutputPin};
use embedded_hal_async::{delay::DelayNs, i2c::I2c};
use embedded_io_async::{Read, Write};

use crate::{
    Fault,
    drivers::{
        Watchdog,
        baro::{self, Baro},
        imu::{self, Imu},
        modem::{self, Firmware, Session},
    },
};

#[rungs::pipeline(error = Fault)]
/// The boot.
pub mod bring_up {
    use super::*;

    /// What the steps work on.
    #[derive(Debug)]
    pub struct Board<Enable, Good, Lock, Bus, Modem, Dog, Delay> {
        /// Switches the sensors' and the modem's rail on.
        pub enable: Enable,
        /// High while the rail has its voltage.
        pub good: Good,
        /// High once the crystal oscillates.
        pub lock: Lock,
        /// Both sensors are on it.
        pub bus: Bus,
        /// The serial line to the radio modem.
        pub modem: Modem,
        /// The watchdog.
        pub dog: Dog,
        /// The delay that device drivers use. Several steps use it at the same time, so each makes a copy.
        pub delay: Delay,
    }

    /// Switches the rail on and waits for its voltage.
    #[step(timeout = ms(50))]
    pub async fn power<Enable: OutputPin, Good: InputPin, Delay: DelayNs + Clone>(
        enable: &mut Enable,
        good: &mut Good,
        delay: &Delay,
    ) -> Result<(), Fault> {
        enable.set_high().map_err(|_| Fault::Pin)?;
        wait_high(good, delay).await
    }

    /// Waits for the crystal.
    #[step(timeout = ms(20))]
    pub async fn clock<Lock: InputPin, Delay: DelayNs + Clone>(lock: &mut Lock, delay: &Delay) -> Result<Clock, Fault> {
        wait_high(lock, delay).await?;
        Ok(Clock { hz: 32_768 })
    }

    /// Sets the accelerometer up.
    #[step(after(power), retries = 3, backoff = exponential(ms(10)), retry_if = Fault::is_transient)]
    pub async fn imu<Bus: I2c, Delay: DelayNs + Clone>(bus: &mut Bus, delay: &Delay) -> Result<Imu, Fault> {
        imu::set_up(bus, &mut delay.clone()).await
    }

    /// Sets the barometer up, which is on the same bus.
    #[step(after(power), retries = 2, backoff = exponential(ms(10)), retry_if = Fault::is_transient, timeout = ms(30))]
    pub async fn baro<Bus: I2c, Delay: DelayNs + Clone>(bus: &mut Bus, delay: &Delay) -> Result<Baro, Fault> {
        baro::set_up(bus, &mut delay.clone()).await
    }

    /// Resets the modem.
    #[step(after(power), retries = 2, retry_if = Fault::is_transient, timeout = ms(100))]
    pub async fn radio<Modem: Read + Write>(modem: &mut Modem) -> Result<Firmware, Fault> {
        modem::reset(modem).await
    }

    /// Joins the network.
    #[step(retries = 2, backoff = fixed(ms(50)), retry_if = Fault::is_transient, timeout = ms(200), deadline = secs(1))]
    pub async fn join<Modem: Read + Write>(modem: &mut Modem, radio: &Firmware) -> Result<Session, Fault> {
        modem::join(modem, radio).await
    }

    /// Starts the watchdog, which restarts the board if it hangs.
    #[step]
    pub async fn watchdog<Dog: Watchdog>(dog: &mut Dog, clock: &Clock) -> Result<(), Fault> {
        dog.start(clock.ticks(Duration::from_secs(8)));
        Ok(())
    }

    /// Tells the network that the board is up, with a first reading of its sensors.
    #[step(skip_on_error, timeout = ms(200))]
    pub async fn announce<Bus: I2c, Modem: Read + Write>(
        bus: &mut Bus,
        modem: &mut Modem,
        imu: &Imu,
        baro: &Baro,
        join: &Session,
    ) -> Result<(), Fault> {
        let gravity = imu.acceleration(bus).await?;
        let air = baro.measure(bus).await?;
        modem::send(modem, join, &[gravity[2].into(), air.centidegrees, air.pascals.cast_signed()]).await
    }
}

/// The clock by which the board measures time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Its frequency.
    pub hz: u32,
}

impl Clock {
    /// Whole seconds of `span` in ticks.
    fn ticks(&self, span: Duration) -> u32 {
        self.hz.saturating_mul(span.as_secs() as u32)
    }
}

async fn wait_high(pin: &mut impl InputPin, delay: &(impl DelayNs + Clone)) -> Result<(), Fault> {
    let mut delay = delay.clone();
    while pin.is_low().map_err(|_| Fault::Pin)? {
        delay.delay_ms(1).await;
    }
    Ok(())
}
