//! The I2C bus with its two sensors.

use embedded_hal_async::i2c::{ErrorKind, ErrorType, I2c, NoAcknowledgeSource, Operation};

use super::{Cue, Misbehaviour, Rail, baro::Baro, imu::Imu, registers::Registers};
use crate::drivers::{baro, imu};

/// The bus as a driver sees it.
#[derive(Debug)]
pub struct Bus<'w> {
    rail: &'w Rail,
    imu: (Imu, Misbehaviour),
    baro: (Baro, Misbehaviour),
}

impl<'w> Bus<'w> {
    pub(super) fn new(rail: &'w Rail, imu: Misbehaviour, baro: Misbehaviour) -> Self {
        Self { rail, imu: (Imu::default(), imu), baro: (Baro::default(), baro) }
    }
}

const NOBODY: ErrorKind = ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address);

impl ErrorType for Bus<'_> {
    type Error = ErrorKind;
}

impl I2c for Bus<'_> {
    async fn transaction(&mut self, address: u8, operations: &mut [Operation<'_>]) -> Result<(), ErrorKind> {
        let (device, mood): (&mut dyn Registers, _) = match address {
            _ if !self.rail.is_good() => return Err(NOBODY),
            imu::ADDRESS => (&mut self.imu.0, &mut self.imu.1),
            baro::ADDRESS => (&mut self.baro.0, &mut self.baro.1),
            _ => return Err(NOBODY),
        };
        if let Cue::Nack = mood.next().await {
            return Err(NOBODY);
        }
        for operation in operations {
            match operation {
                Operation::Write(bytes) => device.write(bytes),
                Operation::Read(into) => device.read(into),
            }
        }
        Ok(())
    }
}
