//! Which ready step goes first, worked out at compile time.

use rungs_scheduler::{Numbering, Plan, StepId, Use, longest_remaining, needs_come_first};

/// The priorities of a numbering: by level where there are barriers, then longest remaining path first, ties by declaration.
///
/// The same numbering as `Pipeline` makes at run time; that sorts a million steps, and this a few in a `const`.
///
/// ```
/// use rungs::fixed::{Priorities, step_id};
/// use rungs::scheduler::{Edges, Need, Numbering, Plan};
/// use rungs::Settings;
///
/// // `c` needs `b`, and `a` stands alone.
/// const NEEDS: Edges<'static> = Edges::new(&[0, 0, 0, 1], &[Need::result(step_id(1))]);
/// const WAITING: Edges<'static> = Edges::new(&[0, 0, 1, 1], &[Need::result(step_id(2))]);
/// const PLAN: Plan<'static> = Plan::new(NEEDS, WAITING, &[Settings::DEFAULT], &[]);
/// const PLACES: Priorities<3> = Priorities::new(&PLAN, &[0, 1, 2], &[]);
/// const BY_PRIORITY: Numbering<'static> = (&PLACES).numbering(&PLAN, &[], &[], &[], &[], &[]);
/// assert_eq!(BY_PRIORITY.order, [1, 0, 2]);
/// ```
///
/// It is for [`StaticPlan::numbered`](super::StaticPlan::numbered).
#[derive(Debug)]
pub struct Priorities<const STEPS: usize> {
    order: [u32; STEPS],
    priorities: [u32; STEPS],
    ranks: [u32; STEPS],
}

/// By what steps are sorted.
#[derive(Clone, Copy)]
struct Key {
    level: u32,
    path: u64,
    step: u32,
}

impl Key {
    const fn is_before(self, other: Self) -> bool {
        if self.level != other.level {
            self.level < other.level
        } else if self.path != other.path {
            self.path > other.path
        } else {
            self.step < other.step
        }
    }
}

impl<const STEPS: usize> Priorities<STEPS> {
    /// Sorts the steps of a plan. `topological` has each step behind its needs; `levels` is empty where there are no
    /// barriers. O(V^2 + E).
    pub const fn new(plan: &Plan<'_>, topological: &[u32], levels: &[u32]) -> Self {
        let keys = keys::<STEPS>(plan, topological, levels);
        let (mut order, mut priorities, mut ranks) = ([0; STEPS], [0; STEPS], [0; STEPS]);
        let mut step = 0;
        while step < STEPS {
            let (mut rank, mut place, mut other) = (0, 0, 0);
            let class = plan.settings(StepId::from_number(step as u32)).get_class();
            while other < STEPS {
                let others = plan.settings(StepId::from_number(other as u32)).get_class();
                let is_before = keys[other].is_before(keys[step]);
                rank += is_before as u32;
                place += (others < class || (others == class && is_before)) as usize;
                other += 1;
            }
            priorities[step] = place as u32;
            order[place] = step as u32;
            ranks[place] = rank;
            step += 1;
        }
        Self { order, priorities, ranks }
    }

    /// The numbering, with what the classes of steps use.
    pub const fn numbering<'p>(
        &'p self,
        plan: &Plan<'_>,
        levels: &'p [u32],
        classes: &'p [u32],
        use_rows: &'p [u32],
        uses: &'p [Use],
        capacities: &'p [u32],
    ) -> Numbering<'p> {
        let ranks: &[u32] = if classes.is_empty() { &[] } else { &self.ranks };
        let needs_first = needs_come_first(plan.all_needs(), &self.priorities);
        let Self { order, priorities, .. } = self;
        Numbering { order, priorities, ranks, classes, use_rows, uses, capacities, levels, needs_first }
    }
}

const fn keys<const STEPS: usize>(plan: &Plan<'_>, topological: &[u32], levels: &[u32]) -> [Key; STEPS] {
    let mut paths = [0; STEPS];
    longest_remaining(plan, topological, &mut paths);
    let mut keys = [Key { level: 0, path: 0, step: 0 }; STEPS];
    let mut step = 0;
    while step < STEPS {
        let level = if levels.is_empty() { 0 } else { levels[step] };
        keys[step] = Key { level, path: paths[step], step: step as u32 };
        step += 1;
    }
    keys
}
