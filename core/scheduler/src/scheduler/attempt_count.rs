//! How many attempts were started, as text.

use core::fmt;

/// The number up to which attempts are counted.
pub(super) const HIGHEST: u32 = 262_143;

/// A number of attempts as text: `262,143+` for the highest, which stands for all that are higher.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct AttemptCount(pub u32);

const HIGHEST_TEXT: &str = "262,143+";

impl AttemptCount {
    const fn is_highest(self) -> bool {
        self.0 >= HIGHEST
    }
}

impl fmt::Display for AttemptCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_highest() { f.pad_integral(true, "", HIGHEST_TEXT) } else { self.0.fmt(f) }
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for AttemptCount {
    fn format(&self, f: defmt::Formatter<'_>) {
        if self.is_highest() {
            defmt::write!(f, "{=str}", HIGHEST_TEXT);
        } else {
            defmt::write!(f, "{=u32}", self.0);
        }
    }
}
