//! The boot as a task of RTIC, under each script of misbehaving devices. Prints each report, and ends with exit code 101 if one
//! is not as expected.
#![no_std]
#![no_main]

use core::panic::PanicInfo;

use embedded_hal_async::delay::DelayNs;
use rtic_monotonics::systick::prelude::*;
use rungs_rtic::Rtic;
use semihosting::{println, process};
use sensor_board::{
    cases::{self, Case},
    model::World,
};

systick_monotonic!(Mono, 1_000);

/// The core's clock, as QEMU runs the board.
const CORE_HZ: u32 = 25_000_000;

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    println!("{info}");
    process::exit(101)
}

/// The delay that the device drivers use. The monotonic is one itself, but cannot be copied.
#[derive(Clone, Copy)]
struct Delay;

impl DelayNs for Delay {
    async fn delay_ns(&mut self, nanos: u32) {
        DelayNs::delay_ns(&mut Mono, nanos).await;
    }
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
        let _ = boots::spawn();
        (Shared {}, Local {})
    }

    #[task(priority = 1)]
    async fn boots(_: boots::Context) {
        for case in cases::ALL {
            boot(&case).await;
        }
        process::exit(0)
    }
}

async fn boot(case: &Case) {
    let world = World::new(case.script);
    let mut board = world.board(Delay);
    let report = sensor_board::bring_up::run(&mut board, &Rtic::<Mono>::new()).await;
    println!("{}: frames: {}", case.name, world.frames());
    println!("{report}");
    assert_eq!(case.differs(&report), None, "{}", case.name);
    assert_eq!((world.frames(), world.watchdog()), (case.frames, Some(cases::WATCHDOG_TICKS)));
}
