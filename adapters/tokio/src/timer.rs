//! tokio's clock.

use crate::{On, Tokio};
use core::time::Duration;
use rungs::{Instant, Timer};
use std::sync::LazyLock;
use tokio::{
    runtime,
    time::{self, Sleep, sleep_until},
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The zero of all instants in this process, so that those of several runs can be compared.
///
/// The clock of each runtime may be paused, so it may be behind that of the runtime that asks first. Zero is therefore long
/// before; where std represents no time before the start of the machine, it is as early as an hour, or it is now.
static EPOCH: LazyLock<time::Instant> = LazyLock::new(|| {
    let now = time::Instant::from_std(std::time::Instant::now());
    [365 * DAY, DAY, DAY / 24].into_iter().find_map(|span| now.checked_sub(span)).unwrap_or(now)
});

impl Timer for Tokio {
    type Sleep = Sleep;

    fn now(&self) -> Instant {
        Instant::ZERO + EPOCH.elapsed()
    }

    fn sleep_until(&self, deadline: Instant) -> Sleep {
        // Where std cannot represent the deadline, it is centuries away; tokio takes 30 years for the same purpose.
        let at = EPOCH.checked_add(deadline - Instant::ZERO);
        sleep_until(at.unwrap_or_else(|| time::Instant::now() + 30 * 365 * DAY))
    }
}

/// The clock of that runtime. Its sleeps may be polled anywhere, as long as the runtime itself is run.
///
/// # Panics
/// If the runtime's time is not enabled, and if the runtime was shut down; the messages are tokio's.
impl Timer for On<runtime::Handle> {
    type Sleep = Sleep;

    fn now(&self) -> Instant {
        let _within = self.0.enter();
        Tokio.now()
    }

    fn sleep_until(&self, deadline: Instant) -> Sleep {
        let _within = self.0.enter();
        Tokio.sleep_until(deadline)
    }
}
