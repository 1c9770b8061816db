//! What steps tell the observers of their run while their attempts are in flight.

use crate::lock::Lock;
use alloc::{borrow::Cow, string::String, vec::Vec};
use core::{fmt, mem, task::Waker};
use rungs_scheduler::StepId;

/// What a step tells the observers of its run: a text, a number, or how much is done.
/// [`StepCx::emit`](crate::StepCx::emit) takes it.
///
/// ```
/// use rungs::Emitted;
///
/// assert_eq!(Emitted::from("connected").to_string(), "connected");
/// assert_eq!(Emitted::from(7).to_string(), "7");
/// assert_eq!(Emitted::from((3, 10)).to_string(), "3 of 10");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Emitted {
    /// A text, for a log.
    Text(Cow<'static, str>),
    /// A number, whatever it counts.
    Number(u64),
    /// How much is done, for a progress bar.
    Part {
        /// So much is done,
        done: u64,
        /// of so much.
        of: u64,
    },
}

impl From<&'static str> for Emitted {
    fn from(text: &'static str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Emitted {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<u64> for Emitted {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<(u64, u64)> for Emitted {
    fn from((done, of): (u64, u64)) -> Self {
        Self::Part { done, of }
    }
}

impl fmt::Display for Emitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => write!(f, "{number}"),
            Self::Part { done, of } => write!(f, "{done} of {of}"),
        }
    }
}

/// One value, and who emitted it.
pub(crate) struct Emission {
    pub(crate) step: StepId,
    pub(crate) attempt: u32,
    pub(crate) value: Emitted,
}

/// What was emitted in a run and its observers have not been told.
pub(crate) struct Emissions {
    list: Lock<Vec<Emission>>,
    /// Wakes the run.
    waker: Waker,
}

impl Emissions {
    pub(crate) fn new(waker: Waker) -> Self {
        Self { list: Lock::new(Vec::new()), waker }
    }

    pub(crate) fn push(&self, emission: Emission) {
        // If there are others, the run has been woken for them, and takes all at once.
        let is_first = self.list.with(|list| {
            list.push(emission);
            list.len() == 1
        });
        if is_first {
            self.waker.wake_by_ref();
        }
    }

    pub(crate) fn is_any(&self) -> bool {
        self.list.with(|list| !list.is_empty())
    }

    /// Takes all of them, in their order.
    pub(crate) fn take(&self) -> Vec<Emission> {
        self.list.with(mem::take)
    }
}
