//! The rail's pins and the crystal's.

use core::{cell::Cell, convert::Infallible};

use embedded_hal::digital::{ErrorType, InputPin, OutputPin};

use super::spend;

/// A pin that goes high after it was read so many times.
#[derive(Debug)]
pub struct Flag(Cell<u8>);

impl Flag {
    pub(super) fn new(late: u8) -> Self {
        Self(Cell::new(late))
    }

    fn is_up(&self) -> bool {
        let mut late = self.0.get();
        let is_late = spend(&mut late);
        self.0.set(late);
        !is_late
    }
}

impl ErrorType for &Flag {
    type Error = Infallible;
}

impl InputPin for &Flag {
    fn is_high(&mut self) -> Result<bool, Infallible> {
        Ok(self.is_up())
    }

    fn is_low(&mut self) -> Result<bool, Infallible> {
        Ok(!self.is_up())
    }
}

/// The voltage of the sensors and the modem. Read as a pin it is the regulator's power-good.
#[derive(Debug)]
pub struct Rail {
    is_enabled: Cell<bool>,
    is_good: Cell<bool>,
    good: Flag,
}

impl Rail {
    pub(super) fn new(late: u8) -> Self {
        Self { is_enabled: Cell::new(false), is_good: Cell::new(false), good: Flag::new(late) }
    }

    /// Whether devices on the rail work. Early on they do not, so that a boot that does not wait is found out.
    pub(super) fn is_good(&self) -> bool {
        self.is_good.get()
    }

    fn read(&self) -> bool {
        self.is_good.set(self.is_enabled.get() && self.good.is_up());
        self.is_good.get()
    }
}

impl ErrorType for &Rail {
    type Error = Infallible;
}

impl InputPin for &Rail {
    fn is_high(&mut self) -> Result<bool, Infallible> {
        Ok(self.read())
    }

    fn is_low(&mut self) -> Result<bool, Infallible> {
        Ok(!self.read())
    }
}

/// The regulator's enable pin.
#[derive(Debug)]
pub struct Enable<'w>(pub(super) &'w Rail);

impl ErrorType for Enable<'_> {
    type Error = Infallible;
}

impl OutputPin for Enable<'_> {
    fn set_high(&mut self) -> Result<(), Infallible> {
        self.0.is_enabled.set(true);
        Ok(())
    }

    fn set_low(&mut self) -> Result<(), Infallible> {
        self.0.is_enabled.set(false);
        self.0.is_good.set(false);
        Ok(())
    }
}
