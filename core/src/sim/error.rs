//! Why a simulation has no outcome.

use crate::{Instant, PipelineError};
use alloc::{string::String, vec::Vec};
use core::fmt;

/// Why a simulated run did not come to its end.
///
/// ```
/// use rungs::{Pipeline, sim::Sim};
///
/// let sim = Sim::new();
/// let mut p = Pipeline::new("waits");
/// p.step("socket").run(|| async { Ok(std::future::pending::<()>().await) });
/// let error = sim.run(p.runner()).unwrap_err();
/// assert_eq!(error.to_string(), "stuck at 0ns: no deadline is left, and nothing wakes `socket`");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum SimError {
    /// The run has no report: its plan is wrong, or an observer panicked.
    Run(PipelineError),
    /// Nothing is left that could happen: no task is woken, and no deadline is armed.
    Stuck {
        /// When.
        at: Instant,
        /// The steps with an attempt in flight.
        steps: Vec<String>,
    },
    /// A wake came from another thread, so the simulation is not the only one that decides what happens.
    OtherThread {
        /// The steps with an attempt in flight: one of them waited for that thread.
        steps: Vec<String>,
    },
    /// Ten million polls, and the time has not changed: something wakes itself for ever.
    Endless {
        /// When.
        at: Instant,
        /// The steps with an attempt in flight.
        steps: Vec<String>,
    },
}

impl From<PipelineError> for SimError {
    fn from(error: PipelineError) -> Self {
        Self::Run(error)
    }
}

impl fmt::Display for SimError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Run(error) => error.fmt(f),
            Self::Stuck { at, steps } => {
                write!(f, "stuck at {:?}: no deadline is left, and nothing wakes {}", since_start(*at), Listed(steps))
            }
            Self::OtherThread { steps } => {
                write!(f, "another thread woke the run, in which these were in flight: {}", Listed(steps))
            }
            Self::Endless { at, steps } => {
                write!(
                    f,
                    "the time stands still at {:?}: a task wakes itself for ever; in flight: {}",
                    since_start(*at),
                    Listed(steps)
                )
            }
        }
    }
}

impl core::error::Error for SimError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Run(error) => error.source(),
            _ => None,
        }
    }
}

fn since_start(at: Instant) -> core::time::Duration {
    at - Instant::ZERO
}

struct Listed<'a>(&'a [String]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("the future");
        }
        for (at, name) in self.0.iter().enumerate() {
            write!(f, "{}`{name}`", if at == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}
