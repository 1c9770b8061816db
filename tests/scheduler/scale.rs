//! A million steps: no recursion, nothing quadratic, and no memory per step beyond the storage.

use std::time::Duration;

use rungs::scheduler::{Action, Edges, Need, Numbering, Outcome, Plan, Scheduler, StepState, StorageSize, invert};
use rungs::{Cause, Config, Instant, Retry, Settings, Status, Stop};

use crate::layout::{Buffers, id};

const STEPS: usize = 1_000_000;

/// The edges of a graph in both directions.
struct Graph {
    rows: Vec<u32>,
    needs: Vec<Need>,
    dependent_rows: Vec<u32>,
    dependents: Vec<Need>,
}

impl Graph {
    fn new(needs_of: impl Fn(usize) -> Vec<usize>) -> Self {
        let (mut rows, mut needs) = (vec![0], Vec::new());
        for step in 0..STEPS {
            needs.extend(needs_of(step).into_iter().map(|need| Need::result(id(need))));
            rows.push(needs.len() as u32);
        }
        let (mut dependent_rows, mut dependents) = (vec![0; rows.len()], vec![Need::result(id(0)); needs.len()]);
        invert(Edges::new(&rows, &needs), &mut dependent_rows, &mut dependents);
        Self { rows, needs, dependent_rows, dependents }
    }

    /// Each step needs the one before.
    fn chain() -> Self {
        Self::new(|step| step.checked_sub(1).into_iter().collect())
    }

    /// All but the first need the first, and the last needs all.
    fn fan() -> Self {
        Self::new(|step| match step {
            0 => Vec::new(),
            step if step + 1 < STEPS => vec![0],
            last => (0..last).collect(),
        })
    }

    fn plan<'a>(&'a self, settings: &'a [Settings<'a>]) -> Plan<'a> {
        let needs = Edges::new(&self.rows, &self.needs);
        Plan::new(needs, Edges::new(&self.dependent_rows, &self.dependents), settings, &[])
    }

    /// Runs the plan until the scheduler has no more actions, then calls `at_the_end`. `on_start` returns the outcome
    /// of an attempt, or `None` for one that stays in flight.
    fn run(
        &self,
        settings: Settings<'_>,
        config: Config,
        mut on_start: impl FnMut(usize) -> Option<Outcome>,
        at_the_end: impl FnOnce(Scheduler<'_>),
    ) {
        let (settings, numbering, now) = ([settings], Numbering::default(), Instant::ZERO);
        let plan = self.plan(&settings);
        let mut storage = Buffers::default();
        let storage = storage.grow_to(StorageSize::for_run(&plan, &numbering, &config)).lend();
        let mut run = Scheduler::new(plan, numbering, config, storage, now).expect("storage that fits");
        while let Some(action) = run.poll_action(now) {
            if let Action::Start(step) = action
                && let Some(outcome) = on_start(step.index())
            {
                run.handle_outcome(step, outcome, now);
            }
        }
        at_the_end(run);
    }
}

fn all(run: &Scheduler<'_>, is: impl Fn(&StepState) -> bool) -> bool {
    run.has_ended() && run.states().iter().all(is)
}

fn succeeds(_: usize) -> Option<Outcome> {
    Some(Outcome::Success)
}

#[test]
fn a_chain() {
    let graph = Graph::chain();
    let mut next = 0..STEPS;
    let in_order = |step| {
        assert_eq!(next.next(), Some(step));
        succeeds(step)
    };
    let all_succeed = |run: Scheduler<'_>| assert!(all(&run, |state| state.status() == Status::Success));
    graph.run(Settings::DEFAULT, Config::DEFAULT, in_order, all_succeed);

    let first_fails = |step| (step == 0).then_some(Outcome::Failed(Retry::No));
    graph.run(Settings::DEFAULT, Config::DEFAULT, first_fails, |run| {
        assert!(all(&run, |state| state.status() == Status::Failed));
        let last = run.states().last().and_then(StepState::cause);
        assert_eq!(last, Some(Cause::Dependency { root: id(0), via: id(STEPS - 2) }));
    });
}

#[test]
fn a_fan() {
    let graph = Graph::fan();
    let all_succeed = |run: Scheduler<'_>| assert!(all(&run, |state| state.status() == Status::Success));
    graph.run(Settings::DEFAULT, Config::DEFAULT, succeeds, all_succeed);
    graph.run(Settings::DEFAULT, Config::DEFAULT.max_concurrent(3), succeeds, all_succeed);
}

#[test]
fn a_fan_that_is_cancelled() {
    let limited = Settings::DEFAULT.timeout(Duration::from_secs(1)).retries(2);
    let hangs = |step| (step == 0).then_some(Outcome::Success);
    Graph::fan().run(limited, Config::DEFAULT, hangs, |mut run| {
        assert_eq!(run.in_flight() as usize, STEPS - 2);
        let (second, mut abandoned) = (Instant::from_nanos(1_000_000_000), 0);
        assert_eq!(run.poll_deadline(), Some(second));
        run.handle_stop(Stop::Cancel);
        while let Some(action) = run.poll_action(Instant::ZERO) {
            if let Action::Abandon(step) = action {
                abandoned += 1;
                run.handle_outcome(step, Outcome::Abandoned, Instant::ZERO);
            }
        }
        assert!(run.has_ended() && run.poll_deadline().is_none());
        assert_eq!((abandoned, run.in_flight()), (STEPS - 2, 0));
        assert_eq!(run.states().last().map(StepState::status), Some(Status::Skipped));
    });
}

/// A million timers, and then a million more: each fires at its time.
#[test]
fn a_fan_that_times_out() {
    let limited = Settings::DEFAULT.timeout(Duration::from_nanos(5)).retries(1);
    let hangs = |step| (step == 0).then_some(Outcome::Success);
    Graph::fan().run(limited, Config::DEFAULT, hangs, |mut run| {
        for (now, starts) in [(5, STEPS - 2), (10, 0)] {
            let (mut abandoned, mut started) = (0, 0);
            let now = Instant::from_nanos(now);
            assert_eq!(run.poll_deadline(), Some(now));
            while let Some(action) = run.poll_action(now) {
                match action {
                    Action::Abandon(step) => {
                        abandoned += 1;
                        run.handle_outcome(step, Outcome::Abandoned, now);
                    }
                    Action::Start(_) => started += 1,
                    _ => {}
                }
            }
            assert_eq!((abandoned, started), (STEPS - 2, starts));
        }
        let last = run.states().last().and_then(StepState::cause);
        assert_eq!(last, Some(Cause::Dependency { root: id(1), via: id(1) }));
        assert!(run.has_ended());
    });
}
