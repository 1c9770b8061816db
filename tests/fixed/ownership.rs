//! Who owns a result: steps that borrow it by `&mut`, that take it by value, and results that borrow from the context.

use crate::{Bad, Clock, ms, run};
use rungs::{Cause, Instant, NoClock, Status};
use std::{
    cell::Cell,
    future::{Future, poll_fn},
    task::Poll,
};

/// Ready at the second poll.
async fn pause() {
    let mut is_second = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut is_second, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Neither `Clone` nor `Copy`.
#[derive(Debug, PartialEq, Eq)]
pub struct Radio {
    log: Vec<&'static str>,
}

impl Radio {
    async fn send(&mut self, what: &'static str) {
        self.log.push(what);
        pause().await;
        self.log.push(what);
    }
}

#[rungs::pipeline(error = Bad)]
mod one_driver {
    use super::*;

    #[step]
    async fn radio() -> Result<Radio, Bad> {
        Ok(Radio { log: vec!["up"] })
    }

    /// What the first attempt did is still there in the second.
    #[step(retries = 1)]
    async fn join(radio: &mut Radio) -> Result<usize, Bad> {
        radio.send("join").await;
        if radio.log.len() < 5 { Err(Bad("no answer")) } else { Ok(radio.log.len()) }
    }

    #[step]
    async fn count(radio: &Radio) -> usize {
        radio.log.len()
    }

    #[step]
    async fn sleep(radio: Radio) -> Vec<&'static str> {
        pause().await;
        radio.log
    }
}

#[test]
fn steps_change_a_result_in_turn_and_the_last_takes_it() {
    let report = run(&Clock::new(), one_driver::run(&NoClock));
    assert!(report.is_success(), "{report}");
    assert_eq!(report.outputs.join, Some(5));
    assert_eq!(report.outputs.count, Some(5));
    assert_eq!(report.outputs.sleep, Some(vec!["up", "join", "join", "join", "join"]));
    assert_eq!(report.outputs.radio, None, "it was taken");
    assert_eq!(report.get("radio").unwrap().status(), Status::Success);
    let plan = one_driver::visualize().to_string();
    assert!(plan.contains("  - count <- [radio] after [join]\n"), "{plan}");
    assert!(plan.contains("  - sleep <- [radio] after [count]\n"), "{plan}");
}

#[rungs::pipeline(error = Bad, resources(air = 1))]
mod two_drivers {
    use super::*;

    #[step]
    async fn left() -> Result<Radio, Bad> {
        Ok(Radio { log: vec![] })
    }
    #[step]
    async fn right() -> Result<Radio, Bad> {
        pause().await;
        Ok(Radio { log: vec![] })
    }
    #[step]
    async fn a(left: &mut Radio) -> Result<(), Bad> {
        left.send("a").await;
        Ok(())
    }
    #[step]
    async fn b(right: &mut Radio) -> Result<(), Bad> {
        right.send("b").await;
        Err(Bad("b"))
    }
    /// Takes both, so one of them comes from another lane.
    #[step(timeout = ms(1), retries = 1, optional)]
    async fn both(left: &mut Radio, right: &mut Radio) -> Result<(), Bad> {
        left.send("left").await;
        right.send("right").await;
        std::future::pending().await
    }
    #[step(when_all_done)]
    async fn c(left: Result<&mut Radio, Cause>, a: Result<&(), Cause>) {
        a.unwrap();
        left.unwrap().send("c").await;
    }
    #[step(when_all_done)]
    async fn close(left: Result<Radio, Cause>, right: Result<Radio, Cause>, b: Result<&(), Cause>) -> String {
        assert_eq!(b, Err(Cause::Failed));
        let (left, right) = (left.unwrap(), right.unwrap());
        format!("{} {}", left.log.concat(), right.log.concat())
    }
}

#[test]
fn a_result_passes_from_lane_to_lane_and_returns_from_an_abandoned_attempt() {
    let clock = Clock::new();
    let report = run(&clock, two_drivers::run(&clock));
    assert_eq!(report.outputs.close.as_deref(), Some("aaleftleftleftleftcc bbrightrightrightright"));
    assert!(report.outputs.left.is_none() && report.outputs.right.is_none());
    assert_eq!(report.get("both").unwrap().retries(), 1);
}

#[rungs::pipeline(error = Bad)]
mod never_made {
    use super::*;

    #[step]
    async fn radio() -> Result<Radio, Bad> {
        Err(Bad("no radio"))
    }
    #[step]
    async fn join(radio: &mut Radio) -> usize {
        radio.log.len()
    }
    #[step(when_any_failed)]
    async fn close(radio: Result<Radio, Cause>) -> Cause {
        radio.unwrap_err()
    }
}

#[test]
fn a_clean_up_step_that_takes_a_result_is_told_why_there_is_none() {
    let report = run(&Clock::new(), never_made::run(&NoClock));
    assert_eq!(report.outputs.close, Some(Cause::Failed));
    assert_eq!(report.outputs.join, None);
}

#[rungs::pipeline(error = Bad, on_failure = cancel)]
mod never_taken {
    use super::*;

