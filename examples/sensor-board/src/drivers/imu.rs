//! ST LSM6DSO: accelerometer and gyroscope (data sheet DocID033140).

use embedded_hal_async::{delay::DelayNs, i2c::I2c};

use super::{read, write};
use crate::Fault;

pub(crate) const ADDRESS: u8 = 0x6A;
pub(crate) const WHO_AM_I: u8 = 0x0F;
pub(crate) const IDENTITY: u8 = 0x6C;
pub(crate) const CTRL1_XL: u8 = 0x10;
pub(crate) const CTRL2_G: u8 = 0x11;
pub(crate) const CTRL3_C: u8 = 0x12;
pub(crate) const OUTX_L_A: u8 = 0x28;

/// Registers keep still while they are read, and a read goes on to the next.
pub(crate) const BDU_IF_INC: u8 = 0b0100_0100;
pub(crate) const SW_RESET: u8 = 0b0000_0001;
/// 104 Hz, ±2 g.
const ACCELEROMETER: u8 = 0x40;
/// 104 Hz, ±250 degrees a second.
const GYROSCOPE: u8 = 0x40;

/// The sensor, set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Imu(());

/// Resets the sensor and sets it measuring.
pub async fn set_up<Bus: I2c>(bus: &mut Bus, delay: &mut impl DelayNs) -> Result<Imu, Fault> {
    let mut identity = [0];
    read(bus, ADDRESS, WHO_AM_I, &mut identity).await?;
    if identity[0] != IDENTITY {
        return Err(Fault::WrongChip(identity[0]));
    }
    write(bus, ADDRESS, CTRL3_C, SW_RESET).await?;
    let mut control = [SW_RESET];
    while control[0] & SW_RESET != 0 {
        delay.delay_us(50).await;
        read(bus, ADDRESS, CTRL3_C, &mut control).await?;
    }
    write(bus, ADDRESS, CTRL3_C, BDU_IF_INC).await?;
    write(bus, ADDRESS, CTRL1_XL, ACCELEROMETER).await?;
    write(bus, ADDRESS, CTRL2_G, GYROSCOPE).await?;
    Ok(Imu(()))
}

impl Imu {
    /// Along x, y and z, in thousandths of g.
    pub async fn acceleration<Bus: I2c>(&self, bus: &mut Bus) -> Result<[i16; 3], Fault> {
        let mut raw = [0; 6];
        read(bus, ADDRESS, OUTX_L_A, &mut raw).await?;
        let [xl, xh, yl, yh, zl, zh] = raw;
        // 0.061 mg a digit at ±2 g.
        let milli_g = |low, high| (i32::from(i16::from_le_bytes([low, high])) * 61 / 1000) as i16;
        Ok([milli_g(xl, xh), milli_g(yl, yh), milli_g(zl, zh)])
    }
}
