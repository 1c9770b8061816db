//! Drivers that one step makes and the next ones use, on hosts and boards: nothing here allocates, and none of the drivers
//! lies in a `static` or can be copied.

use core::{
    future::{Future, poll_fn},
    pin::pin,
    task::{Context, Poll, Waker},
};
use rungs::{Cause, NoClock, Status};

/// The peripherals.
#[derive(Debug)]
pub struct Pins {
    written: u32,
}

/// Borrows the pins for the rest of the run.
#[derive(Debug)]
pub struct Bus<'p> {
    pins: &'p mut Pins,
}

/// Made of nothing, and owned by whoever has it.
#[derive(Debug)]
pub struct Sensor {
    readings: u32,
}

#[rungs::pipeline(error = &'static str)]
mod bring_up {
    use super::{Bus, Cause, Pins, Sensor, pause};

    pub struct Board {
        pub(super) pins: Pins,
        pub(super) table: [u32; 2],
    }

    #[step]
    async fn bus(pins: &mut Pins) -> Bus<'_> {
        Bus { pins }
    }

    #[step]
    async fn sensor() -> Sensor {
        pause().await;
        Sensor { readings: 0 }
    }

    /// Two attempts on the same drivers, of which one comes from another lane.
    #[step(retries = 1)]
    async fn calibrate(bus: &mut Bus<'_>, sensor: &mut Sensor) -> Result<(), &'static str> {
        bus.pins.written += 1;
        pause().await;
        sensor.readings += 1;
        if sensor.readings == 1 { Err("no answer") } else { Ok(()) }
    }

    #[step]
    async fn log(bus: &Bus<'_>, sensor: &Sensor, calibrate: &()) -> u32 {
        let () = *calibrate;
        pause().await;
        bus.pins.written + sensor.readings
    }

    #[step]
    async fn load(table: &mut [u32; 2]) {
        *table = [3, 4];
    }

    /// Runs beside the next step.
    #[step]
    async fn low(table: &[u32; 2]) -> u32 {
        pause().await;
        table[0]
    }

    #[step]
    async fn high(table: &[u32; 2]) -> u32 {
        pause().await;
        table[1]
    }

    #[step(when_all_done)]
    async fn close(bus: Result<Bus<'_>, Cause>, sensor: Result<Sensor, Cause>, calibrate: Result<&(), Cause>) -> u32 {
        pause().await;
        match (bus, sensor, calibrate) {
            (Ok(bus), Ok(sensor), Ok(())) => bus.pins.written + 10 * sensor.readings,
            _ => 0,
        }
    }
}

/// Ready at the second poll.
async fn pause() {
    let mut is_second = false;
    poll_fn(|_| if core::mem::replace(&mut is_second, true) { Poll::Ready(()) } else { Poll::Pending }).await;
}

pub(crate) fn a_driver_passes_from_step_to_step() {
    let mut board = bring_up::Board { pins: Pins { written: 0 }, table: [0; 2] };
    let mut storage = bring_up::Storage::new();
    for turn in 1..=2 {
        let mut run = pin!(bring_up::runner().run_in(&mut storage, &mut board, &NoClock));
        let mut polls = 0;
        let report = loop {
            polls += 1;
            if let Poll::Ready(report) = run.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                break report;
            }
            assert!(polls < 10, "the run waits for nothing");
        };
        assert_eq!(report.count(Status::Success), 8);
        assert_eq!(report.outputs.log, Some(2 * turn + 2));
        assert_eq!(report.outputs.close, Some(2 * turn + 20));
        assert_eq!((report.outputs.low, report.outputs.high), (Some(3), Some(4)));
        assert!(report.outputs.sensor.is_none(), "it was taken");
    }
}
