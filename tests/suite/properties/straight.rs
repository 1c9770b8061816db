//! A run that goes straight on for as long as it can does just what one does that counts needs from the beginning.

use std::time::Duration;

use rungs::scheduler::{Action, Numbering, Outcome, Scheduler, StepId, Verdict};
use rungs::{Cause, Instant, Retry, Status, Stop};

use crate::agreement::check_random;
use crate::layout::{Buffers, Layout, id};
use crate::random::{Random, seeds};

/// Both runs of one case, told the same.
struct Twins<'a> {
    straight: Scheduler<'a>,
    counting: Scheduler<'a>,
    now: u64,
    in_flight: Vec<StepId>,
    /// How many steps have started while none was in flight and none had come to anything but a success.
    straight_on: u32,
    is_straight: bool,
}

/// And what the oracle expects.
#[test]
fn as_the_oracle_has_it() {
    for seed in seeds(30_000) {
        let most_steps = [6, 20, 60][seed as usize % 3];
        let case = Random::new(seed).straight_case(most_steps);
        check_random(&format!("straight seed {seed} for up to {most_steps} steps"), case);
    }
}

#[test]
fn of_small_cases() {
    let straight_on: u32 = seeds(30_000).map(|seed| twins(seed, 10)).sum();
    assert!(straight_on > 30_000, "hardly any run went straight: {straight_on} steps");
}

#[test]
fn of_cases_of_up_to_300_steps() {
    let straight_on: u32 = seeds(300).map(|seed| twins(seed, 300)).sum();
    assert!(straight_on > 2_000, "hardly any run went straight: {straight_on} steps");
}

/// Tells how many steps were started straight on.
fn twins(seed: u64, most_steps: u64) -> u32 {
    let mut random = Random::new(seed);
    let mut case = random.straight_case(most_steps);
    if random.one_in(50) {
        case.limit = Some(0);
    }
    let layout = Layout::new(&case);
    let numbering = layout.numbering();
    let (mut one, mut other) = (Buffers::default(), Buffers::default());
    let begin = |storage, needs_first| layout.run_by(storage, Numbering { needs_first, ..numbering }, Instant::ZERO);
    let mut twins = Twins {
        straight: begin(&mut one, numbering.needs_first),
        counting: begin(&mut other, false),
        now: 0,
        in_flight: Vec::new(),
        straight_on: 0,
        is_straight: numbering.needs_first && numbering.use_rows.is_empty(),
    };
    // How seldom a step does anything but succeed at once.
    let seldom = random.pick([2, 10, 50, 1_000]);
    for _ in 0..4 * most_steps + 50 {
        twins.go_on(&mut random, seldom);
        twins.compare(seed);
    }
    twins.straight_on
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
        self.is_straight = false;
        match random.below(12) {
            0 => self.stop(random.pick([Stop::Drain, Stop::Cancel])),
            1..4 => self.now += random.below(4),
            4..8 => self.poll(),
            _ => {
                let stranger = id(random.below(12) as usize);
                let awaited = random.below(self.in_flight.len() as u64 + 1) as usize;
                let step = self.in_flight.get(awaited).copied().unwrap_or(stranger);
                let after = Retry::After(Duration::from_nanos(random.below(3)));
                self.hand_in(
                    step,
                    random.pick([
                        Outcome::Success,
                        Outcome::Failed(Retry::Yes),
                        Outcome::Failed(Retry::No),
                        Outcome::Failed(after),
                        Outcome::Panicked,
                        Outcome::Abandoned,
                    ]),
                );
            }
        }
    }

    fn poll(&mut self) {
        let now = self.now();
        let action = self.straight.poll_action(now);
        assert_eq!(action, self.counting.poll_action(now), "at {now}");
        match action {
            Some(Action::Start(step)) => {
                self.straight_on += u32::from(self.is_straight);
                self.in_flight.push(step);
            }
            Some(_) => self.is_straight = false,
            None => {}
        }
    }

    fn hand_in(&mut self, step: StepId, outcome: Outcome) {
        let now = self.now();
        let verdict = self.straight.handle_outcome(step, outcome, now);
        assert_eq!(verdict, self.counting.handle_outcome(step, outcome, now), "{outcome:?} of {step:?}");
        if verdict != Verdict::Ignored {
            self.in_flight.retain(|&other| other != step);
        }
    }

    fn stop(&mut self, stop: Stop) {
        self.straight.handle_stop(stop);
        self.counting.handle_stop(stop);
    }

    /// All that can be seen of a run is the same.
    fn compare(&self, seed: u64) {
        let seen = |run: &Scheduler<'_>| {
            let states = run.states().iter();
            let states: Vec<(Status, Option<Cause>, u32, bool, bool)> = states
                .map(|node| (node.status(), node.cause(), node.attempts(), node.is_in_flight(), node.is_required()))
                .collect();
            let limits: Vec<_> = self.in_flight.iter().map(|&step| run.attempt_limit(step, self.now())).collect();
            (states, limits, run.poll_deadline(), run.in_flight(), run.has_ended())
        };
        assert_eq!(seen(&self.straight), seen(&self.counting), "seed {seed} at {}", self.now);
    }

    fn now(&self) -> Instant {
        Instant::from_nanos(self.now)
    }
}
