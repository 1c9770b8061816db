//! A contestant without its type, for lists.

use crate::{
    body::{Mode, Ready, Sleeps, SleepsOnTokio, Works, Yields},
    contestant::{Contestant, Group},
    graph::Graph,
    life::{Meter, live, warm_up},
    workload::Workload,
};

/// Lives through so many lives of a graph in one mode.
type Live = fn(&'static Graph, usize, &mut dyn Meter) -> Result<(), String>;
/// Lives through one that is not measured.
type WarmUp = fn(&'static Graph) -> Result<(), String>;

/// A contestant.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// The group it is listed in.
    pub group: Group,
    /// The most needs that it can write for one step.
    pub most_needs: usize,
    /// Whether checking is a phase of its own.
    pub checks: bool,
    refuses: fn(&Workload) -> Option<&'static str>,
    modes: fn(Mode) -> (Live, WarmUp),
}

impl Entry {
    /// The entry of this type.
    pub fn of<C: Contestant>() -> Self {
        Self {
            name: C::NAME,
            about: C::ABOUT,
            group: C::GROUP,
            most_needs: C::MOST_NEEDS,
            checks: C::CHECKS,
            refuses: C::refuses,
            modes: |mode| match mode {
                Mode::Ready => (live::<C, Ready>, warm_up::<C, Ready>),
                Mode::Yields => (live::<C, Yields>, warm_up::<C, Yields>),
                Mode::Sleeps if C::ON_TOKIO => (live::<C, SleepsOnTokio>, warm_up::<C, SleepsOnTokio>),
                Mode::Sleeps => (live::<C, Sleeps>, warm_up::<C, Sleeps>),
                Mode::Works => (live::<C, Works>, warm_up::<C, Works>),
            },
        }
    }

    /// Why it cannot run this workload; nothing if it can.
    pub fn refuses(&self, workload: &Workload) -> Option<&'static str> {
        (self.refuses)(workload)
    }

    /// Lives through so many lives, side by side.
    ///
    /// # Errors
    /// A run fails, or comes to a wrong sum.
    pub fn live(&self, graph: &'static Graph, mode: Mode, lives: usize, meter: &mut dyn Meter) -> Result<(), String> {
        (self.modes)(mode).0(graph, lives, meter)
    }

    /// Lives through one life that is not measured, and that no profiler finds.
    ///
    /// # Errors
    /// The run fails.
    pub fn warm_up(&self, graph: &'static Graph, mode: Mode) -> Result<(), String> {
        (self.modes)(mode).1(graph)
    }
}
