//! Nonsensical calls and plans: nothing panics, and a nonsensical call changes nothing.

use std::time::Duration;

use rungs::scheduler::{Action, Edges, Need, Numbering, Outcome, Plan, Scheduler, StepId, StorageSize, Use, Verdict};
use rungs::{Backoff, Cause, Config, Instant, OnFailure, Order, Retry, Settings, Status, Stop, When};

use crate::layout::{Buffers, Layout, id};
use crate::random::{Random, seeds};

#[test]
fn calls_at_random_never_panic() {
    for seed in seeds(5_000) {
        let mut random = Random::new(seed);
        let case = match random.below(3) {
            0 => random.case(12),
            1 => random.late_case(12),
            _ => random.case_with_meanings(12),
        };
        let layout = Layout::new(&case);
        let mut storage = Buffers { queues: random.one_in(2), ..Buffers::default() };
        call_at_random(&mut random, layout.run(&mut storage, Instant::ZERO));
    }
}

/// Calls the scheduler with outcomes of attempts that are not in flight, with times that go back, and with stops.
fn call_at_random(random: &mut Random, mut run: Scheduler<'_>) {
    let steps = run.states().len() as u64;
    for _ in 0..200 {
        let now = Instant::from_nanos(random.pick([0, 1, 5, 20, u64::MAX - 1, u64::MAX]));
        let step = id(random.below(steps + 2) as usize);
        match random.below(12) {
            0 => run.handle_stop(Stop::Drain),
            1 => run.handle_stop(Stop::Cancel),
            2 => _ = (run.poll_deadline(), run.attempt_limit(step, now)),
            3..6 => _ = run.poll_action(now),
            _ => hand_in(&mut run, step, outcome(random), now),
        }
        assert!(u64::from(run.in_flight()) <= steps);
    }
}

/// An outcome without an attempt is ignored, and changes nothing at all.
fn hand_in(run: &mut Scheduler<'_>, step: StepId, outcome: Outcome, now: Instant) {
    let in_flight = run.state(step).is_some_and(|state| state.is_in_flight());
    let before = Snapshot::of(run);
    let verdict = run.handle_outcome(step, outcome, now);
    assert_eq!(verdict == Verdict::Ignored, !in_flight);
    assert!(in_flight || Snapshot::of(run) == before, "{step:?} was not in flight");
}

/// Everything that can be observed of a run.
#[derive(PartialEq)]
struct Snapshot {
    in_flight: u32,
    deadline: Option<Instant>,
    states: Vec<(Status, Option<Cause>, u32)>,
}

impl Snapshot {
    fn of(run: &Scheduler<'_>) -> Self {
        let states = run.states().iter().map(|state| (state.status(), state.cause(), state.attempts()));
        Self { in_flight: run.in_flight(), deadline: run.poll_deadline(), states: states.collect() }
    }
}

fn outcome(random: &mut Random) -> Outcome {
    let after = Duration::from_nanos(random.pick([0, 3, u64::MAX]));
    random.pick([
        Outcome::Success,
        Outcome::Failed(Retry::Yes),
        Outcome::Failed(Retry::No),
        Outcome::Failed(Retry::After(after)),
        Outcome::Failed(Retry::After(Duration::MAX)),
        Outcome::Panicked,
        Outcome::SkippedItself,
        Outcome::GivenUp,
        Outcome::Abandoned,
    ])
}

/// A spawned attempt that its executor drops fails its step, even if the step has retries left.
#[test]
fn a_dropped_task_fails_its_step() {
    let case = {
        use crate::oracle::build::{case, never, step};
        case([step([never()]).retries(5), step([never()]).needs([0])])
    };
    let layout = Layout::new(&case);
    let mut storage = Buffers::default();
    let mut run = layout.run(&mut storage, Instant::ZERO);
    assert_eq!(run.poll_action(Instant::ZERO), Some(Action::Start(id(0))));
    assert_eq!(run.handle_outcome(id(0), Outcome::Abandoned, Instant::ZERO), Verdict::Ended);
    assert_eq!(run.state(id(0)).unwrap().cause(), Some(Cause::TaskDropped));
    assert_eq!(run.poll_action(Instant::ZERO), Some(Action::Ended(id(1))));
    assert_eq!(run.state(id(1)).unwrap().cause(), Some(Cause::Dependency { root: id(0), via: id(0) }));
    assert!(run.has_ended());
}

/// Rows that overlap, edges to steps that do not exist, cycles, numberings of another plan.
#[test]
fn nonsensical_plans_never_panic() {
    for seed in seeds(5_000) {
        let mut random = Random::new(seed);
        let steps = random.below(8) as usize;
        let numbers = |random: &mut Random, count: usize| -> Vec<u32> {
            (0..random.below(count as u64 + 3)).map(|_| random.below(count as u64 + 3) as u32).collect()
        };
        let needs = |random: &mut Random| -> Vec<Need> {
            let kinds = [Need::result, Need::after, Need::order];
            (0..random.below(12)).map(|_| random.pick(kinds)(id(random.below(10) as usize))).collect()
        };
        let settings: Vec<_> = (0..random.below(4)).map(|_| settings(&mut random)).collect();
        let (rows, up_rows) = (numbers(&mut random, steps), numbers(&mut random, steps));
        let (down, up) = (needs(&mut random), needs(&mut random));
        let which = numbers(&mut random, 3);
        let marks: Vec<StepId> = (0..random.below(4)).map(|_| id(random.below(10) as usize)).collect();
        let plan =
            Plan::new(Edges::new(&rows, &down).with_after_all(&marks), Edges::new(&up_rows, &up), &settings, &which);
        let lists: Vec<Vec<u32>> = (0..7).map(|_| numbers(&mut random, steps)).collect();
        let uses: Vec<_> =
            numbers(&mut random, 4).iter().map(|&resource| Use { resource, units: random.below(4) as u32 }).collect();
        let numbering = Numbering {
            order: &lists[0],
            priorities: &lists[1],
            ranks: &lists[2],
            classes: &lists[3],
            use_rows: &lists[4],
            uses: &uses,
            capacities: &lists[5],
            levels: &lists[6],
            needs_first: random.one_in(2),
        };
        let config = Config::DEFAULT
            .max_concurrent(random.below(3) as u32)
            .grace(span(&mut random))
            .clean_up_deadline(span(&mut random))
            .order(random.pick([Order::Eager, Order::Levels]))
            .on_failure(random.pick([OnFailure::GoOn, OnFailure::Drain, OnFailure::Cancel]));
        let mut storage = Buffers::default();
        let mut needed = StorageSize::for_run(&plan, &numbering, &config);
        if random.one_in(2) {
            needed = needed.with_queues(&numbering);
        }
        let storage = storage.grow_to(needed).lend();
        let run = Scheduler::new(plan, numbering, config, storage, Instant::from_nanos(random.pick([0, u64::MAX])));
        call_at_random(&mut random, run.expect("storage that fits"));
    }
}

fn span(random: &mut Random) -> Duration {
    random.pick([Duration::ZERO, Duration::from_nanos(3), Duration::MAX])
}

fn settings(random: &mut Random) -> Settings<'static> {
    let settings = Settings::DEFAULT
        .retries(random.pick([0, 1, u32::MAX]))
        .backoff(Backoff::exponential(span(random)))
        .when(random.pick([When::AllSucceeded, When::SkipOnError, When::AllDone, When::AnyFailed, When::NoneFailed]))
        .class(random.below(4) as u32);
    let limit = span(random);
    random.pick([settings, settings.timeout(limit), settings.deadline(limit).optional(), settings.never_cancel()])
}
