//! What both Cortex-M boards have: a clock for embassy-time on SysTick, a count of instructions, and a way to end.
#![no_std]

pub mod bench;
mod growth;
pub mod instructions;
pub mod log;
#[cfg(feature = "checkpoints")]
pub mod power;
mod time;

pub use time::start_clock;

/// The core's clock, as QEMU runs the board.
pub const CORE_HZ: u32 = include!(concat!(env!("OUT_DIR"), "/core_hz.rs"));

/// Ends the emulation with exit code 101 and the panic's message. Each binary has its own panic handler, because tests
/// bring another.
#[macro_export]
macro_rules! exit_on_panic {
    () => {
        #[panic_handler]
        fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
            semihosting::println!("{info}");
            semihosting::process::exit(101)
        }
    };
}
