//! What one pipeline's life asks of the heap.
//!
//! Not part of the library: whoever links the counting allocator counts, and that costs instructions.

use allocation_counter::{AllocationInfo, measure};
use rungs::Timer;
use rungs_benches::{
    graph::Graph,
    phase::{how_to_run, measured_build, measured_check, measured_drop},
};

/// Allocations of each phase, and bytes.
pub(crate) struct Life {
    build: AllocationInfo,
    check: AllocationInfo,
    run: AllocationInfo,
    again: AllocationInfo,
    /// After the first run, report included.
    pub(crate) kept: i64,
    pub(crate) peak: u64,
}

impl Life {
    /// Lives through two pipelines of this graph.
    pub(crate) fn of<T: Timer>(graph: &mut Graph, timer: &T) -> Self {
        // A thread's first `block_on` makes what it sleeps by, once and for all.
        futures_lite::future::block_on(async {});
        let run_pipeline = how_to_run(graph.mode());
        let (mut pipeline, mut report) = (None, None);
        let build = measure(|| pipeline = Some(measured_build(graph)));
        let (mut pipeline, _) = pipeline.expect("built");
        let check = measure(|| measured_check(&mut pipeline));
        let run = measure(|| report = Some(run_pipeline(&mut pipeline, timer)));
        let kept = build.bytes_current + check.bytes_current + run.bytes_current;
        drop(report.take());
        let again = measure(|| report = Some(run_pipeline(&mut pipeline, timer)));
        measured_drop(pipeline, report.expect("run"));

        let peak = measure(|| {
            let (mut pipeline, _) = measured_build(graph);
            measured_check(&mut pipeline);
            let report = run_pipeline(&mut pipeline, timer);
            measured_drop(pipeline, report);
        });
        Self { build, check, run, again, kept, peak: peak.bytes_max }
    }

    /// Those of build, check, run and rerun; growth of a list counts as one.
    pub(crate) fn allocations(&self) -> [f64; 4] {
        [&self.build, &self.check, &self.run, &self.again].map(|info| info.count_total as f64)
    }
}
