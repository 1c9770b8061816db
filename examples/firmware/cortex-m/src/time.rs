//! A time driver for embassy on SysTick, which every Cortex-M has.
//!
//! The interrupt comes once a millisecond, the counter tells the microseconds in between: `now` has a resolution of
//! 1 µs, wakes come within 1 ms. Nothing but critical sections, so that it works without compare-and-swap.

use core::{
    cell::{Cell, RefCell},
    task::Waker,
};

use cortex_m::peripheral::{SCB, SYST, syst::SystClkSource};
use critical_section::{CriticalSection, Mutex};
use embassy_time_driver::Driver;
use embassy_time_queue_utils::Queue;

use crate::CORE_HZ;

/// Counts of SysTick in a millisecond.
pub(crate) const PERIOD: u32 = CORE_HZ / 1_000;
const MICROS_A_PERIOD: u64 = 1_000;
const COUNTS_A_MICROSECOND: u32 = CORE_HZ / 1_000_000;
const _: () = assert!(embassy_time_driver::TICK_HZ == 1_000_000, "ticks are microseconds here");

struct SysTickDriver {
    /// At the last interrupt, in microseconds: so there is nothing to multiply, which a Cortex-M0 pays for dearly.
    last: Mutex<Cell<u64>>,
    sleepers: Mutex<RefCell<Queue>>,
}

embassy_time_driver::time_driver_impl!(static DRIVER: SysTickDriver = SysTickDriver {
    last: Mutex::new(Cell::new(0)),
    sleepers: Mutex::new(RefCell::new(Queue::new())),
});

/// Starts the clock; time stands still until then.
pub fn start_clock(mut counter: SYST) {
    counter.set_clock_source(SystClkSource::Core);
    counter.set_reload(PERIOD - 1);
    counter.clear_current();
    counter.enable_counter();
    counter.enable_interrupt();
}

impl Driver for SysTickDriver {
    fn now(&self) -> u64 {
        critical_section::with(|cs| self.micros(cs))
    }

    fn schedule_wake(&self, at: u64, waker: &Waker) {
        // One that is due already is found by the next interrupt.
        critical_section::with(|cs| self.sleepers.borrow_ref_mut(cs).schedule_wake(at, waker));
    }
}

impl SysTickDriver {
    fn micros(&self, cs: CriticalSection<'_>) -> u64 {
        let mut left = SYST::get_current();
        let mut last = self.last.borrow(cs).get();
        if SCB::is_pendst_pending() {
            // The interrupt waits for the end of this critical section. Read again, to be surely after the wrap.
            left = SYST::get_current();
            last += MICROS_A_PERIOD;
        }
        // The interrupt is raised when the counter reaches 0, so 0 is the first count of a period, not the last.
        let elapsed = if left == 0 { 0 } else { PERIOD - left };
        last + u64::from(elapsed / COUNTS_A_MICROSECOND)
    }

    fn tick(&self) {
        critical_section::with(|cs| {
            let last = self.last.borrow(cs);
            last.set(last.get() + MICROS_A_PERIOD);
            // It tells when to come again; the next millisecond is early enough for anything.
            self.sleepers.borrow_ref_mut(cs).next_expiration(last.get());
        });
    }
}

#[cortex_m_rt::exception]
fn SysTick() {
    DRIVER.tick();
}
