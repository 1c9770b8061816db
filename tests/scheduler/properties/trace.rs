//! What must hold at every moment of a run, checked event by event on what the scheduler asked for, by the case alone.

use crate::oracle::{Case, Ends, OnFailure, Rule, Spec, Status};
use crate::random::{Random, seeds};
use crate::sim::{Event, Playback, play_traced};

#[test]
fn of_small_cases() {
    seeds(20_000).for_each(|seed| check_seed(seed, 10));
}

#[test]
fn of_cases_of_up_to_2_000_steps() {
    seeds(60).for_each(|seed| check_seed(seed, 2_000));
}

fn check_seed(seed: u64, most_steps: u64) {
    let case = Random::new(seed).case(most_steps);
    let played = play_traced(&case);
    let mut progress = Progress::new(&case, &played);
    for &(now, event) in &played.trace {
        if let Err(what) = progress.follow(now, event) {
            panic!("seed {seed} for up to {most_steps} steps: {event:?} at {now}: {what}");
        }
    }
    let all_over = progress.steps.iter().all(|step| step.ended_at.is_some() && step.attempt.is_none());
    assert!(all_over, "seed {seed} for up to {most_steps} steps: not all has ended");
    assert!(play_traced(&case).trace == played.trace, "seed {seed}: another trace the second time");
}

/// The progress of a run.
struct Progress<'a> {
    case: &'a Case,
    played: &'a Playback,
    steps: Vec<Step>,
    levels: Vec<usize>,
    now: u64,
    in_flight: u32,
    free: Vec<u32>,
}

#[derive(Clone, Default)]
struct Step {
    attempts: u32,
    started_at: Option<u64>,
    /// When the attempt in flight began.
    attempt: Option<u64>,
    was_abandoned: bool,
    /// When the next attempt may begin.
    again_at: Option<u64>,
    ended_at: Option<u64>,
}

type Checked = Result<(), &'static str>;

fn that(holds: bool, what: &'static str) -> Checked {
    if holds { Ok(()) } else { Err(what) }
}

impl<'a> Progress<'a> {
    fn new(case: &'a Case, played: &'a Playback) -> Self {
        let (steps, free) = (vec![Step::default(); case.steps.len()], case.capacities.clone());
        Self { case, played, steps, levels: levels(case), now: 0, in_flight: 0, free }
    }

    fn follow(&mut self, now: u64, event: Event) -> Checked {
        if now > self.now {
            self.no_startable_step_waits()?;
        }
        that(now >= self.now, "time goes back")?;
        self.now = now;
        match event {
            Event::Started(step) => self.start(step),
            Event::Abandoned(step) => self.abandon(step),
            Event::Over(step) => self.over(step),
            Event::Ended(step) => {
                let state = &mut self.steps[step];
                that(state.attempt.is_none(), "an attempt is in flight")?;
                that(state.ended_at.replace(now).is_none(), "it had ended before")
            }
        }
    }

    fn start(&mut self, step: usize) -> Checked {
        let (spec, state) = (&self.case.steps[step], &self.steps[step]);
        that(state.ended_at.is_none() && state.attempt.is_none(), "it had ended, or an attempt was in flight")?;
        that(state.attempts <= spec.retries, "it has had all its attempts")?;
        that(state.attempts == 0 || state.again_at.is_some_and(|at| at <= self.now), "too early after a failure")?;
        that(self.needs_are_met(step), "its needs are not met")?;
        that(self.level_is_open(step), "a lower level has not ended")?;
        that(self.has_permit_and_units(step), "no permit is free, or a resource is short")?;
        let cleans_up = matches!(spec.rule, Rule::AllDone | Rule::AnyFailed);
        that(cleans_up || !self.must_have_stopped(), "the run has been stopped")?;
        self.in_flight += 1;
        uses(spec).for_each(|(resource, units)| self.free[resource] -= units);
        let state = &mut self.steps[step];
        state.attempts += 1;
        state.attempt = Some(self.now);
        state.started_at.get_or_insert(self.now);
        Ok(())
    }

