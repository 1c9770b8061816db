//! What a step looks like, as a number that is known at compile time: whether a result that was stored still is the step's.

use crate::fnv::Fnv;
use rungs_scheduler::When;

/// The fingerprint of a step while it is made: the same as that of the step in a `Pipeline`.
///
/// ```
/// use rungs::{When, __private::Fingerprint};
///
/// const POWER: u64 = Fingerprint::new("power", 0, When::AllSucceeded).finish();
/// const RADIO: u64 = Fingerprint::new("radio", 0, When::AllSucceeded).need("power", true, POWER).finish();
/// assert_ne!(POWER, RADIO);
/// ```
#[derive(Clone, Copy)]
#[allow(missing_debug_implementations, reason = "only generated code has one, in constants")]
pub struct Fingerprint(Fnv);

impl Fingerprint {
    /// Of a step without needs.
    pub const fn new(name: &str, version: u32, when: When) -> Self {
        Self(Fnv::new().text(name).number(version as u64).text(word(when)))
    }

    /// With a need that is no mere order, and its fingerprint.
    #[must_use]
    pub const fn need(self, name: &str, has_result: bool, fingerprint: u64) -> Self {
        Self(self.0.text(name).number(has_result as u64).number(fingerprint))
    }

    /// With a step before it, of a step that needs all of these.
    #[must_use]
    pub const fn before(self, fingerprint: u64) -> Self {
        Self(self.0.number(fingerprint))
    }

    /// The number.
    pub const fn finish(self) -> u64 {
        self.0.finish()
    }
}

/// The rule by its name in Rust, which is a part of the API.
const fn word(when: When) -> &'static str {
    match when {
        When::AllSucceeded => "AllSucceeded",
        When::SkipOnError => "SkipOnError",
        When::AllDone => "AllDone",
        When::AnyFailed => "AnyFailed",
        When::NoneFailed => "NoneFailed",
        _ => "",
    }
}

/// The key of a step of a pipeline. Two steps of one pipeline with the same key do not compile.
pub const fn key(pipeline: &str, step: &str) -> u32 {
    let hash = Fnv::new().text(pipeline).text(step).finish();
    (hash ^ hash >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;

    #[test]
    fn a_rule_has_the_word_that_a_pipeline_has_for_it() {
        for when in [When::AllSucceeded, When::SkipOnError, When::AllDone, When::AnyFailed, When::NoneFailed] {
            assert_eq!(word(when), format!("{when:?}"));
        }
    }
}
