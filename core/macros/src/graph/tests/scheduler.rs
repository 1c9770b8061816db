//! The scheduler itself in every run of a small graph: it does nothing that the rules in `runs` do not foresee.

use super::{
    super::rows::{Rows, id},
    runs::in_flight_after_start,
    space::{Needs, graphs, pairs_in_order},
};
use crate::model::{EdgeKind, When as Rule};
use rungs_scheduler::{
    Action, Cause, Config, Instant, Numbering, Outcome, Plan, Retry, Scheduler, Settings, Status, StepState, Stop,
    Storage, StorageSize, TimerEntry, When,
};
use std::collections::HashSet;

#[derive(Clone, Copy)]
enum Event {
    Outcome(usize, Outcome),
    Stop(Stop),
}

/// All that decides how a run goes on.
type World = (Vec<(Status, u32, bool, Option<Cause>)>, Vec<usize>, usize);

struct Runs {
    needs: Rows,
    dependents: Rows,
    settings: Vec<Settings<'static>>,
    which: Vec<u32>,
    /// As in `runs`: whether the second was in flight after the first had started.
    seen: Vec<Vec<bool>>,
}

impl Runs {
    fn new(graph: &Needs, whens: &[When], retries: u32) -> Self {
        let needs = Rows::new(graph);
        let dependents = needs.inverted();
        let settings = whens.iter().map(|&when| Settings::DEFAULT.when(when).retries(retries)).collect();
        let (which, seen) = ((0..graph.len() as u32).collect(), vec![vec![false; graph.len()]; graph.len()]);
        Self { needs, dependents, settings, which, seen }
    }

    /// Plays every sequence of events, as far as it leads to something new.
    fn explore(mut self) -> Vec<Vec<bool>> {
        let (mut known, mut open) = (HashSet::new(), vec![Vec::new()]);
        while let Some(events) = open.pop() {
            let world = self.play(&events);
            let next = possible(&world);
            if known.insert(world) {
                open.extend(next.into_iter().map(|event| [&events[..], &[event]].concat()));
            }
        }
        self.seen
    }

    fn play(&mut self, events: &[Event]) -> World {
        let steps = self.which.len();
        let plan = Plan::new(self.needs.edges(), self.dependents.edges(), &self.settings, &self.which);
        let mut states = vec![StepState::default(); steps];
        let mut ready = vec![0; StorageSize::ready_words(steps)];
        let mut timers = vec![TimerEntry::default(); steps];
        let state = Storage { states: &mut states, ready: &mut ready, timers: &mut timers, ..Storage::default() };
        let now = Instant::ZERO;
        let mut run = Scheduler::new(plan, Numbering::default(), Config::DEFAULT, state, now).unwrap();
        let mut abandoning = Vec::new();
        for event in [None].into_iter().chain(events.iter().map(Some)) {
            match event {
                None => {}
                Some(&Event::Stop(stop)) => run.handle_stop(stop),
                Some(&Event::Outcome(step, outcome)) => {
                    run.handle_outcome(id(step), outcome, now);
                    abandoning.retain(|&other| other != step);
                }
            }
            while let Some(action) = run.poll_action(now) {
                if let Action::Abandon(step) = action {
                    abandoning.push(step.index());
                }
                look(run.states(), &mut self.seen);
            }
        }
        let world = run.states().iter().map(|node| (node.status(), node.attempts(), node.is_in_flight(), node.cause()));
        let stops = events.iter().filter(|event| matches!(event, Event::Stop(_))).count();
        (world.collect(), abandoning, stops)
    }
}

fn look(states: &[StepState], seen: &mut [Vec<bool>]) {
    for (second, _) in states.iter().enumerate().filter(|(_, node)| node.attempts() > 0) {
        for (first, node) in states.iter().enumerate().filter(|(first, node)| *first != second && node.attempts() > 0) {
            seen[second][first] |= matches!(node.status(), Status::Pending | Status::Running);
        }
    }
}

fn possible((states, abandoning, stops): &World) -> Vec<Event> {
    let mut possible = Vec::new();
    for (step, _) in states.iter().enumerate().filter(|(_, (_, _, in_flight, _))| *in_flight) {
        let outcomes =
            [Outcome::Success, Outcome::Failed(Retry::No), Outcome::Failed(Retry::Yes), Outcome::SkippedItself];
        possible.extend(outcomes.map(|outcome| Event::Outcome(step, outcome)));
        possible.extend(abandoning.contains(&step).then_some(Event::Outcome(step, Outcome::Abandoned)));
    }
    match stops {
        0 => possible.extend([Stop::Drain, Stop::Cancel].map(Event::Stop)),
        1 => possible.push(Event::Stop(Stop::Cancel)),
        _ => {}
    }
    possible
}

/// The rule as the attribute knows it; one that runs on failure is a clean-up step, which may not be needed.
fn rule(when: When) -> Rule {
    match when {
        When::AllDone | When::AnyFailed => Rule::AllDone,
        When::NoneFailed => Rule::NoneFailed,
        _ => Rule::AllSucceeded,
    }
}

/// Tells how many pairs were in flight together.
#[track_caller]
fn check(needs: &Needs, kinds: &[When], retries: u32) -> usize {
    let steps = needs.len();
    let mut count = 0;
    for number in 0..kinds.len().pow(steps as u32) {
        let whens: Vec<When> = (0..steps).map(|at| kinds[number / kinds.len().pow(at as u32) % kinds.len()]).collect();
        let rules: Vec<Rule> = whens.iter().map(|&when| rule(when)).collect();
        let foreseen = in_flight_after_start(needs, &rules);
        for (second, seen) in Runs::new(needs, &whens, retries).explore().iter().enumerate() {
            for (first, _) in seen.iter().enumerate().filter(|(_, seen)| **seen) {
                assert!(foreseen[second][first], "{needs:?} {whens:?}: {first} in flight after {second} has started");
                count += 1;
            }
        }
    }
    count
}

#[test]
fn three_steps_of_all_kinds_with_retries() {
    let kinds = [When::AllSucceeded, When::AllDone, When::AnyFailed, When::NoneFailed];
    let all = (0..=3).flat_map(|steps| graphs(steps, pairs_in_order(steps), &[EdgeKind::Result, EdgeKind::Order]));
    assert!(all.map(|needs| check(&needs, &kinds, 1)).sum::<usize>() > 0);
}

#[test]
fn four_steps() {
    let kinds = [When::AllSucceeded, When::AllDone];
    let all = graphs(4, pairs_in_order(4), &[EdgeKind::Result]);
    assert!(all.map(|needs| check(&needs, &kinds, 0)).sum::<usize>() > 0);
}
