//! An LSM6DSO that lies flat on the table.

use super::registers::Registers;
use crate::drivers::imu::{BDU_IF_INC, CTRL1_XL, CTRL2_G, CTRL3_C, IDENTITY, OUTX_L_A, SW_RESET, WHO_AM_I};

#[derive(Debug, Default)]
pub(super) struct Imu {
    pointer: u8,
    accelerometer: u8,
    gyroscope: u8,
    control: u8,
    /// Reads of the control register that still see the reset going on.
    resetting: u8,
}

/// 1 g along z, at 0.061 mg a digit.
const FLAT: [u8; 6] = {
    let [low, high] = 16_393_i16.to_le_bytes();
    [0, 0, 0, 0, low, high]
};

impl Registers for Imu {
    fn pointer(&mut self) -> &mut u8 {
        &mut self.pointer
    }

    fn load(&mut self, register: u8) -> u8 {
        match register {
            WHO_AM_I => IDENTITY,
            CTRL1_XL => self.accelerometer,
            CTRL2_G => self.gyroscope,
            CTRL3_C if self.resetting > 0 => {
                self.resetting -= 1;
                SW_RESET
            }
            CTRL3_C => self.control,
            // Measures only once it has been told to, and reads on only if that has been switched on.
            OUTX_L_A..0x2E if self.accelerometer != 0 && self.control & BDU_IF_INC == BDU_IF_INC => {
                FLAT.get(usize::from(register - OUTX_L_A)).copied().unwrap_or(0)
            }
            _ => 0,
        }
    }

    fn store(&mut self, register: u8, value: u8) {
        match register {
            CTRL1_XL => self.accelerometer = value,
            CTRL2_G => self.gyroscope = value,
            CTRL3_C if value & SW_RESET != 0 => *self = Self { resetting: 1, pointer: self.pointer, ..Self::default() },
            CTRL3_C => self.control = value,
            _ => {}
        }
    }
}