    /// An attempt is abandoned at its limit or because of a stop, and never before either.
    fn abandon(&mut self, step: usize) -> Checked {
        let (spec, state) = (&self.case.steps[step], &mut self.steps[step]);
        let (since, first) = state.attempt.zip(state.started_at).ok_or("no attempt was in flight")?;
        that(!std::mem::replace(&mut state.was_abandoned, true), "abandoned twice")?;
        let timeout = spec.timeout.map(|span| since.saturating_add(span));
        let deadline = spec.deadline.map(|span| first.saturating_add(span));
        let limit = timeout.into_iter().chain(deadline).min();
        that(limit.is_none_or(|limit| self.now <= limit), "it went on beyond its limit")?;
        that(limit == Some(self.now) || self.may_have_stopped(), "its time was not over")
    }

    fn over(&mut self, step: usize) -> Checked {
        let (spec, now) = (&self.case.steps[step], self.now);
        let state = &mut self.steps[step];
        let since = state.attempt.take().ok_or("no attempt was in flight")?;
        let script = &spec.script;
        let attempt = script[script.len().min(state.attempts as usize) - 1];
        let was_abandoned = std::mem::take(&mut state.was_abandoned);
        that(was_abandoned || now == since + attempt.takes, "it was not over by itself")?;
        state.again_at = match attempt.ends {
            Ends::ErrAfter(delay) if !was_abandoned => Some(now + delay),
            _ => Some(now + spec.delay),
        };
        self.in_flight -= 1;
        uses(spec).for_each(|(resource, units)| self.free[resource] += units);
        Ok(())
    }

    /// Before time goes on, each step that could start has started. (Not checked once a stop is possible.)
    fn no_startable_step_waits(&self) -> Checked {
        if self.may_have_stopped() {
            return Ok(());
        }
        let mut waiting = (0..self.steps.len()).filter(|&step| {
            let state = &self.steps[step];
            state.attempt.is_none() && state.ended_at.is_none() && state.again_at.is_none_or(|at| at <= self.now)
        });
        let starts = |step| self.needs_are_met(step) && self.level_is_open(step) && self.has_permit_and_units(step);
        that(!waiting.any(starts), "a step could have started before this")
    }

    fn needs_are_met(&self, step: usize) -> bool {
        let spec = &self.case.steps[step];
        let had_ended = |other: &usize| self.steps[*other].ended_at.is_some();
        let succeeded = |need: &usize| self.played.outcome.steps[*need].status == Status::Success;
        spec.needs.iter().chain(&spec.order).all(had_ended)
            && match spec.rule {
                Rule::Default | Rule::SkipOnError => spec.needs.iter().all(succeeded),
                Rule::AllDone => true,
                // The full rule requires more than this, but not less.
                Rule::AnyFailed => !spec.needs.iter().all(succeeded),
                Rule::NoneFailed => spec.needs.is_empty() || spec.needs.iter().any(succeeded),
            }
    }

    fn level_is_open(&self, step: usize) -> bool {
        let mut others = self.levels.iter().zip(&self.steps);
        !self.case.levels || others.all(|(level, other)| *level >= self.levels[step] || other.ended_at.is_some())
    }

    fn has_permit_and_units(&self, step: usize) -> bool {
        let mut uses = uses(&self.case.steps[step]);
        self.case.limit.is_none_or(|limit| self.in_flight < limit)
            && uses.all(|(resource, units)| self.free[resource] >= units)
    }

    fn may_have_stopped(&self) -> bool {
        self.must_have_stopped() || self.case.on_failure != OnFailure::GoOn
    }

    fn must_have_stopped(&self) -> bool {
        let has_come = |time: u64| time <= self.now;
        self.case.run_deadline.is_some_and(has_come) || self.case.stops.iter().any(|(time, _)| has_come(*time))
    }
}

fn uses(spec: &Spec) -> impl Iterator<Item = (usize, u32)> {
    spec.uses.iter().copied()
}

/// The level of each step: one above the highest level that it waits for; found from below, one level at a time.
fn levels(case: &Case) -> Vec<usize> {
    let mut levels = vec![0; case.steps.len()];
    let mut changed = true;
    while changed {
        changed = false;
        for (step, spec) in case.steps.iter().enumerate() {
            let level = spec.needs.iter().chain(&spec.order).map(|&before| levels[before] + 1).max().unwrap_or(0);
            changed |= std::mem::replace(&mut levels[step], level) != level;
        }
    }
    levels
}
