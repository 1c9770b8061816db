//! The attempts of a step, which the monitor sees from within.

use super::{
    case::{Act, Case},
    checks::Monitor,
    play::ms,
};
use rungs::{Instant, Timer, sim::Clock};
use std::{sync::Arc, time::Duration};

/// The attempts of one step.
pub(crate) struct Play {
    monitor: Arc<Monitor>,
    clock: Clock,
    rules: Rules,
    acts: Vec<Act>,
}

/// What holds of the attempts of one step.
#[derive(Clone)]
pub(crate) struct Rules {
    pub(crate) at: usize,
    pub(crate) uses: Vec<(usize, u32)>,
    pub(crate) shared_units: u32,
    pub(crate) is_paced: bool,
    pub(crate) in_place: bool,
    /// How long an attempt takes at most.
    limit: Option<Duration>,
    /// The time from one attempt to the next, after an error and after a timeout.
    delays: [Duration; 2],
    /// Whether it takes exactly so long.
    is_prompt: bool,
}

impl Play {
    pub(crate) fn new(monitor: Arc<Monitor>, clock: Clock, case: &Case, at: usize) -> Self {
        let step = &case.steps[at];
        let has_limit = case.is_timely() && !step.spawned && !step.never_cancel;
        let delay = step.delay.unwrap_or(0);
        let mut delays = [step.asks_for.unwrap_or(delay), delay].map(ms);
        if step.spawned {
            // The error of a task may be there as its timeout passes: then either counts.
            delays = [delays[0].min(delays[1]); 2];
        }
        let rules = Rules {
            at,
            uses: step.uses.clone(),
            shared_units: step.shared_units,
            is_paced: step.is_paced,
            in_place: !step.spawned,
            limit: step.timeout.filter(|_| has_limit).map(ms),
            delays,
            is_prompt: case.is_prompt(step) && !step.spawned,
        };
        Self { monitor, clock, rules, acts: step.acts.clone() }
    }

    /// The next attempt. It counts as one from its first poll until it is dropped.
    pub(crate) fn attempt(&self) -> impl Future<Output = Result<Option<usize>, String>> + use<> {
        let at = self.rules.at;
        let (run, played) = self.monitor.begin_attempt(at);
        let act = *self.acts.get(played).or(self.acts.last()).unwrap();
        let (monitor, clock, rules) = (self.monitor.clone(), self.clock.clone(), self.rules.clone());
        async move {
            let mut in_flight = InFlight::new(monitor, clock.clone(), rules, run);
            let result = act.act(clock, at).await;
            in_flight.end(&result);
            result
        }
    }
}

struct InFlight {
    monitor: Arc<Monitor>,
    clock: Clock,
    rules: Rules,
    run: u64,
    started: Instant,
    /// Between it and the next attempt.
    delay: Duration,
}

impl InFlight {
    fn new(monitor: Arc<Monitor>, clock: Clock, rules: Rules, run: u64) -> Self {
        let started = clock.now();
        if let Some(planned) = monitor.start(&rules, run, started) {
            assert!(started >= planned, "s{} starts before its delay is over", rules.at);
            assert!(!rules.is_prompt || started == planned, "s{} starts at {started}, not at {planned}", rules.at);
        }
        let delay = rules.delays[1];
        Self { monitor, clock, rules, run, started, delay }
    }

    fn end(&mut self, result: &Result<Option<usize>, String>) {
        self.delay = self.rules.delays[usize::from(result.is_ok())];
        if self.rules.in_place {
            self.monitor.note_result(self.rules.at, self.run, result);
        }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let now = self.clock.now();
        let taken = now - self.started;
        self.monitor.end(&self.rules, self.run, taken, now + self.delay);
        if let Some(limit) = self.rules.limit {
            // A panic within a panic would end the test without a word.
            if !std::thread::panicking() && taken > limit {
                self.monitor.complain(format!("an attempt of s{} took {taken:?}", self.rules.at));
            }
        }
    }
}
