//! The rules that every adapter keeps, of its timer and of runs in place: one after the other, as a task of RTIC, with a line
//! for each. A rule that is broken is a panic, which ends the program with exit code 101.
#![no_std]
#![no_main]

use core::panic::PanicInfo;

use emballoc::Allocator;
use rtic_monotonics::systick::prelude::*;
use rungs_rtic::Rtic;
use semihosting::{println, process};

systick_monotonic!(Mono, 1_000);

/// The core's clock, as QEMU runs the board.
const CORE_HZ: u32 = 25_000_000;

/// Ten thousand sleeps lie on it at once.
const HEAP_BYTES: usize = 2 << 20;

#[global_allocator]
static HEAP: Allocator<HEAP_BYTES> = Allocator::new();

rungs_conformance::async_suite! {
    mod suite;
    test: inline;
    timer: Rtic::<Mono>::new();
    except: { a_panic_is_its_steps_failure: "a panic ends the program" }
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    println!("{info}");
    process::exit(101)
}

#[rtic::app(device = lm3s6965, peripherals = false, dispatchers = [GPIOA])]
mod app {
    use super::*;

    #[shared]
    struct Shared {}

    #[local]
    struct Local {}

    #[init]
    fn init(cx: init::Context) -> (Shared, Local) {
        Mono::start(cx.core.SYST, CORE_HZ);
        // The queue of tasks is empty, so there is room for this one.
        let _ = rules::spawn();
        (Shared {}, Local {})
    }

    #[task(priority = 1)]
    async fn rules(_: rules::Context) {
        suite::each_rule(|group, rule| println!("test {group}::{rule} ... ok")).await;
        process::exit(0)
    }
}
