//! What a process does that was started to measure one contestant with one workload.
//!
//! It tells its results on its standard output, a line per phase: [`MARK`], a name, a tab and a value. Contestants may print
//! what they like beside that.

use crate::{
    contestants,
    entry::Entry,
    graph::Graph,
    life::{Meter, Phase, Unmetered},
    workload::Workload,
};
use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

/// What each line for the parent begins with.
pub const MARK: &str = "#rungs-peers ";
/// The name under which a child tells why it failed.
pub const ERROR: &str = "error";
/// The name of the most bytes that were allocated at a time.
pub const PEAK: &str = "peak";

/// What to measure.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "plain data of a program")]
pub struct Task {
    /// The contestant.
    pub entry: Entry,
    /// The graph.
    pub graph: &'static Graph,
    /// The workload.
    pub workload: Workload,
}

impl Task {
    /// A contestant by its name, and a workload by its text.
    pub fn parse(name: &str, workload: &str) -> Option<Self> {
        let entry = contestants::all().into_iter().find(|entry| entry.name == name)?;
        let workload = Workload::parse(workload)?;
        Some(Self { entry, graph: workload.graph(entry.most_needs), workload })
    }

    /// Measures nanoseconds of each phase of one life: the mean of as many as fit into this span.
    ///
    /// # Errors
    /// A run fails, or comes to a wrong sum.
    pub fn time(&self, span: Duration) -> Result<(), String> {
        let lives = self.workload.lives();
        let start = Instant::now();
        let mut first = Clock::default();
        self.live(lives, &mut first)?;
        let (mut clock, mut rounds) = (Clock::default(), 0);
        // What takes longer than the span is measured once, without a warm-up.
        if start.elapsed() > span {
            (clock, rounds) = (first, 1);
        }
        while rounds == 0 || start.elapsed() < span {
            self.live(lives, &mut clock)?;
            rounds += 1;
        }
        for (phase, total) in Phase::ALL.into_iter().zip(clock.0) {
            tell(phase.name(), total.as_nanos() as f64 / (rounds * lives) as f64);
        }
        Ok(())
    }

    /// Lives through some lives for a profiler, after one that it does not find.
    ///
    /// # Errors
    /// A run fails, or comes to a wrong sum.
    pub fn profile(&self) -> Result<(), String> {
        self.entry.warm_up(self.graph, self.workload.mode)?;
        self.live(self.workload.lives(), &mut Unmetered)
    }

    /// Lives through so many lives.
    ///
    /// # Errors
    /// A run fails, or comes to a wrong sum.
    pub fn live(&self, lives: usize, meter: &mut dyn Meter) -> Result<(), String> {
        self.entry.live(self.graph, self.workload.mode, lives, meter)
    }
}

/// Adds up the time of each phase.
#[derive(Default)]
struct Clock([Duration; Phase::ALL.len()]);

impl Meter for Clock {
    fn measure(&mut self, phase: Phase, work: &mut dyn FnMut()) {
        let start = Instant::now();
        work();
        self.0[phase as usize] += start.elapsed();
    }
}

/// Tells a figure to the parent.
pub fn tell(name: &str, value: f64) {
    println!("{MARK}{name}\t{value}");
}

/// Tells the parent how it went.
pub fn finish(result: Result<(), String>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{MARK}{ERROR}\t{}", error.replace('\n', " "));
            ExitCode::FAILURE
        }
    }
}
