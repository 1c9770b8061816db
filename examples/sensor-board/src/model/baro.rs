//! A BMP280 in the air of its data sheet's example (3.12).

use super::registers::Registers;
use crate::drivers::baro::{CALIBRATION, CTRL_MEAS, DATA, ID, IDENTITY, IM_UPDATE, RESET, RESET_NOW, STATUS};

#[derive(Debug, Default)]
pub(super) struct Baro {
    pointer: u8,
    control: u8,
    /// Reads of the status that still see the calibration being copied.
    updating: u8,
}

const WORDS: [i32; 12] = [27_504, 26_435, -1_000, 36_477, -10_685, 3_024, 2_855, 140, -7, 15_500, -14_600, 6_000];

const SAMPLE: [u8; 6] = {
    let ([_, p0, p1, p2], [_, t0, t1, t2]) = ((415_148_u32 << 4).to_be_bytes(), (519_888_u32 << 4).to_be_bytes());
    [p0, p1, p2, t0, t1, t2]
};

impl Registers for Baro {
    fn pointer(&mut self) -> &mut u8 {
        &mut self.pointer
    }

    fn load(&mut self, register: u8) -> u8 {
        match register {
            ID => IDENTITY,
            STATUS if self.updating > 0 => {
                self.updating -= 1;
                IM_UPDATE
            }
            CALIBRATION..0xA0 if self.updating == 0 => {
                let place = register - CALIBRATION;
                let [low, high, ..] = WORDS.get(usize::from(place / 2)).copied().unwrap_or(0).to_le_bytes();
                if place.is_multiple_of(2) { low } else { high }
            }
            DATA..0xFD if self.control != 0 => SAMPLE.get(usize::from(register - DATA)).copied().unwrap_or(0),
            _ => 0,
        }
    }

    fn store(&mut self, register: u8, value: u8) {
        match (register, value) {
            (RESET, RESET_NOW) => *self = Self { updating: 2, pointer: self.pointer, ..Self::default() },
            (CTRL_MEAS, _) => self.control = value,
            _ => {}
        }
    }
}
