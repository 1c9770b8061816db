//! A run that is dropped leaves its report in the caller's storage, as far as the run came.

use crate::{Bad, Clock, Sim, ms, run};
use rungs::Status;
use std::future::pending;

#[rungs::pipeline(error = Bad)]
mod boot {
    use super::*;

    pub struct Board {
        pub hangs: bool,
        pub clock: Clock,
    }

    #[step]
    async fn power(clock: &Clock) -> u32 {
        clock.sleep(ms(10)).await;
        3_300
    }

    #[step(retries = 1)]
    async fn imu(clock: &Clock, hangs: &bool, power: &u32) -> Result<u32, Bad> {
        if *hangs {
            clock.sleep(ms(5)).await;
            return Err(Bad("no answer"));
        }
        Ok(*power)
    }

    #[step]
    async fn radio(hangs: &bool, power: &u32) -> u32 {
        if *hangs {
            pending().await
        }
        *power
    }

    #[step]
    async fn frame(imu: &u32, radio: &u32) -> u32 {
        imu + radio
    }
}

/// Runs until 15 ms have passed, and drops the run.
fn drop_at_15_ms(sim: &Sim, storage: &mut boot::Storage) {
    let clock = sim.clock();
    let mut board = boot::Board { hangs: true, clock: clock.clone() };
    let ended = async {
        boot::runner().run_in(storage, &mut board, &clock).await;
        true
    };
    let passed = async {
        clock.sleep(ms(15)).await;
        false
    };
    assert!(!run(sim, futures_lite::future::or(ended, passed)), "the run has ended");
}

#[test]
fn the_storage_says_how_far_a_dropped_run_came() {
    let (sim, mut storage) = (Sim::new(), boot::Storage::new());
    drop_at_15_ms(&sim, &mut storage);
    let report = storage.report();
    let ends: Vec<_> = report.steps().map(|step| (step.name(), step.status(), step.attempts())).collect();
    assert_eq!(
        ends,
        [
            ("power", Status::Success, 1),
            ("imu", Status::Running, 2),
            ("radio", Status::Running, 1),
            ("frame", Status::Pending, 0)
        ]
    );
    assert_eq!((report.outputs.power, report.outputs.frame), (Some(3_300), None));
    assert_eq!(report.get("power").unwrap().duration(), ms(10));
}

#[test]
fn a_dropped_run_is_no_success() {
    let (sim, mut storage) = (Sim::new(), boot::Storage::new());
    assert_eq!((storage.report().is_success(), storage.report().exit_code()), (false, 2));
    drop_at_15_ms(&sim, &mut storage);
    assert_eq!((storage.report().is_success(), storage.report().exit_code()), (false, 2));
}

#[test]
fn the_storage_of_a_dropped_run_serves_the_next_one() {
    let (sim, mut storage) = (Sim::new(), boot::Storage::new());
    let clock = sim.clock();
    drop_at_15_ms(&sim, &mut storage);
    let mut board = boot::Board { hangs: false, clock: clock.clone() };
    let exit_code = run(&sim, boot::runner().run_in(&mut storage, &mut board, &clock)).exit_code();
    assert_eq!(exit_code, 0);
    let report: boot::Report = storage.into_report();
    assert_eq!((report.outputs.frame, report.duration()), (Some(6_600), ms(10)));
}
