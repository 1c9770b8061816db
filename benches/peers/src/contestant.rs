//! What a contestant is: one trait, one file in `contestants/`, one line in its list.

use crate::{
    body::{Body, Mode},
    graph::Graph,
    workload::Workload,
};

/// Someone who runs graphs of steps: a crate, or code by hand.
///
/// A value of the type is what [`build`](Self::build) makes, with all that a run leaves behind. Each phase is measured by
/// itself; dropping the value is the last one. `contestants/futures_unordered.rs` is a short example.
pub trait Contestant: Sized {
    /// The name in tables, on the command line, and in charts.
    const NAME: &'static str;
    /// What it is, for the list below the tables.
    const ABOUT: &'static str;
    /// The group it is listed in.
    const GROUP: Group;
    /// The most needs that it can write for one step. Graphs with more are given to it with steps that gather them.
    const MOST_NEEDS: usize = usize::MAX;
    /// Whether its steps run on tokio, and so sleep on its timers.
    const ON_TOKIO: bool = false;
    /// Whether [`check`](Self::check) does something, so that its column means something.
    const CHECKS: bool = false;

    /// Why it cannot run this workload; nothing if it can.
    fn refuses(_workload: &Workload) -> Option<&'static str> {
        None
    }

    /// Writes the graph. Each step does `B::step` (or `B::now`) with its number plus the sum of its needs.
    fn build<B: Body>(graph: &'static Graph) -> Self;

    /// Checks what was written, where that is a phase of its own.
    fn check(&mut self) {}

    /// Runs it to its end, and tells what the last step came to.
    fn run<B: Body>(&mut self) -> Result<u64, String>;
}

/// The groups of contestants, in the order of the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// rungs, in its APIs and modes.
    Rungs,
    /// Code by hand.
    ByHand,
    /// Other crates.
    Peer,
}

/// Steps that cannot wait: the reason of those who run functions instead of futures.
pub fn refuse_to_wait(workload: &Workload) -> Option<&'static str> {
    match workload.mode {
        Mode::Ready | Mode::Works => None,
        Mode::Yields | Mode::Sleeps => Some("its steps are functions, which cannot wait"),
    }
}