    #[step]
    async fn radio() -> Radio {
        Radio { log: vec!["up"] }
    }
    #[step]
    async fn fails(radio: &mut Radio) -> Result<(), Bad> {
        radio.log.push("failed");
        Err(Bad("no answer"))
    }
    #[step]
    async fn sleep(radio: Radio) -> usize {
        radio.log.len()
    }
}

#[test]
fn a_result_that_no_step_has_come_to_take_is_in_the_report_as_it_was_left() {
    let report = run(&Clock::new(), never_taken::run(&NoClock));
    assert_eq!(report.outputs.radio, Some(Radio { log: vec!["up", "failed"] }));
    assert_eq!(report.outputs.sleep, None);
}

#[rungs::pipeline(error = Bad)]
mod taken_and_lost {
    use super::*;

    #[step]
    async fn radio() -> Radio {
        Radio { log: vec![] }
    }
    #[step]
    async fn sleep(radio: Radio) -> Result<(), Bad> {
        drop(radio);
        Err(Bad("no answer"))
    }
}

#[test]
fn a_result_is_gone_with_the_attempt_that_took_it() {
    let report = run(&Clock::new(), taken_and_lost::run(&NoClock));
    assert_eq!(report.outputs.radio, None);
    assert_eq!(report.get("radio").unwrap().status(), Status::Success);
    assert_eq!(report.get("sleep").unwrap().status(), Status::Failed);
}

#[rungs::pipeline(error = Bad)]
mod read_at_the_end {
    use super::*;

    #[step]
    async fn table() -> Vec<u8> {
        vec![1]
    }
    #[step]
    async fn fill(table: &mut Vec<u8>) -> Result<(), Bad> {
        table.push(2);
        Err(Bad("filled by half"))
    }
    #[step]
    async fn first(table: &[u8], cx: &StepCx) -> (u8, Instant) {
        pause().await;
        (table[1], cx.started_at())
    }
    #[step]
    async fn second(table: &[u8], cx: &StepCx) -> (usize, Instant) {
        pause().await;
        (table.len(), cx.started_at())
    }
    use rungs::StepCx;
}

#[test]
fn readers_of_a_changed_result_run_together_after_the_last_change() {
    let mut run = std::pin::pin!(read_at_the_end::run(&NoClock));
    let hand = crate::Hand::new();
    assert!(hand.poll(run.as_mut()).is_pending());
    let Poll::Ready(report) = hand.poll(run.as_mut()) else { panic!("one of the readers waited for the other") };
    assert_eq!(report.outputs.first.unwrap().0, 2);
    assert_eq!(report.outputs.second.unwrap().0, 2);
    assert_eq!(report.outputs.table, Some(vec![1, 2]));
    let plan = read_at_the_end::visualize().to_string();
    assert!(plan.contains("  - second <- [table] after [fill]\n"), "{plan}");
}

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
        let report = run(&Clock::new(), borrowed::runner().run_in(&mut storage, &mut board, &NoClock));
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
    let report = run(&Clock::new(), generic::run(&mut board, &NoClock));
    assert_eq!(report.outputs.close, Some(3));
    assert_eq!(board.bus, [1, 2]);
}

/// The run is `Send` if its steps are.
#[test]
fn a_run_with_such_results_may_move_between_threads() {
    fn moves<F: Future + Send>(_: F) {}
    moves(two_drivers::run(&Clock::new()));
    moves(read_at_the_end::run(&NoClock));
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

#[test]
fn the_readers_of_a_field_run_together_after_its_last_writer() {
    let clock = Clock::new();
    let mut board = calibrated::Board { clock: clock.clone(), table: [0; 2] };
    let report = run(&clock, calibrated::run(&mut board, &clock));
    let started = |step| report.get(step).unwrap().started_at();
    assert_eq!(started("before"), Some(Instant::ZERO + ms(5)), "it keeps the order of the writers");
    assert_eq!(started("erase"), Some(Instant::ZERO + ms(10)));
    for reader in ["imu", "baro"] {
        assert_eq!(started(reader), Some(Instant::ZERO + ms(15)), "{report}");
    }
    assert_eq!((report.outputs.imu, report.outputs.baro), (Some(7), Some(8)));
    assert_eq!(report.get("erase").unwrap().status(), Status::Failed, "an order is not a need");
}

#[rungs::pipeline(error = Bad)]
mod calibrated {
    use super::*;

    pub struct Board {
        pub(super) clock: Clock,
        pub(super) table: [u8; 2],
    }

    #[step]
    async fn load(table: &mut [u8; 2], clock: &Clock) {
        clock.sleep(ms(5)).await;
        *table = [7, 7];
    }
    #[step]
    async fn before(table: &[u8; 2], clock: &Clock) -> u8 {
        clock.sleep(ms(5)).await;
        table[0]
    }
    #[step]
    async fn erase(table: &mut [u8; 2], clock: &Clock) -> Result<(), Bad> {
        clock.sleep(ms(5)).await;
        table[1] += 1;
        Err(Bad("worn out"))
    }
    #[step(retries = 1, timeout = ms(6))]
    async fn imu(table: &[u8; 2], clock: &Clock) -> u8 {
        clock.sleep(ms(5)).await;
        table[0]
    }
    #[step]
    async fn baro(table: &[u8; 2], clock: &Clock) -> u8 {
        clock.sleep(ms(5)).await;
        table[1]
    }
}
