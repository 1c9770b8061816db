//! How long steps take, learnt from runs.

use super::Report;
use crate::steps::Cell;
use alloc::{collections::BTreeMap, string::String};
use core::time::Duration;
use rungs_scheduler::Status;

/// How long steps take, by name: what [`Report::durations`] tells of one run, and
/// [`Runner::durations`](crate::Runner::durations) orders the steps of another by.
///
/// It belongs to no pipeline: steps of the same name share a duration, and names of steps that are gone do no harm.
///
/// ```
/// # #[cfg(feature = "sim")] {
/// use rungs::{Durations, Pipeline, sim::Sim};
/// use std::time::Duration;
///
/// let (sim, secs) = (Sim::new(), Duration::from_secs);
/// let clock = sim.clock();
/// let mut p: Pipeline = Pipeline::new("nightly");
/// for (name, seconds) in [("mail", 1), ("index", 2), ("backup", 3)] {
///     let sleep = move |clock: rungs::sim::Clock| async move { Ok(clock.sleep(secs(seconds)).await) };
///     let clock = clock.clone();
///     p.step(name).run(move || sleep(clock.clone()));
/// }
/// let mut known = Durations::new();
/// for total in [4, 3] {
///     // The longest step first, once it is known.
///     let report = sim.run(p.runner().max_concurrent(2).durations(&known)).unwrap();
///     assert_eq!(report.duration(), secs(total));
///     known.learn(&report.durations());
/// }
/// assert_eq!(known.get("backup"), Some(secs(3)));
/// # }
/// ```
///
/// # In files
///
/// With feature `serde` it is `Serialize` and `Deserialize`: a field `durations_ms`, which maps each name to a number of
/// milliseconds. The [guide](crate::guide::performance) has an example.
///
/// ```json
/// { "durations_ms": { "backup": 3000.0, "index": 2000.0, "mail": 1000.0 } }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Durations(BTreeMap<String, Duration>);

impl Durations {
    /// Of no step yet.
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// How long the step of this name takes, if that is known. O(log n) for n names.
    pub fn get(&self, step: &str) -> Option<Duration> {
        self.0.get(step).copied()
    }

    /// Sets how long the step of this name takes, and returns what was known of it. O(log n) for n names.
    ///
    /// ```
    /// use rungs::Durations;
    /// use core::time::Duration;
    ///
    /// let mut known = Durations::new();
    /// assert_eq!(known.insert("backup", Duration::from_secs(3)), None);
    /// assert_eq!(known.insert("backup", Duration::from_secs(4)), Some(Duration::from_secs(3)));
    /// ```
    pub fn insert(&mut self, step: impl Into<String>, duration: Duration) -> Option<Duration> {
        self.0.insert(step.into(), duration)
    }

    /// Learns from the durations of a later run: of a step that is known already, the mean of what is known and what is new is
    /// kept; of another, what is new. A step that the later run does not tell of keeps its duration. O(m log n) for m names of
    /// the run and n in all.
    ///
    /// This is the exponential average with a weight of one half, by which a scheduler of processes may predict how long the next
    /// one computes (Silberschatz, Galvin, Gagne: "Operating System Concepts"): one slow run counts for half, and after four runs
    /// a lasting change is known but for a sixteenth.
    ///
    /// ```
    /// use rungs::Durations;
    /// use core::time::Duration;
    ///
    /// let secs = Duration::from_secs;
    /// let mut known: Durations = [("backup", secs(3)), ("index", secs(2))].into_iter().collect();
    /// known.learn(&[("backup", secs(5)), ("mail", secs(1))].into_iter().collect());
    /// assert!(known.iter().eq([("backup", secs(4)), ("index", secs(2)), ("mail", secs(1))]));
    /// ```
    pub fn learn(&mut self, run: &Self) {
        for (step, new) in run.iter() {
            match self.0.get_mut(step) {
                Some(known) => *known = known.saturating_add(new) / 2,
                None => _ = self.insert(step, new),
            }
        }
    }

