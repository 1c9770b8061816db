//! Results that borrow from the context.

use crate::{Bad, Sim, ownership::pause, run};
use rungs::{Cause, NoClock, Status};
use std::{cell::Cell, future::Future};

/// A bus that is shared, and a peripheral of which there is one.
pub struct Bus {
    writes: Cell<u32>,
}

/// A driver that borrows the bus.
#[derive(Debug)]
pub struct Sensor<'b> {
    bus: &'b Cell<u32>,
    reads: u32,
}

impl Drop for Sensor<'_> {
    fn drop(&mut self) {
        self.bus.set(self.bus.get() + 100);
    }
}

/// A driver that owns its peripheral for the rest of the run.
pub struct Link<'s> {
    uart: &'s mut Vec<u8>,
}

#[rungs::pipeline(error = Bad)]
mod borrowed {
    use super::*;

    pub struct Board {
        pub(super) bus: Bus,
        pub(super) uart: Vec<u8>,
    }

    #[step]
    async fn reset(uart: &mut Vec<u8>) -> Result<(), Bad> {
        uart.clear();
        Err(Bad("no answer"))
    }
    #[step]
    async fn link<'s>(uart: &'s mut Vec<u8>, cx: &StepCx) -> Result<Link<'s>, Bad> {
        uart.push(cx.attempt() as u8);
        Ok(Link { uart })
    }
    #[step(retries = 1)]
    async fn sensor(bus: &Bus) -> Result<Sensor<'_>, Bad> {
        bus.writes.set(bus.writes.get() + 1);
        if bus.writes.get() == 1 { Err(Bad("nack")) } else { Ok(Sensor { bus: &bus.writes, reads: 0 }) }
    }
    #[step]
    async fn read(sensor: &mut Sensor<'_>) -> u32 {
        pause().await;
        sensor.reads += 1;
        sensor.reads
    }
    #[step(retries = 2)]
    async fn send(link: &mut Link<'_>, sensor: &Sensor<'_>, read: &u32) -> Result<usize, Bad> {
        pause().await;
        link.uart.push(*read as u8 + sensor.reads as u8);
        if link.uart.len() < 3 { Err(Bad("busy")) } else { Ok(link.uart.len()) }
    }
    /// A driver of another type, made of the first one.
    #[step]
    async fn silent<'s>(link: Link<'s>, send: &usize) -> Link<'s> {
        assert_eq!(*send, 3);
        link
    }
    #[step]
    async fn bye(silent: &mut Link<'_>) {
        silent.uart.push(9);
    }
    #[step(when_all_done)]
    async fn power_down(sensor: Result<Sensor<'_>, Cause>) -> u32 {
        sensor.unwrap().reads
    }
    use rungs::StepCx;
}

#[test]
fn a_driver_borrows_from_the_context_and_is_used_by_later_steps() {
    let mut board = borrowed::Board { bus: Bus { writes: Cell::new(0) }, uart: vec![5, 5, 5] };
    let mut storage = borrowed::Storage::new();
    for turn in 1..=2 {
        board.bus.writes.set(0);
        let report = run(&Sim::new(), borrowed::runner().run_in(&mut storage, &mut board, &NoClock));
        assert_eq!(report.count(Status::Success), 7, "{report}");
        assert_eq!((report.outputs.read, report.outputs.send), (Some(1), Some(3)), "turn {turn}");
        assert_eq!(report.outputs.power_down, Some(1));
        assert_eq!(board.uart, [1, 2, 2, 9]);
        assert_eq!(board.bus.writes.get(), 102, "the driver is dropped once, by the step that took it");
    }
}

/// A driver over any bus.
pub struct Device<'b, B> {
    bus: &'b mut B,
}

#[rungs::pipeline(error = Bad)]
mod generic {
    use super::*;

    pub struct Board<B: Extend<u8>> {
        pub(super) bus: B,
        pub(super) name: String,
    }

    #[step]
    async fn device<B: Extend<u8>>(bus: &mut B) -> Device<'_, B> {
        Device { bus }
    }
    #[step(retries = 1)]
    async fn write<B: Extend<u8>>(device: &mut Device<'_, B>) -> Result<(), Bad> {
        device.bus.extend([1]);
        Ok(())
    }
    #[step]
    async fn text(name: &str) -> &str {
        name
    }
    #[step]
    async fn close<B: Extend<u8>>(device: Device<'_, B>, text: &&str) -> usize {
        device.bus.extend([2]);
        text.len()
    }
}

#[test]
fn a_generic_driver_borrows_from_a_generic_context() {
    let mut board = generic::Board { bus: vec![], name: "imu".into() };
    let report = run(&Sim::new(), generic::run(&mut board, &NoClock));
    assert_eq!(report.outputs.close, Some(3));
    assert_eq!(board.bus, [1, 2]);
}

/// The run is `Send` if its steps are.
#[test]
fn a_run_with_such_results_may_move_between_threads() {
    fn moves<F: Future + Send>(_: F) {}
    moves(sent::run(&mut sent::Board { uart: vec![] }, &NoClock));
}

#[rungs::pipeline]
mod sent {
    use super::*;

    pub struct Board {
        pub(super) uart: Vec<u8>,
    }

    #[step]
    async fn link(uart: &mut Vec<u8>) -> Link<'_> {
        Link { uart }
    }
    #[step]
    async fn other() -> u8 {
        pause().await;
        1
    }
    #[step]
    async fn send(link: &mut Link<'_>, other: &u8) {
        pause().await;
        link.uart.push(*other);
    }
}
