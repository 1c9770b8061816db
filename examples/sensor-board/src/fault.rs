//! What can go wrong at boot.

use core::fmt;

use embedded_hal_async::i2c::{self, NoAcknowledgeSource};
use embedded_io_async::ErrorKind;

/// Why a step of the boot failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A pin could not be read or set.
    Pin,
    /// The bus, or a device on it, did not carry the transaction out.
    Bus(i2c::ErrorKind),
    /// The identity register is that of another chip, with this value.
    WrongChip(u8),
    /// The sensor's calibration cannot be true.
    Calibration,
    /// The line to the modem broke.
    Line(ErrorKind),
    /// The modem gave an unexpected answer.
    Answer,
    /// The network refuses the board.
    Denied,
    /// A step found its device in use, or a result missing: its driver does not keep the order of the steps.
    Order,
}

impl Fault {
    /// Whether another attempt may succeed.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Bus(_) | Self::Line(_) | Self::Answer => true,
            Self::Pin | Self::WrongChip(_) | Self::Calibration | Self::Denied | Self::Order => false,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pin => f.write_str("a pin does not respond"),
            Self::Bus(i2c::ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address)) => {
                f.write_str("no device acknowledged its address")
            }
            Self::Bus(_) => f.write_str("the transaction on the bus failed"),
            Self::WrongChip(id) => write!(f, "another chip answered, of identity {id:#04x}"),
            Self::Calibration => f.write_str("the calibration makes no sense"),
            Self::Line(_) => f.write_str("the line to the modem broke"),
            Self::Answer => f.write_str("the modem answered out of turn"),
            Self::Denied => f.write_str("the network denied the join"),
            Self::Order => f.write_str("the steps do not run in their order"),
        }
    }
}

impl core::error::Error for Fault {}
