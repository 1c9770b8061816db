//! What was measured.

use crate::{comparison::program::Failure, life::Phase, workload::Workload};

/// Nanoseconds of each phase of one life.
pub type Phases = [f64; Phase::ALL.len()];

/// What one contestant did with one workload.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_enums, reason = "plain data of a program")]
pub enum Outcome {
    /// It cannot, for this reason.
    Refused(&'static str),
    /// It did not end in time, or is sure not to.
    Stopped,
    /// It failed.
    Failed(String),
    /// It ran.
    Ran(Figures),
}

/// What was measured of one contestant with one workload, per life.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Figures {
    /// Round by round.
    pub rounds: Vec<Phases>,
    /// Instructions of each phase, where they were counted.
    pub instructions: [Option<f64>; Phase::ALL.len()],
    /// Allocations of each phase.
    pub allocations: [Option<f64>; Phase::ALL.len()],
    /// The most bytes that were allocated at a time.
    pub peak: Option<f64>,
}

impl Figures {
    /// The median of a phase, in nanoseconds.
    pub fn median(&self, phase: Phase) -> f64 {
        median(self.rounds.iter().map(|round| round[phase as usize]).collect())
    }

    /// The median of all phases together.
    pub fn median_total(&self) -> f64 {
        median(self.rounds.iter().map(total).collect())
    }

    /// How many times as long as another this takes: the median of the ratios of each round, in which both were measured
    /// within seconds of each other.
    pub fn ratio(&self, other: &Self, of: impl Fn(&Phases) -> f64) -> f64 {
        median(self.rounds.iter().zip(&other.rounds).map(|(round, other)| of(round) / of(other)).collect())
    }
}

/// All phases together.
pub fn total(phases: &Phases) -> f64 {
    phases.iter().sum()
}

/// The run alone.
pub fn run(phases: &Phases) -> f64 {
    phases[Phase::Run as usize]
}

/// What all contestants did with one workload, in the order of the plan's contestants.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Row {
    /// The workload.
    pub workload: Workload,
    /// One for each contestant.
    pub outcomes: Vec<Outcome>,
}

impl Outcome {
    /// The figures, if it ran.
    pub fn figures(&self) -> Option<&Figures> {
        if let Self::Ran(figures) = self { Some(figures) } else { None }
    }

    /// Takes in one more round, or the reason why there is none.
    pub fn take(&mut self, round: Result<Phases, Failure>) {
        match (round, &mut *self) {
            (Ok(phases), Self::Ran(figures)) => figures.rounds.push(phases),
            (Err(Failure::Stopped), _) => *self = Self::Stopped,
            (Err(Failure::Failed(reason)), _) => *self = Self::Failed(reason),
            (Ok(_), _) => {}
        }
    }
}

/// The median; of two in the middle the higher.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_taken_within_a_round() {
        // The machine is twice as slow in the second round, which no ratio shows.
        let of = |rounds: &[f64]| Figures {
            rounds: rounds.iter().map(|&run| [0.0, 0.0, run, 0.0]).collect(),
            ..Figures::default()
        };
        let (slow, fast) = (of(&[30.0, 60.0, 30.0]), of(&[10.0, 20.0, 10.0]));
        assert!((slow.ratio(&fast, run) - 3.0).abs() < 1e-9);
        assert!((slow.median(Phase::Run) - 30.0).abs() < 1e-9);
    }
}
