//! The boot of the sensor board on the host: drivers over embedded-hal-async's traits, against models that misbehave.
//! The boards of `examples/firmware` hold the same steps to the same outcomes.

use crate::{Clock, Sim, run};
use embedded_hal_async::delay::DelayNs;
use sensor_board::{bring_up, cases, model::World};
use std::time::Duration;

/// The delay that the board's drivers use.
#[derive(Clone)]
struct Delay(Clock);

impl DelayNs for Delay {
    async fn delay_ns(&mut self, ns: u32) {
        self.0.sleep(Duration::from_nanos(ns.into())).await;
    }
}

#[test]
fn the_board_boots_under_each_script() {
    for case in cases::ALL {
        let (sim, world) = (Sim::new(), World::new(case.script));
        let clock = sim.clock();
        let mut told = Vec::new();
        let report = {
            let mut board = world.board(Delay(clock.clone()));
            let runner = bring_up::runner().on_event(|event| told.push(event.to_string()));
            run(&sim, runner.run(&mut board, &clock))
        };
        assert_eq!(case.differs(&report), None, "{}: {report}", case.name);
        assert_eq!((world.frames(), world.watchdog()), (case.frames, Some(cases::WATCHDOG_TICKS)), "{}", case.name);
        if case.name == cases::DARK.name {
            assert!(told.contains(&"join: failed: `power` failed, through `radio`".into()), "{told:#?}");
        }
    }
}
