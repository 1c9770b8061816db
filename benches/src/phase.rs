//! The phases of a pipeline's life, each in a function of its own that a profiler can find by name.
//!
//! Nothing that is called in a phase bears one of these names, nor do closures that are written elsewhere: what a
//! profiler collects "in `measured_build`" begins and ends with the phase.

use crate::graph::{Adding, EXECUTOR, Graph, Mode};
use rungs::{Handle, Report, Timer};
use std::convert::Infallible;

/// What a run leaves behind.
pub type Ran = Report<Infallible>;

/// Writes the pipeline.
#[inline(never)]
pub fn measured_build(graph: &mut Graph) -> (Adding, Handle<u64>) {
    graph.build()
}

/// Checks the plan.
///
/// # Panics
/// It is wrong.
#[inline(never)]
pub fn measured_check(pipeline: &mut Adding) {
    pipeline.check().expect("the plan is right");
}

/// Runs the pipeline.
///
/// # Panics
/// The plan is wrong.
#[inline(never)]
pub fn measured_run<T: Timer>(pipeline: &mut Adding, timer: &T) -> Ran {
    futures_lite::future::block_on(pipeline.run(timer)).expect("the plan is right")
}

/// Runs the pipeline beside the executor that its steps were spawned on, both on this thread.
///
/// # Panics
/// The plan is wrong.
#[inline(never)]
pub fn measured_run_beside<T: Timer>(pipeline: &mut Adding, timer: &T) -> Ran {
    futures_lite::future::block_on(EXECUTOR.run(pipeline.run(timer))).expect("the plan is right")
}

/// The one of the two that runs pipelines whose steps go like this.
pub fn how_to_run<T: Timer>(mode: Mode) -> fn(&mut Adding, &T) -> Ran {
    match mode {
        Mode::Ready | Mode::Waiting | Mode::Limited => measured_run,
        Mode::Spawned => measured_run_beside,
    }
}

/// Drops the pipeline and its last report.
#[inline(never)]
pub fn measured_drop(pipeline: Adding, report: Ran) {
    drop(report);
    drop(pipeline);
}
