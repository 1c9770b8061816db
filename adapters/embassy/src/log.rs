//! Events in defmt's log.

use defmt::{Format, error, info, warn};
use rungs::{Event, EventKind, Observer, Status};

/// An observer that writes every event with defmt: starts and successes as `info`, failed attempts that are tried again
/// and steps that were cut short or left out as `warn`, failed steps as `error`.
///
/// ```no_run
/// # #[derive(defmt::Format)]
/// # enum Error { NoAnswer }
/// # let mut p: rungs::Pipeline<'_, Error> = rungs::Pipeline::new("bring-up");
/// let run = p.runner().observe(rungs_embassy::Log).run(&rungs_embassy::Embassy);
/// # drop(run);
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::exhaustive_structs, reason = "a word, used as a value")]
pub struct Log;

impl<E: Format> Observer<E> for Log {
    fn notice(&mut self, event: &Event<'_, E>) {
        let name = event.name;
        match &event.kind {
            EventKind::Started { attempt } => info!("{=str}: attempt {=u32}", name, attempt),
            EventKind::Retrying { error, next } => {
                let wait = next.as_nanos().saturating_sub(event.at.as_nanos()) / 1_000;
                warn!("{=str}: {}, again in {=u64:us} s", name, error, wait);
            }
            EventKind::Ended { status: Status::Success, attempts, .. } => {
                info!("{=str}: success (attempts: {=u32})", name, attempts);
            }
            EventKind::Ended { status: Status::Failed, attempts, origin: Some(origin), .. } => {
                error!("{=str}: failed (attempts: {=u32}): {}", name, attempts, origin);
            }
            EventKind::Ended { status: Status::Failed, attempts, error: Some(error), .. } => {
                error!("{=str}: failed (attempts: {=u32}): {}", name, attempts, error);
            }
            EventKind::Ended { status, attempts, origin: Some(origin), .. } => {
                warn!("{=str}: {} (attempts: {=u32}): {}", name, status, attempts, origin);
            }
            EventKind::Ended { status, attempts, cause: Some(cause), .. } => {
                warn!("{=str}: {} (attempts: {=u32}): {}", name, status, attempts, cause);
            }
            // What a later version of the core may tell.
            _ => {}
        }
    }
}
