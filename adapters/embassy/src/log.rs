//! Events in defmt's log.

use defmt::{Format, error, info, warn};
use rungs::{__private::LoggedName, Event, EventKind, Observer, Status, StepError};

/// An observer that writes each event with defmt: starts, successes and the end of the run as `info`; failed attempts that are
/// retried, and cancelled and skipped steps, as `warn`; failed steps as `error`. Names stay on their line, whatever they contain.
///
/// ```no_run
/// # #[derive(defmt::Format)]
/// # enum Error { NoAnswer }
/// # let mut p = rungs::Pipeline::with_error::<Error>("bring-up");
/// let run = p.runner().observe(rungs_embassy::Log).run(&rungs_embassy::Embassy);
/// # drop(run);
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::exhaustive_structs, reason = "programs write it as a value")]
pub struct Log;

impl<E: Format> Observer<E> for Log {
    fn on_event(&mut self, event: &Event<'_, E>) {
        let (name, attempt) = (LoggedName(event.name), event.attempt);
        match &event.kind {
            EventKind::RunStarted(run) => info!("{}: run started: {}", name, run),
            EventKind::Started => info!("{}: attempt {=u32}", name, attempt),
            EventKind::Retrying { error, next } => {
                let wait = next.as_nanos().saturating_sub(event.at.as_nanos()) / 1_000;
                warn!("{}: {}, again in {=u64:us} s", name, error, wait);
            }
            EventKind::Ended { status: Status::Success, .. } => {
                info!("{}: success (attempts: {=u32})", name, attempt);
            }
            EventKind::Ended { status: Status::Failed, origin: Some(origin), .. } => {
                error!("{}: failed (attempts: {=u32}): {}", name, attempt, origin);
            }
            EventKind::Ended {
                status: Status::Failed,
                error: Some(error),
                own_error: Some((earlier, own_error)),
                ..
            } if !matches!(error, StepError::Failed(_)) => {
                error!(
                    "{}: failed (attempts: {=u32}): {} (attempt {=u32}: {})",
                    name, attempt, error, earlier, own_error
                );
            }
            EventKind::Ended { status: Status::Failed, error: Some(error), .. } => {
                error!("{}: failed (attempts: {=u32}): {}", name, attempt, error);
            }
            EventKind::Ended { status, origin: Some(origin), .. } => {
                warn!("{}: {} (attempts: {=u32}): {}", name, status, attempt, origin);
            }
            EventKind::Ended { status, cause: Some(cause), .. } => {
                warn!("{}: {} (attempts: {=u32}): {}", name, status, attempt, cause);
            }
            EventKind::RunEnded { counts, exit_code } => {
                info!("{}: run ended: {}, exit code {=u8}", name, counts, exit_code);
            }
            // An event that a later version of the core may add.
            _ => {}
        }
    }
}
