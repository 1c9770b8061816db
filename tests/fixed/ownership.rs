//! Who owns a result: steps that borrow it by `&mut`, and steps that take it by value.

use crate::{Bad, Sim, run};
use rungs::{Cause, Instant, NoClock, Status};
use std::{
    future::{Future, poll_fn},
    task::Poll,
};

/// Ready at the second poll.
pub(crate) async fn pause() {
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
    let report = run(&Sim::new(), one_driver::run(&NoClock));
    assert!(report.is_success(), "{report}");
    assert_eq!(report.outputs.join, Some(5));
    assert_eq!(report.outputs.count, Some(5));
    assert_eq!(report.outputs.sleep, Some(vec!["up", "join", "join", "join", "join"]));
    assert_eq!(report.outputs.radio, None, "it was taken");
    assert_eq!(report.get("radio").unwrap().status(), Status::Success);
    let plan = one_driver::visualize().to_string();
    assert!(plan.contains("  - count <- [radio] follows [join]\n"), "{plan}");
    assert!(plan.contains("  - sleep <- [radio] follows [count]\n"), "{plan}");
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
    let sim = Sim::new();
    let clock = sim.clock();
    let report = run(&sim, two_drivers::run(&clock));
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
    let report = run(&Sim::new(), never_made::run(&NoClock));
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
    let report = run(&Sim::new(), never_taken::run(&NoClock));
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
    let report = run(&Sim::new(), taken_and_lost::run(&NoClock));
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
    assert!(plan.contains("  - second <- [table] follows [fill]\n"), "{plan}");
}

/// The run is `Send` if its steps are.
#[test]
fn a_run_with_such_results_may_move_between_threads() {
    fn moves<F: Future + Send>(_: F) {}
    moves(two_drivers::run(&Sim::new().clock()));
    moves(read_at_the_end::run(&NoClock));
}
