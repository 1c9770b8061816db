//! The gauge of steps in flight, while runs are and after they are gone.

#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use rungs::{BoxError, NoClock, Pipeline};
use std::{
    future::Future,
    pin::pin,
    task::{Context, Waker},
};

fn in_flight(handle: &PrometheusHandle) -> Option<f64> {
    let text = handle.render();
    let line = text.lines().find_map(|line| line.strip_prefix("rungs_steps_in_flight{pipeline=\"hangs\"} "))?;
    line.parse().ok()
}

#[test]
fn steps_of_a_run_that_is_dropped_are_no_longer_in_flight() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    metrics::with_local_recorder(&recorder, || {
        let mut p: Pipeline<'_> = Pipeline::new("hangs");
        for step in ["one", "two"] {
            p.step(step).run(std::future::pending::<Result<(), BoxError>>);
        }
        {
            let mut run = pin!(p.runner().observe(rungs_metrics::observer()).run(&NoClock));
            assert!(run.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
            assert_eq!(in_flight(&handle), Some(2.0));
        }
        assert_eq!(in_flight(&handle), Some(0.0));
        assert!(!handle.render().contains("rungs_runs_total"));
    });
}
