//! How many instructions something takes, to the instruction and the same in every run.
//!
//! Under `-icount shift=6` an instruction takes 64 ns of the machine's time, no matter which: more than a count of SysTick
//! on either board, so that counts tell instructions. (They are instructions, not cycles of a real core.)

use core::sync::atomic::{Ordering, compiler_fence};

use cortex_m::peripheral::SYST;

use crate::{
    CORE_HZ,
    time::{PERIOD, periods},
};

const NANOS_AN_INSTRUCTION: u64 = 64;

/// Counts the instructions of `work`; `None` if it took longer than a millisecond, which is about 15,000 of them. The
/// clock must be running.
pub fn count(work: impl FnOnce()) -> Option<u32> {
    let nothing = measure(|| ())?;
    Some(measure(work)? - nothing)
}

/// The instructions of `work` and of measuring them. It begins just after the interrupt, and so is not disturbed by it.
#[inline(never)]
fn measure(work: impl FnOnce()) -> Option<u32> {
    let now = periods();
    while periods() == now {}
    let before = SYST::get_current();
    compiler_fence(Ordering::SeqCst);
    work();
    compiler_fence(Ordering::SeqCst);
    let after = SYST::get_current();
    // The counter runs down, and begins again at each millisecond.
    (periods() == now + 1 && after < before && before < PERIOD).then(|| instructions(after) - instructions(before))
}

/// Since the counter began its period, of 1 ms / 64 ns = 15,625 instructions without a remainder: so a count between two
/// instructions belongs to just one of them, and nothing is lost in rounding.
fn instructions(left: u32) -> u32 {
    let (counts, hz) = (u64::from(PERIOD - left), u64::from(CORE_HZ));
    (counts * 1_000_000_000).div_ceil(NANOS_AN_INSTRUCTION * hz) as u32
}
