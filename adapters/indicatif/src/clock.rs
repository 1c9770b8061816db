//! The time that is shown.

use rungs::Instant;
use std::time;

/// The time of a run. Its events tell it; between two of them it goes on by the clock of the process, if it ticks.
#[derive(Debug)]
pub(crate) struct Clock {
    /// The latest time that an event has told.
    told: Instant,
    ticks: Option<Ticks>,
}

#[derive(Debug)]
struct Ticks {
    began: time::Instant,
    /// The run's time when the process's clock was at `began`, as the event says that came the quickest.
    base: Instant,
}

impl Clock {
    pub(crate) fn new(at: Instant, ticks: bool) -> Self {
        Self { told: at, ticks: ticks.then(|| Ticks { began: time::Instant::now(), base: at }) }
    }

    /// An event says what time it is. A run without a clock says the same each time, and so the process's clock alone counts.
    pub(crate) fn tell(&mut self, at: Instant) {
        self.told = self.told.max(at);
        if let Some(Ticks { began, base }) = &mut self.ticks {
            *base = (*base).max(Instant::ZERO + (at - Instant::ZERO).saturating_sub(began.elapsed()));
        }
    }

    pub(crate) fn now(&self) -> Instant {
        match &self.ticks {
            Some(Ticks { began, base }) => *base + began.elapsed(),
            None => self.told,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    #[test]
    fn without_ticks_the_time_is_that_of_the_last_event() {
        let mut clock = Clock::new(Instant::ZERO + MS(5), false);
        assert_eq!(clock.now(), Instant::ZERO + MS(5));
        clock.tell(Instant::ZERO + MS(7));
        assert_eq!(clock.now(), Instant::ZERO + MS(7));
    }

    #[test]
    fn a_clock_that_ticks_is_never_behind_an_event_and_never_goes_back() {
        let mut clock = Clock::new(Instant::ZERO, true);
        let hour = Instant::ZERO + MS(3_600_000);
        clock.tell(hour);
        let then = clock.now();
        assert!(then >= hour);
        // As a run without a clock says it.
        clock.tell(Instant::ZERO);
        assert!(clock.now() >= then);
    }
}
