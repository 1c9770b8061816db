//! Just as much of each device's driver as a boot needs.

pub mod baro;
pub mod imu;
pub mod modem;

/// A timer that starts the board anew unless it is fed in time.
pub trait Watchdog {
    /// Starts it, to be fed within so many ticks of the board's clock.
    fn start(&mut self, ticks: u32);
}

use embedded_hal_async::i2c::{Error, I2c};

use crate::Fault;

/// Reads registers from `register` on.
async fn read<Bus: I2c>(bus: &mut Bus, device: u8, register: u8, into: &mut [u8]) -> Result<(), Fault> {
    bus.write_read(device, &[register], into).await.map_err(|error| Fault::Bus(error.kind()))
}

async fn write<Bus: I2c>(bus: &mut Bus, device: u8, register: u8, value: u8) -> Result<(), Fault> {
    bus.write(device, &[register, value]).await.map_err(|error| Fault::Bus(error.kind()))
}
