//! A time driver for embassy on SysTick, which every Cortex-M has.
//!
//! The interrupt comes once a millisecond, the counter tells the ticks in between: `now` has a resolution of one tick, a
//! microsecond or that of a watch crystal, and wakes come within 1 ms. Nothing but critical sections, so that it works
//! without compare-and-swap.

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

/// The driver counts in parts of a tick, 2^`PART_BITS` to each, for a millisecond may not be whole ticks: 32.768 of a watch
/// crystal.
const PART_BITS: u32 = match embassy_time_driver::TICK_HZ {
    1_000_000 => 0,
    32_768 => 16,
    _ => panic!("a tick is a microsecond, or that of a watch crystal"),
};
/// Rounded down, by less than a millionth.
const PARTS_PER_PERIOD: u32 = ((embassy_time_driver::TICK_HZ << PART_BITS) / 1_000) as u32;

struct SysTickDriver {
    /// At the last interrupt, in parts of a tick: so there is nothing of 64 bits to multiply or divide, which a Cortex-M0
    /// pays for dearly.
    last: Mutex<Cell<u64>>,
    sleepers: Mutex<RefCell<Queue>>,
}

embassy_time_driver::time_driver_impl!(static DRIVER: SysTickDriver = SysTickDriver {
    last: Mutex::new(Cell::new(0)),
    sleepers: Mutex::new(RefCell::new(Queue::new())),
});

/// How many whole periods have passed.
pub(crate) fn periods() -> u64 {
    critical_section::with(|cs| DRIVER.parts(cs)) / u64::from(PARTS_PER_PERIOD)
}

// Else time would go back at the end of a period.
const _: () = assert!(parts(PERIOD - 1) <= PARTS_PER_PERIOD);

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
        critical_section::with(|cs| self.parts(cs)) >> PART_BITS
    }

    fn schedule_wake(&self, at: u64, waker: &Waker) {
        // One that is due already is found by the next interrupt.
        critical_section::with(|cs| self.sleepers.borrow_ref_mut(cs).schedule_wake(at, waker));
    }
}

impl SysTickDriver {
    fn parts(&self, cs: CriticalSection<'_>) -> u64 {
        let mut left = SYST::get_current();
        let mut last = self.last.borrow(cs).get();
        if SCB::is_pendst_pending() {
            // The interrupt waits for the end of this critical section. Read again, to be surely after the wrap.
            left = SYST::get_current();
            last += u64::from(PARTS_PER_PERIOD);
        }
        // The interrupt is raised when the counter reaches 0, so 0 is the first count of a period, not the last.
        let elapsed = if left == 0 { 0 } else { PERIOD - left };
        last + u64::from(parts(elapsed))
    }

    fn tick(&self) {
        critical_section::with(|cs| {
            let last = self.last.borrow(cs);
            last.set(last.get() + u64::from(PARTS_PER_PERIOD));
            // It tells when to come again; the next millisecond is early enough for anything.
            self.sleepers.borrow_ref_mut(cs).next_expiration(last.get() >> PART_BITS);
        });
    }
}

/// What so many counts of one period are. There are more counts than microseconds, and more parts than counts.
const fn parts(counts: u32) -> u32 {
    if PARTS_PER_PERIOD < PERIOD { counts / (PERIOD / PARTS_PER_PERIOD) } else { counts * (PARTS_PER_PERIOD / PERIOD) }
}

#[cortex_m_rt::exception]
fn SysTick() {
    DRIVER.tick();
}
