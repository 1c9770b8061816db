//! Measures a boot whose steps are all ready at their first poll, and prints what it measured.

use core::{
    future::Future,
    hint::black_box,
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
};

use cortex_m::Peripherals;
// Timers are linked against an executor's queue, though none of them is ever polled here.
use embassy_executor as _;
use semihosting::{println, process};

use crate::{instructions, start_clock};

/// Counts the instructions of the first and only poll of `boot`, and ends the emulation.
pub fn run<T>(boot: impl Future<Output = T>, is_right: impl FnOnce(&T) -> bool) -> ! {
    if let Some(core) = Peripherals::take() {
        start_clock(core.SYST);
    }
    let bytes = size_of_val(&boot);
    let mut boot = pin!(boot);
    let mut ended = Poll::Pending;
    let counted = instructions::count(|| ended = poll(black_box(boot.as_mut())));
    match (ended, counted) {
        (Poll::Ready(value), Some(counted)) if is_right(&value) => {
            println!("instructions {counted}");
            println!("future {bytes}");
            process::exit(0)
        }
        _ => {
            println!("the boot is not ready at its first poll, takes too long, or is wrong");
            process::exit(1)
        }
    }
}

#[inline(never)]
fn poll<T>(boot: Pin<&mut impl Future<Output = T>>) -> Poll<T> {
    boot.poll(&mut Context::from_waker(Waker::noop()))
}
