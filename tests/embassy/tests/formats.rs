//! What one might log on a board has a `defmt::Format`: all public data types of the core.

use defmt::Format;
use rungs::{fixed, scheduler};

/// A type that is not `Format` does not compile.
fn is_logged<T: Format>() {}

#[test]
fn all_data_types_are_logged() {
    is_logged::<rungs::Backoff<'_>>();
    is_logged::<rungs::Cause>();
    is_logged::<rungs::Config>();
    is_logged::<rungs::Counts>();
    is_logged::<rungs::Event<'_, u8>>();
    is_logged::<rungs::EventKind<'_, u8>>();
    is_logged::<rungs::InPlace>();
    is_logged::<rungs::InputError>();
    is_logged::<rungs::InputErrorKind>();
    is_logged::<rungs::Instant>();
    is_logged::<rungs::Jitter>();
    is_logged::<rungs::TaskDropped>();
    is_logged::<rungs::PlanErrorKind>();
    is_logged::<rungs::NoClock>();
    is_logged::<rungs::OnFailure>();
    is_logged::<rungs::Order>();
    is_logged::<rungs::Origin<'_>>();
    is_logged::<rungs::Out<u8>>();
    is_logged::<rungs::OutputError<u8>>();
    is_logged::<rungs::OutputErrorKind>();
    is_logged::<rungs::PlanError>();
    is_logged::<rungs::Reason<'_, u8>>();
    is_logged::<rungs::Report<u8>>();
    is_logged::<rungs::Retry>();
    is_logged::<rungs::RunInfo<'_>>();
    is_logged::<rungs::Settings<'_>>();
    is_logged::<rungs::Status>();
    is_logged::<rungs::StepCx>();
    is_logged::<rungs::StepError<u8>>();
    is_logged::<rungs::StepId>();
    is_logged::<rungs::StepResult<'_, u8>>();
    is_logged::<rungs::Stop>();
    is_logged::<rungs::When>();
    is_logged::<fixed::StaticPlan>();
    is_logged::<scheduler::Action>();
    is_logged::<scheduler::TimerEntry>();
    is_logged::<scheduler::Requirements>();
    is_logged::<scheduler::Edges<'_>>();
    is_logged::<scheduler::Need>();
    is_logged::<scheduler::StorageSize>();
    is_logged::<scheduler::StepState>();
    is_logged::<scheduler::Numbering<'_>>();
    is_logged::<scheduler::Outcome>();
    is_logged::<scheduler::Plan<'_>>();
    is_logged::<scheduler::StorageTooSmall>();
    is_logged::<scheduler::Use>();
    is_logged::<scheduler::Verdict>();
}
