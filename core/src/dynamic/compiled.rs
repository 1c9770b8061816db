//! What is computed from a draft's needs: edges both ways, and the arrays of a numbering.

use super::cycles::cycles;
use crate::steps::Dependents;
use alloc::{vec, vec::Vec};
use rungs_scheduler::{Edges, Need, StepId, Use, invert, levels, needs_come_first, topological};

/// Reports for machines contain the edges, so they share them. Without `serde` nothing is shared, which saves
/// an allocation.
#[cfg(feature = "serde")]
type Kept = alloc::sync::Arc<Dependents>;
#[cfg(not(feature = "serde"))]
type Kept = Dependents;

/// What is computed from a draft's needs.
pub(crate) struct Compiled {
    pub(super) dependents: Kept,
    /// A topological order; empty if the order of declaration is one.
    pub(super) order: Vec<u32>,
    pub(super) numbers: Option<Numbers>,
    /// Each step's level, once the plan has been asked for.
    pub(super) known_levels: Vec<u32>,
}

impl Compiled {
    /// `after_all` are the steps that need all before them, as in `needs`.
    ///
    /// # Errors
    /// The steps of each cycle.
    pub(super) fn new(needs: Edges<'_>, after_all: &[StepId]) -> Result<Self, Vec<Vec<StepId>>> {
        let steps = needs.len();
        let (mut rows, mut list) = (vec![0; steps + 1], vec![Need::result(StepId::from_number(0)); needs.total()]);
        invert(needs, &mut rows, &mut list);
        #[allow(clippy::useless_conversion, reason = "with `serde` it is shared")]
        let dependents = Dependents {
            rows,
            list,
            #[cfg(feature = "serde")]
            after_all: after_all.to_vec(),
        }
        .into();
        let mut compiled = Self { dependents, order: Vec::new(), numbers: None, known_levels: Vec::new() };
        if needs_come_first(needs, &[]) {
            return Ok(compiled);
        }
        let mut order = vec![0; steps];
        let mut missing = vec![0; steps];
        if topological(needs, compiled.dependents(), &mut missing, &mut order) < steps {
            return Err(cycles(needs, after_all, &missing));
        }
        compiled.order = order;
        Ok(compiled)
    }

    pub(super) fn dependents(&self) -> Edges<'_> {
        self.dependents.edges()
    }

    /// The level of each step.
    pub(super) fn levels(&self, needs: Edges<'_>) -> Vec<u32> {
        let mut found = vec![0; needs.len()];
        levels(needs, &self.order, &mut found);
        found
    }
}

/// The arrays of a [`Numbering`].
#[derive(Default)]
pub(super) struct Numbers {
    /// What the numbering was made for.
    pub(super) by_priority: bool,
    pub(super) by_level: bool,
    pub(super) order: Vec<u32>,
    pub(super) priorities: Vec<u32>,
    pub(super) ranks: Vec<u32>,
    pub(super) classes: Vec<u32>,
    pub(super) use_rows: Vec<u32>,
    pub(super) uses: Vec<Use>,
    pub(super) capacities: Vec<u32>,
    pub(super) levels: Vec<u32>,
    pub(super) needs_first: bool,
}
