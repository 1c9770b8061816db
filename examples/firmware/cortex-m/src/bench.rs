//! Measures a boot to its end, and prints what it measured.

use core::{
    future::{Future, poll_fn},
    hint::black_box,
    pin::{Pin, pin},
    task::{Context, Poll},
};

use cortex_m::Peripherals;
use semihosting::{println, process};
use sensor_board::workload;
// The case: what the first two steps of the boot work on, and what the rest do.
#[cfg(feature = "first-prompt")]
pub use sensor_board::workload::Prompt as First;
#[cfg(feature = "rest-prompt")]
pub use sensor_board::workload::Prompt as Rest;
#[cfg(not(feature = "first-prompt"))]
pub use sensor_board::workload::Slow as First;
#[cfg(not(feature = "rest-prompt"))]
pub use sensor_board::workload::Slow as Rest;

use crate::{instructions, start_clock};

/// The least number of polls of the boot of eight steps.
pub const POLLS: u32 = workload::polls::<First, Rest>();

/// Counts the instructions of all polls of `boot`, prints them, and ends the emulation. A task of embassy's executor awaits
/// this, so the boot is polled when it was woken, and not otherwise: at least `POLLS` times.
pub async fn run<const POLLS: u32, T>(boot: impl Future<Output = T>, is_right: impl FnOnce(&T) -> bool) -> ! {
    if let Some(core) = Peripherals::take() {
        start_clock(core.SYST);
    }
    let bytes = size_of_val(&boot);
    let mut boot = pin!(boot);
    let (mut polls, mut instructions) = (0, Some(0));
    let ended = poll_fn(|cx| {
        let mut polled = Poll::Pending;
        let counted = instructions::count(|| polled = poll(black_box(boot.as_mut()), cx));
        instructions = instructions.zip(counted).map(|(before, counted)| before + counted);
        polls += 1;
        polled
    });
    let is_right = is_right(&ended.await) && polls >= POLLS;
    match instructions {
        Some(instructions) if is_right => {
            println!("instructions {instructions}");
            println!("future {bytes}");
            process::exit(0)
        }
        _ => {
            println!("the boot is wrong or does not wait, or a poll takes too long ({polls} polls, {instructions:?})");
            process::exit(1)
        }
    }
}

#[inline(never)]
fn poll<T>(boot: Pin<&mut impl Future<Output = T>>, cx: &mut Context<'_>) -> Poll<T> {
    boot.poll(cx)
}
