//! A contestant's life: its phases, each in a function of its own that a profiler can find by name.

use crate::{body::Body, contestant::Contestant, graph::Graph};

/// The phases of a life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The graph is written.
    Build,
    /// What was written is checked.
    Check,
    /// It runs to its end.
    Run,
    /// All of it is dropped, with what the run left behind.
    Drop,
}

impl Phase {
    /// All of them, in their order.
    pub const ALL: [Self; 4] = [Self::Build, Self::Check, Self::Run, Self::Drop];

    /// As it is called in tables, and between processes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Check => "check",
            Self::Run => "run",
            Self::Drop => "drop",
        }
    }
}

/// Measures phases.
pub trait Meter {
    /// Does the work of a phase, and measures it.
    fn measure(&mut self, phase: Phase, work: &mut dyn FnMut());
}

/// Measures nothing: for a profiler, or a warm-up.
#[derive(Clone, Copy, Debug)]
pub struct Unmetered;

impl Meter for Unmetered {
    fn measure(&mut self, _phase: Phase, work: &mut dyn FnMut()) {
        work();
    }
}

/// So many lives, phase by phase side by side: a clock is too coarse for one life of a small graph.
///
/// # Errors
/// The first run that fails, or comes to a wrong sum.
pub fn live<C: Contestant, B: Body>(graph: &'static Graph, lives: usize, meter: &mut dyn Meter) -> Result<(), String> {
    let mut all: Vec<C> = Vec::with_capacity(lives);
    meter.measure(Phase::Build, &mut || all.extend((0..lives).map(|_| measured_build::<C, B>(graph))));
    meter.measure(Phase::Check, &mut || all.iter_mut().for_each(measured_check));
    let mut ran = Ok(graph.sum());
    meter.measure(Phase::Run, &mut || {
        for life in &mut all {
            let sum = measured_run::<C, B>(life);
            if sum != Ok(graph.sum()) {
                ran = sum;
            }
        }
    });
    meter.measure(Phase::Drop, &mut || all.drain(..).for_each(measured_drop));
    match ran? {
        sum if sum == graph.sum() => Ok(()),
        sum => Err(format!("wrong: the last step came to {sum} instead of {}", graph.sum())),
    }
}

/// One life that no profiler finds: what a process does once and for all is done in it.
///
/// # Errors
/// The run fails.
pub fn warm_up<C: Contestant, B: Body>(graph: &'static Graph) -> Result<(), String> {
    let mut life = C::build::<B>(graph);
    life.check();
    life.run::<B>().map(|_| ())
}

#[inline(never)]
fn measured_build<C: Contestant, B: Body>(graph: &'static Graph) -> C {
    C::build::<B>(graph)
}

#[inline(never)]
fn measured_check<C: Contestant>(life: &mut C) {
    life.check();
}

#[inline(never)]
fn measured_run<C: Contestant, B: Body>(life: &mut C) -> Result<u64, String> {
    life.run::<B>()
}

#[inline(never)]
fn measured_drop<C: Contestant>(life: C) {
    drop(life);
}
