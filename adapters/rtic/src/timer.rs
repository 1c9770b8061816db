//! The clock of a monotonic.

use crate::{Rtic, ticks};
use fugit::kind::Kind;
use rtic_time::{
    Timebase,
    monotonic::TimerQueueBasedMonotonic,
    timer_queue::{Delay, TimerQueueBackend},
};
use rungs::{Instant, Timer};

impl<M, const HZ: u64, K: Kind> Timer for Rtic<M>
where
    M: TimerQueueBasedMonotonic<Instant = fugit::Instant<u64, 1, HZ, K>>,
    M::Backend: TimerQueueBackend<Ticks = u64>,
{
    type Sleep = Delay<'static, M::Backend>;

    // By ticks: fugit's own conversions multiply first, and overflow after hours.
    fn now(&self) -> Instant {
        Instant::from_nanos(ticks::to_nanos::<HZ>(M::now().as_ticks()))
    }

    fn sleep_until(&self, deadline: Instant) -> Self::Sleep {
        M::Backend::timer_queue().delay_until(ticks::from_nanos::<HZ>(deadline.as_nanos()))
    }
}
