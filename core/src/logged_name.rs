//! Names in defmt's log: they stay on their line there, as they do in texts.

use defmt::{Format, Formatter, write};

/// The name of a step or a pipeline, as [`Format`] writes it into a line for people: escaped, and cut if it is very long.
///
/// Without a heap a name is an identifier or a literal of the program. It is written as it is then, so that a board has no
/// code for what does not occur.
#[allow(clippy::exhaustive_structs, reason = "it is written as a value")]
#[derive(Clone, Copy, Debug)]
pub struct LoggedName<'n>(pub &'n str);

impl Format for LoggedName<'_> {
    #[cfg(feature = "alloc")]
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{}", defmt::Display2Format(&crate::escape::StepName(self.0)));
    }

    #[cfg(not(feature = "alloc"))]
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=str}", self.0);
    }
}
