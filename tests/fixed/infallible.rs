//! Steps that cannot fail return a plain value, and a pipeline of such steps needs no error type.

use crate::{Bad, Clock, Sim, ms, run};
use rungs::{Cause, NoClock, Status, StepError};
use std::future::pending;

#[derive(Debug, PartialEq)]
pub struct Reading<T>(T);

type Outcome<T> = Result<T, Bad>;
type Volts = u32;

macro_rules! outcome {
    ($value:ty) => { Result<$value, Bad> };
}

#[rungs::pipeline(error = Bad)]
mod mixed {
    use super::*;

    pub struct Board<Q: Clone> {
        pub value: Q,
        pub log: Vec<&'static str>,
    }

    /// Nothing is returned, and nothing can fail.
    #[step]
    async fn reset(log: &mut Vec<&'static str>) {
        log.push("reset");
    }

    /// An alias of a plain type.
    #[step(after(reset))]
    async fn power() -> Volts {
        3_300
    }

    /// Its value is an alias with a context's parameter.
    #[step]
    async fn sample<Q: Clone>(value: &Q, power: &u32) -> Reading<Q> {
        assert_eq!(*power, 3_300);
        Reading(value.clone())
    }

    /// An alias of a `Result` by another name.
    #[step]
    async fn radio(power: &u32) -> Outcome<u8> {
        if *power > 3_000 { Err(Bad("too much")) } else { Ok(1) }
    }

    #[step]
    async fn pair(power: &u32) -> outcome!((u32, u32)) {
        Ok((*power, 1))
    }

    /// A result within a value is a value.
    #[step]
    async fn last(pair: &(u32, u32)) -> Option<Result<u32, ()>> {
        Some(Err(())).filter(|_| pair.1 == 1)
    }

    #[step(when_all_done)]
    async fn tidy(log: &mut Vec<&'static str>, radio: Result<&u8, Cause>, reset: Result<&(), Cause>) {
        log.push(if radio.is_ok() && reset.is_ok() { "up" } else { "down" });
    }
}

#[test]
fn plain_values_and_results_side_by_side() {
    let mut board = mixed::Board { value: 7_u8, log: Vec::new() };
    let report = run(&Sim::new(), mixed::run(&mut board, &NoClock));
    let outputs = &report.outputs;
    assert_eq!((outputs.reset, outputs.power, outputs.sample.as_ref()), (Some(()), Some(3_300), Some(&Reading(7))));
    assert_eq!((outputs.radio, outputs.pair, outputs.last), (None, Some((3_300, 1)), Some(Some(Err(())))));
    assert_eq!(board.log, ["reset", "down"]);
    assert_eq!((report.count(Status::Failed), report.exit_code()), (1, 1));
    assert_eq!(report.get("radio").unwrap().error(), Some(StepError::Failed(&Bad("too much"))));
}

#[rungs::pipeline]
mod no_error {
    #[step]
    async fn one() -> u8 {
        1
    }

    #[step]
    async fn two(one: &u8) -> u8 {
        *one + 1
    }
}

#[test]
fn a_pipeline_without_an_error_type() {
    let report: no_error::Report = run(&Sim::new(), no_error::run(&NoClock));
    assert_eq!((report.outputs.two, report.exit_code()), (Some(2), 0));
    assert!(report.to_string().contains("2 succeeded"));
}

#[rungs::pipeline(deadline = ms(100))]
mod limited {
    use super::*;

    pub struct Board {
        pub clock: Clock,
        pub attempts: u32,
    }

    /// A step that cannot fail can still take too long; the second attempt does not.
    #[step(timeout = ms(10), retries = 1)]
    async fn slow_once(attempts: &mut u32, clock: &Clock) -> u32 {
        *attempts += 1;
        clock.sleep(ms(if *attempts == 1 { 50 } else { 5 })).await;
        *attempts
    }

    #[step(timeout = ms(10))]
    async fn stuck() {
        pending().await
    }

    #[step]
    async fn after_stuck(stuck: &()) -> u8 {
        let () = stuck;
        1
    }
}

#[test]
fn a_step_that_cannot_fail_can_time_out() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut board = limited::Board { clock: clock.clone(), attempts: 0 };
    let report = run(&sim, limited::run(&mut board, &clock));
    assert_eq!(report.outputs.slow_once, Some(2));
    assert_eq!(report.get("stuck").map(|step| step.status()), Some(Status::Failed));
    assert!(matches!(report.get("after_stuck").and_then(|step| step.cause()), Some(Cause::Dependency { .. })));
}
