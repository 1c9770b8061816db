//! Errors of needs, handed on to the steps that run nevertheless.

use crate::{Bad, Sim, ms, run};
use rungs::{Cause, NoClock, Origin, Status, StepError, Unmet};
use std::{
    future::pending,
    sync::atomic::{AtomicU32, Ordering},
};

/// Counts its clones.
#[derive(Debug)]
pub struct Dear(&'static str, &'static AtomicU32);

impl Clone for Dear {
    fn clone(&self) -> Self {
        self.1.fetch_add(1, Ordering::Relaxed);
        Self(self.0, self.1)
    }
}

impl PartialEq for Dear {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl std::fmt::Display for Dear {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

static CLONES: AtomicU32 = AtomicU32::new(0);

#[rungs::pipeline(error = Dear, name = "handed on")]
mod handed_on {
    use super::*;

    #[step]
    async fn port() -> Result<u16, Dear> {
        Err(Dear("no such port", &CLONES))
    }

    #[step]
    async fn address(port: &u16) -> Result<u16, Dear> {
        Ok(*port)
    }

    #[step]
    async fn name() -> Result<String, Dear> {
        Ok("host".into())
    }

    #[step(when_any_failed)]
    async fn alarm(name: Result<String, Unmet<Dear>>, address: Result<&u16, Unmet<Dear>>) -> Result<[String; 2], Dear> {
        let unmet = address.err().unwrap();
        assert_eq!((unmet.name(), unmet.root(), unmet.status()), ("address", "port", Status::Failed));
        assert!(matches!(unmet.cause(), Cause::Dependency { .. }));
        assert!(matches!(unmet.origin(), Some(Origin::Dependency { root: "port", via: None, .. })));
        assert_eq!(unmet.error(), Some(&StepError::Failed(Dear("no such port", &CLONES))));
        Ok([name.unwrap(), unmet.to_string()])
    }

    /// Beside it, another step asks for the cause alone.
    #[step(when_all_done, after(alarm))]
    async fn told(port: Result<&u16, Cause>) -> Cause {
        port.unwrap_err()
    }
}

/// One clone of the error for each attempt of a step that is told it; the report has the error itself.
#[test]
fn the_error_of_the_root_is_handed_on_by_value() {
    let report = run(&Sim::new(), handed_on::run(&NoClock));
    let told = ["host".to_owned(), "`address` failed: `port` failed: no such port".to_owned()];
    assert_eq!(report.outputs.alarm, Some(told));
    assert_eq!(report.outputs.told, Some(Cause::Failed));
    assert_eq!(CLONES.load(Ordering::Relaxed), 2);
    assert!(matches!(report.get("port").unwrap().error(), Some(StepError::Failed(Dear("no such port", _)))));
}

#[rungs::pipeline(error = Bad)]
mod ends {
    use super::*;

    #[step(timeout = ms(5))]
    async fn slow() -> Result<u8, Bad> {
        pending().await
    }

    #[step(deadline = ms(5), retries = 3, backoff = fixed(ms(9)))]
    async fn busy() -> Result<u8, Bad> {
        Err(Bad("busy"))
    }

    #[step(maybe)]
    async fn gate() -> Result<Option<u8>, Bad> {
        Ok(None)
    }

    #[step]
    async fn behind(gate: &u8) -> u8 {
        *gate
    }

    #[step]
    async fn cut() -> u8 {
        pending().await
    }

    #[step]
    async fn never(cut: &u8) -> u8 {
        *cut
    }

    #[step(when_all_done, retries = 1)]
    async fn told(
        slow: Result<&u8, Unmet<Bad>>,
        busy: Result<&u8, Unmet<Bad>>,
        gate: Result<&u8, Unmet<Bad>>,
        behind: Result<&u8, Unmet<Bad>>,
        cut: Result<&u8, Unmet<Bad>>,
        never: Result<&u8, Unmet<Bad>>,
        cx: &rungs::StepCx,
    ) -> Result<Vec<String>, Bad> {
        let all = [slow, busy, gate, behind, cut, never].map(|need| need.unwrap_err().to_string());
        // A further attempt is told the same.
        if cx.attempt() == 1 { Err(Bad("once")) } else { Ok(all.into()) }
    }
}

#[test]
fn every_end_is_told() {
    let sim = Sim::new();
    let report = run(&sim, ends::runner().deadline(ms(50)).run((), &sim.clock()));
    assert_eq!(
        report.outputs.told.unwrap(),
        [
            "`slow` failed: timed out",
            "`busy` failed: busy",
            "`gate` was skipped by itself",
            "`behind` was skipped: `gate` was skipped",
            "`cut` was cancelled: the run's deadline passed",
            "`never` was skipped: the run's deadline passed",
        ],
    );
}

/// A run that hands errors on may be sent to another thread.
#[test]
fn a_run_that_hands_errors_on_is_send() {
    fn is_send<T: Send>(_: &T) {}
    is_send(&handed_on::run(&NoClock));
}
