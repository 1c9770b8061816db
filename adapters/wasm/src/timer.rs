//! The clock of the browser or of node.

use crate::Wasm;
use gloo_timers::future::TimeoutFuture;
use rungs::{Instant, Timer};
use std::sync::LazyLock;

/// The zero of all instants in this process, so that those of several runs can be compared.
static EPOCH: LazyLock<web_time::Instant> = LazyLock::new(web_time::Instant::now);

/// `setTimeout` takes its milliseconds as an `i32`; beyond, it fires at once.
const LONGEST: u128 = i32::MAX as u128;

impl Timer for Wasm {
    type Sleep = TimeoutFuture;

    fn now(&self) -> Instant {
        Instant::ZERO + EPOCH.elapsed()
    }

    fn sleep_until(&self, deadline: Instant) -> TimeoutFuture {
        let millis = (deadline - self.now()).as_nanos().div_ceil(1_000_000);
        TimeoutFuture::new(millis.min(LONGEST) as u32)
    }
}
