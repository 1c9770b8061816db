//! What a step that runs though a need has no result learns of that need.

use super::{cells::Handover, packed::PackedCause, static_plan::StaticPlan};
use crate::unmet::Unmet;
use core::fmt;
use rungs_scheduler::{Cause, Plan, StepId, StepState};

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

/// All that there is to tell of up to `N` needs, with clones of the errors. Of the needs whose results are parameters, or of `ALL`.
pub struct Unmets<E, const N: usize, const ALL: bool = false>([Handover<Unmet<E>>; N]);

impl<E: Clone, const N: usize, const ALL: bool> UnmetNeeds<E> for Unmets<E, N, ALL> {
    const ANY: bool = true;
    const NONE: Self = Self([const { Handover::empty() }; N]);

    fn set(&self, plan: &'static StaticPlan, step: StepId, states: &[StepState], errors: &[Option<E>]) {
        let tell = |(handover, need): (&Handover<_>, StepId)| {
            handover.give_back(Unmet::in_static(plan, states, errors, need));
        };
        if ALL {
            self.0.iter().zip(all_needs(&plan.plan, step)).for_each(tell);
        } else {
            self.0.iter().zip(plan.plan.needs(step).iter().map(|need| need.step())).for_each(tell);
        }
    }

    fn cause(&self, nth: usize) -> Option<Cause> {
        self.take(nth).map(|unmet| unmet.cause())
    }
}

/// The needs of a step: those with a result first, as they are first in its row, and those of which one mark tells last.
fn all_needs<'p>(plan: &'p Plan<'_>, step: StepId) -> impl Iterator<Item = StepId> + use<'p> {
    let row = plan.needs(step);
    let before = if plan.waits_for_all(step) { step.number() } else { 0 };
    let named = row.iter().filter(|need| !need.is_order()).map(|need| need.step());
    let is_named = move |other: &StepId| row.iter().any(|need| need.step() == *other && !need.is_order());
    named.chain((0..before).map(StepId::from_number).filter(move |other| !is_named(other)))
}

impl<E, const N: usize, const ALL: bool> Unmets<E, N, ALL> {
    /// The step's `nth` need, if it has no result. It can be taken once.
    pub(super) fn take(&self, nth: usize) -> Option<Unmet<E>> {
        self.0.get(nth)?.take()
    }
}

impl<E, const N: usize, const ALL: bool> fmt::Debug for Unmets<E, N, ALL> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Unmets").field(&self.0).finish()
    }
}

/// The error of a pipeline some step of which takes an [`Unmet`].
#[diagnostic::on_unimplemented(
    message = "a step is told of a need by `Unmet`, which has a clone of its error, and `{Self}` is not `Clone`",
    label = "derive `Clone` for the error, or take the need as `Result<_, Cause>` and the context as `&StepCx`"
)]
pub trait UnmetError {}

impl<E: Clone> UnmetError for E {}

/// Checks, at a parameter, that the error can be handed on.
pub const fn may_be_unmet<E: UnmetError>() {}
