//! Panics, to show that a panic ends the emulation with exit code 101, and that the search for panics finds one.
#![no_std]
#![no_main]

use core::hint::black_box;

use cortex_m_boards::exit_on_panic;
use semihosting::process;

exit_on_panic!();

#[cortex_m_rt::entry]
fn main() -> ! {
    process::exit(black_box([0, 1, 2])[black_box(3)])
}
