//! What a step that runs though a need has no result learns of that need.

use super::{cells::Handover, packed::PackedCause, static_plan::StaticPlan};
use crate::unmet::Unmet;
use core::fmt;
use rungs_scheduler::{Cause, StepId, StepState};

/// What the driver hands to the step that starts next: of each of its needs, why that has no result.
///
/// ```
/// use rungs::__private::{Causes, UnmetNeeds};
///
/// fn is_empty<E, N: UnmetNeeds<E>>() -> bool {
///     !N::ANY
/// }
/// assert!(is_empty::<(), Causes<0>>() && !is_empty::<(), Causes<1>>());
/// ```
pub trait UnmetNeeds<E> {
    /// Whether some step of the pipeline is told anything.
    const ANY: bool;

    /// Of no needs.
    const NONE: Self;

    /// Sets it for the step that starts next.
    fn set(&self, plan: &'static StaticPlan, step: StepId, states: &[StepState], errors: &[Option<E>]);

    /// Why the step's `nth` need has no result; `None` if it has one.
    fn cause(&self, nth: usize) -> Option<Cause>;
}

/// The causes alone, of up to `N` needs. They ask nothing of the error.
#[derive(Debug)]
pub struct Causes<const N: usize>([PackedCause; N]);

impl<E, const N: usize> UnmetNeeds<E> for Causes<N> {
    const ANY: bool = N > 0;
    const NONE: Self = Self([const { PackedCause::none() }; N]);

    #[inline]
    fn set(&self, plan: &'static StaticPlan, step: StepId, states: &[StepState], _: &[Option<E>]) {
        for (packed, need) in self.0.iter().zip(plan.plan.needs(step)) {
            packed.set(states.get(need.step().index()).and_then(StepState::cause));
        }
    }

    fn cause(&self, nth: usize) -> Option<Cause> {
        self.0.get(nth).and_then(PackedCause::get)
    }
}

/// All that there is to tell of up to `N` needs, with clones of the errors.
pub struct Unmets<E, const N: usize>([Handover<Unmet<E>>; N]);

impl<E: Clone, const N: usize> UnmetNeeds<E> for Unmets<E, N> {
    const ANY: bool = true;
    const NONE: Self = Self([const { Handover::empty() }; N]);

    fn set(&self, plan: &'static StaticPlan, step: StepId, states: &[StepState], errors: &[Option<E>]) {
        for (handover, need) in self.0.iter().zip(plan.plan.needs(step)) {
            handover.give_back(Unmet::in_static(plan, states, errors, need.step()));
        }
    }

    fn cause(&self, nth: usize) -> Option<Cause> {
        self.take(nth).map(|unmet| unmet.cause())
    }
}

impl<E, const N: usize> Unmets<E, N> {
    /// The step's `nth` need, if it has no result. It can be taken once.
    pub(super) fn take(&self, nth: usize) -> Option<Unmet<E>> {
        self.0.get(nth)?.take()
    }
}

impl<E, const N: usize> fmt::Debug for Unmets<E, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Unmets").field(&self.0).finish()
    }
}

/// The error of a pipeline some step of which takes an [`Unmet`].
#[diagnostic::on_unimplemented(
    message = "a step takes a need as `Unmet`, which has a clone of its error, and `{Self}` is not `Clone`",
    label = "derive `Clone` for the error, or take the need as `Result<_, Cause>`"
)]
pub trait UnmetError {}

impl<E: Clone> UnmetError for E {}

/// Checks, at a parameter, that the error can be handed on.
pub const fn may_be_unmet<E: UnmetError>() {}
