//! The tests of the scheduler: against an oracle, by properties, and at scale.
//!
//! If there are too many possibilities, an ordinary run tries a fixed share of them; a full run tries many more:
//!
//! ```text
//! RUNGS_FULL=1 cargo test --release -p rungs-scheduler-tests
//! ```

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by a panic")]

mod oracle;

mod agreement;
mod layout;
mod random;
mod shrink;
mod sim;

mod backoff;
mod blocked;
mod clock_end;
mod clockless;
mod exhaustive;
mod levels;
mod marks;
mod plan;
mod properties;
mod put_off;
mod requirements;
mod scale;
mod workflows;

fn is_full() -> bool {
    std::env::var("RUNGS_FULL").is_ok_and(|value| value == "1")
}
