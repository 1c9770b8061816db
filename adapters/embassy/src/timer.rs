//! embassy's clock.

use crate::{Embassy, ticks::Rate};
use rungs::{Instant, Timer};

const RATE: Rate = Rate::of(embassy_time::TICK_HZ);

impl Timer for Embassy {
    type Sleep = embassy_time::Timer;

    // By ticks: embassy's own conversions multiply first, and overflow after 9 years at 32,768 Hz.
    fn now(&self) -> Instant {
        Instant::from_nanos(RATE.nanos(embassy_time::Instant::now().as_ticks()))
    }

    fn sleep_until(&self, deadline: Instant) -> Self::Sleep {
        embassy_time::Timer::at(embassy_time::Instant::from_ticks(RATE.ticks(deadline.as_nanos())))
    }
}
