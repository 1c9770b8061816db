//! Bosch BMP280: pressure and temperature (data sheet BST-BMP280-DS001).

use embedded_hal_async::{delay::DelayNs, i2c::I2c};

use super::{read, write};
use crate::Fault;

pub(crate) const ADDRESS: u8 = 0x76;
pub(crate) const ID: u8 = 0xD0;
pub(crate) const IDENTITY: u8 = 0x58;
pub(crate) const RESET: u8 = 0xE0;
pub(crate) const RESET_NOW: u8 = 0xB6;
pub(crate) const STATUS: u8 = 0xF3;
/// The calibration is being copied from the sensor's own memory.
pub(crate) const IM_UPDATE: u8 = 0b0000_0001;
pub(crate) const CALIBRATION: u8 = 0x88;
pub(crate) const CTRL_MEAS: u8 = 0xF4;
pub(crate) const DATA: u8 = 0xF7;
/// Pressure four times, temperature once a sample, over and over.
const MEASURE: u8 = 0b0010_1111;

/// The sensor, set up, with its calibration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Baro {
    t: [i32; 3],
    p: [i32; 9],
}

/// The air around the board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Air {
    /// In hundredths of a degree Celsius.
    pub centidegrees: i32,
    /// In pascals.
    pub pascals: u32,
}

/// Resets the sensor, reads its calibration and sets it measuring.
pub async fn set_up<Bus: I2c>(bus: &mut Bus, delay: &mut impl DelayNs) -> Result<Baro, Fault> {
    let mut byte = [0];
    read(bus, ADDRESS, ID, &mut byte).await?;
    if byte[0] != IDENTITY {
        return Err(Fault::WrongChip(byte[0]));
    }
    write(bus, ADDRESS, RESET, RESET_NOW).await?;
    delay.delay_ms(2).await;
    loop {
        read(bus, ADDRESS, STATUS, &mut byte).await?;
        if byte[0] & IM_UPDATE == 0 {
            break;
        }
        delay.delay_ms(1).await;
    }
    let mut calibration = [0; 24];
    read(bus, ADDRESS, CALIBRATION, &mut calibration).await?;
    let baro = Baro::calibrated(&calibration)?;
    write(bus, ADDRESS, CTRL_MEAS, MEASURE).await?;
    Ok(baro)
}

impl Baro {
    fn calibrated(bytes: &[u8; 24]) -> Result<Self, Fault> {
        // Three words for the temperature and nine for the pressure; the first of each has no sign.
        let mut words = bytes.chunks_exact(2).map(|word| i16::from_le_bytes([word[0], word[1]]));
        let mut take = |is_first: bool| {
            let word = words.next().unwrap_or(0);
            if is_first { i32::from(word.cast_unsigned()) } else { i32::from(word) }
        };
        let baro = Self { t: core::array::from_fn(|i| take(i == 0)), p: core::array::from_fn(|i| take(i == 0)) };
        if baro.t[0] == 0 || baro.p[0] == 0 { Err(Fault::Calibration) } else { Ok(baro) }
    }

    /// The latest sample.
    pub async fn measure<Bus: I2c>(&self, bus: &mut Bus) -> Result<Air, Fault> {
        let mut raw = [0; 6];
        read(bus, ADDRESS, DATA, &mut raw).await?;
        let [p0, p1, p2, t0, t1, t2] = raw;
        // 20 bits each, the most significant first.
        let sample = |high, middle, low| (u32::from_be_bytes([0, high, middle, low]) >> 4).cast_signed();
        self.compensated(sample(p0, p1, p2), sample(t0, t1, t2)).ok_or(Fault::Calibration)
    }

    /// The data sheet's formulas for 32-bit integers (8.2); wrapping, for a bad calibration must not panic.
    fn compensated(&self, pressure: i32, temperature: i32) -> Option<Air> {
        let mul = i32::wrapping_mul;
        let add = i32::wrapping_add;

        let [t1, t2, t3] = self.t;
        let coarse = mul((temperature >> 3).wrapping_sub(t1 << 1), t2) >> 11;
        let square = {
            let off = (temperature >> 4).wrapping_sub(t1);
            mul(mul(off, off) >> 12, t3) >> 14
        };
        let fine = add(coarse, square);

        let [p1, p2, p3, p4, p5, p6, p7, p8, p9] = self.p;
        let half = (fine >> 1).wrapping_sub(64_000);
        let quarter = half >> 2;
        let mut offset = mul(mul(quarter, quarter) >> 11, p6);
        offset = add(offset, mul(half, p5) << 1);
        offset = add(offset >> 2, p4 << 16);
        let bend = mul(p3, mul(quarter, quarter) >> 13) >> 3;
        let slope = mul(add(32_768, add(bend, mul(p2, half) >> 1) >> 18), p1) >> 15;

        let raw = 1_048_576_i32.wrapping_sub(pressure).wrapping_sub(offset >> 12).cast_unsigned().wrapping_mul(3_125);
        let slope = slope.cast_unsigned();
        let rough = if raw < 0x8000_0000 {
            raw.wrapping_shl(1).checked_div(slope)?
        } else {
            raw.checked_div(slope)?.wrapping_mul(2)
        }
        .cast_signed();
        let eighth = rough >> 3;
        let second = mul(p9, mul(eighth, eighth) >> 13) >> 12;
        let third = mul(rough >> 2, p8) >> 13;
        let pascals = add(rough, add(add(second, third), p7) >> 4).cast_unsigned();
        Some(Air { centidegrees: add(mul(fine, 5), 128) >> 8, pascals })
    }
}
