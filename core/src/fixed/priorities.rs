//! Which ready step is tried first, computed at compile time.

use rungs_scheduler::{
    Numbering, Plan, StepId, Use, group_by_class, invert_order, longest_remaining, needs_come_first, priority_key,
};

/// The arrays of a numbering by priority: the lower level first where levels are barriers, then the longest remaining path,
/// then the order of declaration.
///
/// It is the numbering that a `Pipeline` makes at run time. `BOUNDS` is the number of classes of steps plus 1, and 0 where
/// no step uses a resource.
///
/// ```
/// use rungs::__private::{Priorities, step_id};
/// use rungs::scheduler::{Edges, Need, Numbering, Plan};
/// use rungs::Settings;
///
/// // `c` depends on `b`, and `a` is alone.
/// const NEEDS: Edges<'static> = Edges::new(&[0, 0, 0, 1], &[Need::result(step_id(1))]);
/// const DEPENDENTS: Edges<'static> = Edges::new(&[0, 0, 1, 1], &[Need::result(step_id(2))]);
/// const PLAN: Plan<'static> = Plan::new(NEEDS, DEPENDENTS, &[Settings::DEFAULT], &[]);
/// const PRIORITIES: Priorities<3> = Priorities::new(&PLAN, &[0, 1, 2], &[]);
/// const BY_PRIORITY: Numbering<'static> = (&PRIORITIES).numbering(&PLAN, &[], &[], &[], &[]);
/// assert_eq!(BY_PRIORITY.order, [1, 0, 2]);
/// ```
#[derive(Debug)]
pub struct Priorities<const STEPS: usize, const BOUNDS: usize = 0> {
    order: [u32; STEPS],
    priorities: [u32; STEPS],
    ranks: [u32; STEPS],
    classes: [u32; BOUNDS],
}

impl<const STEPS: usize, const BOUNDS: usize> Priorities<STEPS, BOUNDS> {
    /// Sorts the steps of a plan.
    ///
    /// `topological` has each step after its needs; if it is empty, the order of declaration does. `levels` has the level of
    /// each step; it is empty where levels are no barriers. O(V^2 + E), where V is the number of steps and E that of edges;
    /// O(V + E) where the order of declaration is that of priority.
    pub const fn new(plan: &Plan<'_>, topological: &[u32], levels: &[u32]) -> Self {
        let mut lengths = [0; STEPS];
        longest_remaining(plan, topological, &mut lengths);
        let ranked = sorted::<STEPS>(levels, &lengths);
        let (mut order, mut ranks, mut classes) = (ranked, [0; STEPS], [0; BOUNDS]);
        if BOUNDS > 0 {
            group_by_class(plan, &ranked, &mut classes, &mut order, &mut ranks);
        }
        let mut priorities = [0; STEPS];
        invert_order(&order, &mut priorities);
        Self { order, priorities, ranks, classes }
    }

    /// The numbering. `use_rows` and `uses` tell what the classes of steps use, and `capacities` how many units there are of
    /// each resource: see [`Numbering`]. O(V + E).
    pub const fn numbering<'p>(
        &'p self,
        plan: &Plan<'_>,
        levels: &'p [u32],
        use_rows: &'p [u32],
        uses: &'p [Use],
        capacities: &'p [u32],
    ) -> Numbering<'p> {
        let ranks: &[u32] = if BOUNDS > 0 { &self.ranks } else { &[] };
        let needs_first = needs_come_first(plan.all_needs(), &self.priorities);
        let Self { order, priorities, classes, .. } = self;
        Numbering { order, priorities, ranks, classes, use_rows, uses, capacities, levels, needs_first }
    }
}

/// All steps by falling priority: an insertion sort, as those of the standard library are no `const fn`s.
const fn sorted<const STEPS: usize>(levels: &[u32], lengths: &[u64]) -> [u32; STEPS] {
    let mut ranked = [0; STEPS];
    let mut count = 0;
    while count < STEPS {
        let step = StepId::from_number(count as u32);
        let key = priority_key(levels, lengths, step);
        let mut at = count;
        while at > 0 && key < priority_key(levels, lengths, StepId::from_number(ranked[at - 1])) {
            ranked[at] = ranked[at - 1];
            at -= 1;
        }
        ranked[at] = step.number();
        count += 1;
    }
    ranked
}
