//! A RISC-V board without embassy: its clock, a loop that waits for a future, and the boot with the scheduler alone.
#![no_std]

pub mod bare_loop;
mod block_on;
mod time;

pub use block_on::block_on;
pub use time::{Delay, Mtime};

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
