//! A run that stays on the fast path as long as it can equals a run that counts needs from the beginning.

use std::time::Duration;

use rungs::scheduler::{Action, Numbering, Outcome, Scheduler, StepId, StepState, Verdict};
use rungs::{Instant, Retry, Stop};

use crate::agreement::check_random;
use crate::layout::{Buffers, Layout, id};
use crate::oracle::build::{case, ok, step};
use crate::random::{Random, seeds};

/// Two runs of one case that get the same calls.
struct Twins<'a> {
    fast: Scheduler<'a>,
    counting: Scheduler<'a>,
    now: u64,
    in_flight: Vec<StepId>,
    /// How many steps have started on the fast path: while all steps before had succeeded and none was in flight.
    fast_starts: u32,
    on_fast_path: bool,
}

/// It also equals what the oracle expects.
#[test]
fn as_the_oracle_expects() {
    for seed in seeds(30_000) {
        let most_steps = [6, 20, 60][seed as usize % 3];
        let case = Random::new(seed).fast_path_case(most_steps);
        check_random(&format!("fast path, seed {seed} for up to {most_steps} steps"), case);
    }
}

/// So do steps that skip themselves, join, wait for all before them, or are never cancelled.
#[test]
fn as_the_oracle_expects_with_meanings() {
    for seed in seeds(30_000) {
        let most_steps = [6, 20, 60][seed as usize % 3];
        let mut random = Random::new(seed);
        let case = random.case_with_meanings(most_steps);
        let case = random.make_fast_path(case);
        check_random(&format!("fast path with meanings, seed {seed} for up to {most_steps} steps"), case);
    }
}

#[test]
fn of_small_cases() {
    let fast_starts: u32 = seeds(30_000).map(|seed| twins(seed, 10)).sum();
    assert!(fast_starts > 30_000, "hardly any run stays on the fast path: {fast_starts} steps");
}

#[test]
fn of_cases_of_up_to_300_steps() {
    let fast_starts: u32 = seeds(300).map(|seed| twins(seed, 300)).sum();
    assert!(fast_starts > 2_000, "hardly any run stays on the fast path: {fast_starts} steps");
}

#[test]
fn successes_before_the_deadline_do_not_leave_it() {
    let steps = [0, 1, 2].map(|at| step([ok(0)]).timeout(5).needs(if at == 0 { vec![] } else { vec![at - 1] }));
    let layout = Layout::new(&case(steps).run_deadline(9));
    let mut storage = Buffers::default();
    let mut run = layout.run(&mut storage, Instant::ZERO);
    for at in 0..3 {
        let now = Instant::from_nanos(at as u64);
        assert_eq!(run.poll_action(now), Some(Action::Start(id(at))));
        assert_eq!(run.upcoming(1).next(), Some(id(at)), "it counts needs");
        run.handle_outcome(id(at), Outcome::Success, now);
    }
    assert!(run.has_ended());
}

/// Returns how many steps have started on the fast path.
fn twins(seed: u64, most_steps: u64) -> u32 {
    let mut random = Random::new(seed);
    let case = if random.one_in(2) { random.case(most_steps) } else { random.case_with_meanings(most_steps) };
    let mut case = random.make_fast_path(case);
    if random.one_in(50) {
        case.limit = Some(0);
    }
    let layout = Layout::new(&case);
    let numbering = layout.numbering();
    let (mut one, mut other) = (Buffers::default(), Buffers::default());
    let begin = |storage, needs_first| layout.run_with(storage, Numbering { needs_first, ..numbering }, Instant::ZERO);
    let mut twins = Twins {
        fast: begin(&mut one, numbering.needs_first),
        counting: begin(&mut other, false),
        now: 0,
        in_flight: Vec::new(),
        fast_starts: 0,
        on_fast_path: numbering.needs_first && numbering.use_rows.is_empty(),
    };
    // One in this many calls is something else than a success at once.
    let seldom = random.pick([2, 10, 50, 1_000]);
    for _ in 0..4 * most_steps + 50 {
        twins.go_on(&mut random, seldom);
        twins.compare(seed);
    }
    twins.fast_starts
}

impl Twins<'_> {
    fn go_on(&mut self, random: &mut Random, seldom: u64) {
        if let Some(&step) = self.in_flight.last()
            && !random.one_in(seldom)
        {
            return self.hand_in(step, Outcome::Success);
        }
        if self.in_flight.is_empty() && !random.one_in(2 * seldom) {
            return self.poll();
        }
        self.on_fast_path = false;
        match random.below(12) {
            0 => self.stop(random.pick([Stop::Drain, Stop::Cancel])),
            1..4 => self.now += random.below(4),
            4..8 => self.poll(),
            _ => {
                let any_step = id(random.below(12) as usize);
                let index = random.below(self.in_flight.len() as u64 + 1) as usize;
                let step = self.in_flight.get(index).copied().unwrap_or(any_step);
                let after = Retry::After(Duration::from_nanos(random.below(3)));
                self.hand_in(
                    step,
                    random.pick([
                        Outcome::Success,
                        Outcome::Failed(Retry::Yes),
                        Outcome::Failed(Retry::No),
                        Outcome::Failed(after),
                        Outcome::Panicked,
                        Outcome::SkippedItself,
                        Outcome::GivenUp,
                        Outcome::Abandoned,
                    ]),
                );
            }
        }
    }

    fn poll(&mut self) {
        let now = self.now();
        let action = self.fast.poll_action(now);
        assert_eq!(action, self.counting.poll_action(now), "at {now}");
        match action {
            Some(Action::Start(step)) => {
                self.fast_starts += u32::from(self.on_fast_path);
                self.in_flight.push(step);
            }
            Some(_) => self.on_fast_path = false,
            None => {}
        }
    }

    fn hand_in(&mut self, step: StepId, outcome: Outcome) {
        let now = self.now();
        let verdict = self.fast.handle_outcome(step, outcome, now);
        assert_eq!(verdict, self.counting.handle_outcome(step, outcome, now), "{outcome:?} of {step:?}");
        if verdict != Verdict::Ignored {
            self.in_flight.retain(|&other| other != step);
        }
    }

    fn stop(&mut self, stop: Stop) {
        self.fast.handle_stop(stop);
        self.counting.handle_stop(stop);
    }

    /// Everything that can be observed of the two runs is the same.
    fn compare(&self, seed: u64) {
        let seen = |run: &Scheduler<'_>| {
            let states = run.states().iter();
            let seen = |state: &StepState| {
                let running = (state.is_in_flight(), state.is_still_running(), state.is_late());
                (state.status(), state.cause(), state.attempts(), running)
            };
            let states: Vec<_> = states.map(seen).collect();
            let limits: Vec<_> = self.in_flight.iter().map(|&step| run.attempt_limit(step, self.now())).collect();
            let ended = run.states().iter().filter(|state| state.has_ended()).count();
            assert_eq!((run.ended() as usize, run.has_ended()), (ended, ended == states.len()), "seed {seed}");
            (states, limits, run.poll_deadline(), run.in_flight())
        };
        assert_eq!(seen(&self.fast), seen(&self.counting), "seed {seed} at {}", self.now);
    }

    fn now(&self) -> Instant {
        Instant::from_nanos(self.now)
    }
}
