//! The scheduler beside the oracle of `tests/scheduler`, on cases that are made of the fuzzer's bytes.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by a panic")]
#![allow(dead_code, reason = "what is shared with `tests/scheduler` has more than this target uses")]

#[path = "../scheduler/agreement.rs"]
mod agreement;
#[path = "../scheduler/layout.rs"]
mod layout;
#[path = "../scheduler/oracle/mod.rs"]
mod oracle;
#[path = "../scheduler/random.rs"]
mod random;
#[path = "../scheduler/shrink.rs"]
mod shrink;
#[path = "../scheduler/sim.rs"]
mod sim;

/// What the shared parts ask for; here the fuzzer decides how much is tried.
fn is_full() -> bool {
    false
}

#[test]
fn scheduler() {
    bolero::check!().with_iterations(0).for_each(|bytes: &[u8]| {
        let case = random::Random::of_bytes(bytes.to_vec()).case_with_meanings(12);
        agreement::check_random("a case of the fuzzer", case);
    });
}
