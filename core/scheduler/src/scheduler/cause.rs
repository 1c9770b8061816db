//! Why a step did not succeed: every cause stands in one table, from which all its forms are made.

use crate::plan::StepId;
use core::fmt;

/// A line per cause: its name, the steps that it names (the first and the second of two that a packed cause has room
/// for), its word for machines, and its text for people. The order is that of the packed codes, from 1.
macro_rules! causes {
    (
        ($first:ident, $second:ident)
        $(
            $(#[$doc:meta])*
            $name:ident $({ $($(#[$field_doc:meta])* $field:ident: $part:ident,)+ })? = $word:literal, $text:literal;
        )+
    ) => {
        /// Why a step did not succeed.
        ///
        /// ```
        /// use rungs_scheduler::{Cause, StepId};
        ///
        /// let root = StepId::new(0).unwrap();
        /// assert_eq!(Cause::Dependency { root, via: root }.to_string(), "a step that it needs did not succeed");
        /// assert_eq!(Cause::RunDeadline.to_string(), "the run's deadline passed");
        /// assert_eq!(Cause::RunDeadline.code(), "run_deadline");
        /// ```
        ///
        /// Reports and events say it with the names of the steps: see `Origin` in the crate `rungs`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        #[cfg_attr(feature = "serde", derive(serde::Serialize))]
        #[non_exhaustive]
        pub enum Cause {
            $(
                $(#[$doc])*
                #[cfg_attr(feature = "serde", serde(rename = $word))]
                $name $({ $($(#[$field_doc])* $field: StepId,)+ })?,
            )+
        }

        /// A [`Cause`] without its steps: what a node has room for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        #[allow(missing_docs, clippy::exhaustive_enums, reason = "outside of semver; the causes have their docs")]
        pub enum Why {
            None,
            $($name,)+
        }

        impl Why {
            /// All of them, each at the index that it has as a number.
            pub const ALL: &'static [Self] = &[Self::None, $(Self::$name,)+];

            /// In a few words; empty for none.
            pub const fn text(self) -> &'static str {
                match self {
                    Self::None => "",
                    $(Self::$name => $text,)+
                }
            }
        }

        /// In a few words, without the names of steps.
        impl fmt::Display for Cause {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.parts().0.text())
            }
        }

        impl Cause {
            /// In one word, for machines: the name that serde writes.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name { .. } => $word,)+
                }
            }

            /// The cause without its steps, and those of its steps that it has; the others are the first step.
            fn parts(self) -> (Why, StepId, StepId) {
                let ($first, $second) = (StepId(0), StepId(0));
                match self {
                    $(Self::$name $({ $($field: $part),+ })? => (Why::$name, $first, $second),)+
                }
            }

            /// The cause with so much of it as its kind has.
            pub(super) fn of(why: Why, $first: StepId, $second: StepId) -> Option<Self> {
                Some(match why {
                    Why::None => return None,
                    $(Why::$name => Self::$name $({ $($field: $part),+ })?,)+
                })
            }
        }
    };
}

causes! {
    (first, second)
    /// Its own error: the last attempt's.
    Failed = "failed", "failed";
    /// Its last attempt took longer than its timeout.
    TimedOut = "timed_out", "timed out";
    /// Its own deadline passed while an attempt was in flight.
    Deadline = "deadline", "deadline exceeded";
    /// It panicked.
    Panicked = "panicked", "panicked";
    /// Its executor dropped the spawned attempt.
    TaskDropped = "task_dropped", "its executor dropped the task";
    /// A need did not succeed.
    Dependency {
        /// Where it began.
        root: first,
        /// The step's own need through which it came.
        via: second,
    } = "dependency", "a step that it needs did not succeed";
    /// It lacks a resource that only attempts which were given up hold, and nothing else is in flight.
    Blocked {
        /// The first step with such an attempt.
        by: first,
    } = "blocked", "an attempt that was given up holds its resources";
    /// The run was stopped by the failure of a required step.
    Stopped {
        /// The step that failed.
        by: first,
    } = "stopped", "stopped after a failure";
    /// The run was drained from outside.
    Drained = "drained", "the run was drained";
    /// The run was cancelled from outside.
    Cancelled = "cancelled", "the run was cancelled";
    /// The run's deadline passed.
    RunDeadline = "run_deadline", "the run's deadline passed";
    /// Nothing that it watches went wrong.
    NotNeeded = "not_needed", "not needed";
    /// It skipped itself: an attempt found that there was nothing to do. Nothing went wrong.
    SkippedItself = "skipped_itself", "by itself";
    /// The run was not asked for it. Nothing went wrong.
    NotSelected = "not_selected", "not selected";
    /// Only steps whose results were given need it. Nothing went wrong.
    UpToDate = "up_to_date", "up to date";
}

// A node has four bits for it.
const _: () = assert!(Why::ALL.len() <= 16, "a cause has no room in a node");

impl Why {
    /// What a node holds, above its phase.
    #[inline]
    pub(super) const fn from_bits(bits: u8) -> Self {
        if (bits as usize) < Self::ALL.len() { Self::ALL[bits as usize] } else { Self::None }
    }
}

impl Cause {
    /// Where it began, if not with the step itself.
    #[doc(hidden)]
    pub const fn root(self) -> Option<StepId> {
        match self {
            Self::Dependency { root, .. } => Some(root),
            _ => None,
        }
    }

    /// Whether the run was stopped, by a step's failure or from outside.
    #[doc(hidden)]
    pub const fn is_stop(self) -> bool {
        matches!(self, Self::Stopped { .. } | Self::Drained | Self::Cancelled | Self::RunDeadline)
    }

    /// Whether nothing went wrong: the step was not to run, or found nothing to do.
    ///
    /// ```
    /// use rungs_scheduler::Cause;
    ///
    /// assert!(Cause::NotSelected.is_harmless() && Cause::SkippedItself.is_harmless());
    /// assert!(!Cause::Drained.is_harmless());
    /// ```
    pub const fn is_harmless(self) -> bool {
        matches!(self, Self::NotNeeded | Self::SkippedItself | Self::NotSelected | Self::UpToDate)
    }

    /// A cause, or none, in three numbers.
    #[doc(hidden)]
    pub fn pack(cause: Option<Self>) -> [u32; 3] {
        let (why, first, second) = cause.map_or((Why::None, StepId(0), StepId(0)), Self::parts);
        [why as u32, first.0, second.0]
    }

    /// The cause that [`pack`](Self::pack) has packed.
    #[doc(hidden)]
    pub fn unpack([why, first, second]: [u32; 3]) -> Option<Self> {
        Self::of(Why::from_bits(why as u8), StepId(first), StepId(second))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_cause_is_the_same_cause() {
        let (one, two) = (StepId(1), StepId(2));
        for &why in Why::ALL {
            let cause = Cause::of(why, one, two);
            assert_eq!(cause.is_none(), why == Why::None);
            assert_eq!(Why::from_bits(why as u8), why);
            assert_eq!(Cause::unpack(Cause::pack(cause)), cause);
        }
        let through = Cause::Dependency { root: one, via: two };
        assert_eq!(Cause::of(Why::Dependency, one, two), Some(through));
        assert_eq!(Cause::of(Why::Stopped, one, two), Some(Cause::Stopped { by: one }));
    }

    #[test]
    fn only_a_failed_need_has_its_root_elsewhere() {
        let (root, via) = (StepId(1), StepId(2));
        for cause in Why::ALL.iter().filter_map(|&why| Cause::of(why, root, via)) {
            assert_eq!(cause.root(), matches!(cause, Cause::Dependency { .. }).then_some(root), "{cause:?}");
        }
    }
}