    /// Forgets the steps for which this returns `false`, such as those that are gone from the pipeline. O(n) for n names.
    ///
    /// ```
    /// use rungs::Durations;
    /// use core::time::Duration;
    ///
    /// let mut known: Durations = [("gone", Duration::ZERO), ("kept", Duration::ZERO)].into_iter().collect();
    /// known.retain(|step, _| step != "gone");
    /// assert_eq!(known.len(), 1);
    /// ```
    pub fn retain(&mut self, mut keep: impl FnMut(&str, Duration) -> bool) {
        self.0.retain(|step, duration| keep(step, *duration));
    }

    /// All of them, in the order of the names.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, Duration)> + Clone {
        self.0.iter().map(|(step, duration)| (&**step, *duration))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<N: Into<String>> FromIterator<(N, Duration)> for Durations {
    /// Of several durations of the same name, the last counts.
    fn from_iter<I: IntoIterator<Item = (N, Duration)>>(durations: I) -> Self {
        Self(durations.into_iter().map(|(step, duration)| (step.into(), duration)).collect())
    }
}

impl<E, C: Cell + ?Sized> Report<E, C> {
    /// How long each step took that succeeded in this run, for the priorities of the next one: see [`Durations`].
    ///
    /// It is the time in which attempts of the step were in flight, those that failed included: for so long it held its permit
    /// and its resources. Delays between attempts do not count. Inputs, and steps that were given, skipped, failed or cancelled
    /// are left out. O(n log n) for n steps.
    ///
    /// ```
    /// # #[cfg(feature = "sim")] {
    /// use rungs::{Backoff, Pipeline, sim::Sim};
    /// use std::time::Duration;
    ///
    /// let (sim, ms) = (Sim::new(), Duration::from_millis);
    /// let fetch = sim.script().fail_in(ms(20), "reset").succeed_in(ms(30), ());
    /// let mut p = Pipeline::with_error("nightly");
    /// p.step("fetch").retries(1).backoff(Backoff::fixed(ms(500))).run(|| fetch.play());
    /// let report = sim.run(p.runner()).unwrap();
    /// assert_eq!(report.duration(), ms(550));
    /// assert_eq!(report.durations().get("fetch"), Some(ms(50)));
    /// # }
    /// ```
    pub fn durations(&self) -> Durations {
        let succeeded =
            self.steps().filter(|step| step.status() == Status::Success && step.attempts() > 0 && !step.is_input());
        let in_flight =
            |step: super::StepResult<'_, E>| step.duration().saturating_sub(self.notes.pauses.total(step.id()));
        succeeded.map(|step| (step.name(), in_flight(step))).collect()
    }
}

#[cfg(feature = "serde")]
mod data {
    use super::Durations;
    use alloc::{collections::BTreeMap, string::String};
    use core::time::Duration;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error, de::Unexpected};

    const NANOS_PER_MILLI: f64 = 1e6;

    /// As it stands in a file.
    #[derive(Serialize, Deserialize)]
    #[serde(rename = "Durations")]
    struct Data {
        durations_ms: BTreeMap<String, f64>,
    }

    impl Serialize for Durations {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let millis = |duration: Duration| duration.as_nanos() as f64 / NANOS_PER_MILLI;
            let durations_ms = self.iter().map(|(step, duration)| (step.into(), millis(duration))).collect();
            Data { durations_ms }.serialize(serializer)
        }
    }

    impl<'de> Deserialize<'de> for Durations {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let Data { durations_ms } = Data::deserialize(deserializer)?;
            durations_ms.into_iter().map(|(step, millis)| Ok((step, duration(millis)?))).collect()
        }
    }

    /// To the nearest nanosecond; the conversion saturates.
    fn duration<E: Error>(millis: f64) -> Result<Duration, E> {
        if millis >= 0.0 && millis.is_finite() {
            Ok(Duration::from_nanos((millis * NANOS_PER_MILLI + 0.5) as u64))
        } else {
            Err(E::invalid_value(Unexpected::Float(millis), &"milliseconds, a number that is not negative"))
        }
    }
}
