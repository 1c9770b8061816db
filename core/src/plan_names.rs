//! The names of a pipeline and its steps, wherever they are kept.

use crate::diagram::StepNames;
#[cfg(feature = "macros")]
use crate::fixed::StaticPlan;
#[cfg(feature = "alloc")]
use crate::steps::Names;
#[cfg(feature = "alloc")]
use alloc::sync::Arc;
use rungs_scheduler::StepId;

/// The names of a pipeline and its steps.
#[derive(Clone)]
pub(crate) enum PlanNames {
    /// On the heap, shared with the pipeline.
    #[cfg(feature = "alloc")]
    Shared(Arc<Names>),
    /// In flash.
    #[cfg(feature = "macros")]
    StaticPipeline(&'static StaticPlan),
}

impl PlanNames {
    pub(crate) fn pipeline(&self) -> &str {
        match self {
            #[cfg(feature = "alloc")]
            Self::Shared(names) => names.pipeline(),
            #[cfg(feature = "macros")]
            Self::StaticPipeline(plan) => plan.name,
        }
    }

    /// The name of a step.
    pub(crate) fn step(&self, step: StepId) -> &str {
        match self {
            #[cfg(feature = "alloc")]
            Self::Shared(names) => names.name(step),
            #[cfg(feature = "macros")]
            Self::StaticPipeline(plan) => plan.name(step),
        }
    }
}

#[cfg(feature = "checkpoints")]
impl PlanNames {
    /// Whether the steps are the undos of others.
    pub(crate) fn is_undo(&self) -> bool {
        match self {
            Self::Shared(names) => names.is_undo(),
            #[cfg(feature = "macros")]
            Self::StaticPipeline(_) => false,
        }
    }
}

impl StepNames for PlanNames {
    fn name(&self, step: StepId) -> &str {
        self.step(step)
    }
}
