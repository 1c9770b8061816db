//! What generated code relies on, checked by the compiler: the steps of a lane, and the steps that change a value in turn,
//! follow one another in every run.
//!
//! The attribute finds such steps by its own rules (`core/macros/src/graph/apart.rs`). This is a second statement of the
//! same rules over the finished plan, so that neither a change of the attribute nor one of the scheduler's rules that
//! forgets the other passes in silence.

use rungs_scheduler::{Need, Plan, StepId};

/// For each step, which others have ended, or will never start, whenever it starts.
///
/// ```
/// use rungs::__private::{Sequences, step_id};
/// use rungs::scheduler::{Edges, Need, Plan};
/// use rungs::Settings;
///
/// // The second step needs the first; the third depends on none.
/// const ROWS: &[u32] = &[0, 0, 1, 1];
/// const NEEDS: &[Need] = &[Need::result(step_id(0))];
/// const WAITING: Edges<'static> = Edges::new(&[0, 1, 1, 1], &[Need::result(step_id(1))]);
/// const PLAN: Plan<'static> = Plan::new(Edges::new(ROWS, NEEDS), WAITING, &[Settings::DEFAULT], &[]);
/// const SEQUENCES: Sequences<3, 1> = Sequences::new(&PLAN, ROWS, NEEDS, &[0, 1, 2]);
/// assert!(SEQUENCES.hold(&[&[0, 1], &[2]]));
/// assert!(!SEQUENCES.hold(&[&[0, 1, 2]]), "the third step may start while the others are in flight");
/// ```
#[derive(Debug)]
pub struct Sequences<const STEPS: usize, const WORDS: usize> {
    before: [Set<WORDS>; STEPS],
    /// Whether each step comes after its needs in the order that was given.
    is_in_order: bool,
}

/// A set of steps, a bit each.
type Set<const WORDS: usize> = [u64; WORDS];

impl<const STEPS: usize, const WORDS: usize> Sequences<STEPS, WORDS> {
    /// Goes through a plan, whose needs are given as rows too. `order` has each step after all that it waits for, and `WORDS`
    /// is the number of steps divided by 64, rounded up. O(V² + V · E) bits.
    pub const fn new(plan: &Plan<'_>, rows: &[u32], needs: &[Need], order: &[u32]) -> Self {
        let (mut before, mut done, mut succeeded) = ([[0; WORDS]; STEPS], [[0; WORDS]; STEPS], [[0; WORDS]; STEPS]);
        // The steps that start only if this one has succeeded, directly or not.
        let mut dependents = [[0; WORDS]; STEPS];
        let (mut known, mut is_in_order, mut at) = ([0; WORDS], order.len() == STEPS, 0);
        while is_in_order && at < STEPS {
            let step = order[at] as usize;
            let (is_clean_up, may_lack_results) = (is_clean_up(plan, step), may_lack_results(plan, step));
            let edges = edge_count(plan, rows, step);
            let mut edge = 0;
            while edge < edges {
                let (need, is_order) = self::edge(rows, needs, step, edge);
                is_in_order &= contains(&known, need);
                if !may_lack_results && !is_order {
                    succeeded[step] = with(union(&succeeded[step], &succeeded[need]), need);
                    before[step] = union(&before[step], &before[need]);
                } else if !is_clean_up {
                    before[step] = union(&before[step], &done[need]);
                } else if self::is_clean_up(plan, need) {
                    before[step] = union(&before[step], &before[need]);
                }
                // A stop ends an ordinary step that has not started, whatever it waits for is still in flight: a clean-up
                // step learns of such a need that it has ended, and no more.
                before[step] = with(before[step], need);
                edge += 1;
            }
            add_to_each(&mut dependents, &succeeded[step], step);
            done[step] = before[step];
            let mut edge = 0;
            while !is_clean_up && edge < edges {
                let (need, is_order) = self::edge(rows, needs, step, edge);
                if !is_order {
                    // The step may end as soon as this need has failed: then, what ends with that need has ended.
                    let ended = with(union(&done[need], &dependents[need]), need);
                    done[step] = intersection(&done[step], &ended);
                }
                edge += 1;
            }
            known = with(known, step);
            at += 1;
        }
        Self { before, is_in_order }
    }

    /// Whether the steps of each sequence follow one another in every run: none starts before an earlier one of its sequence,
    /// or while that is in flight.
    pub const fn hold(&self, sequences: &[&[u32]]) -> bool {
        let mut at = 0;
        while at < sequences.len() {
            let mut later = 0;
            while later < sequences[at].len() {
                let mut earlier = 0;
                while earlier < later {
                    if !contains(&self.before[sequences[at][later] as usize], sequences[at][earlier] as usize) {
                        return false;
                    }
                    earlier += 1;
                }
                later += 1;
            }
            at += 1;
        }
        self.is_in_order
    }
}

const fn is_clean_up(plan: &Plan<'_>, step: usize) -> bool {
    plan.settings(StepId::from_number(step as u32)).get_when().is_clean_up()
}

/// Whether a step of this rule may run though a need has no result: it waits for all its needs.
const fn may_lack_results(plan: &Plan<'_>, step: usize) -> bool {
    plan.settings(StepId::from_number(step as u32)).get_when().decides_arguments()
}

/// How many steps a step waits for: those in its row, and all before it if a mark says so.
const fn edge_count(plan: &Plan<'_>, rows: &[u32], step: usize) -> usize {
    let marked = if plan.waits_for_all(StepId::from_number(step as u32)) { step } else { 0 };
    (rows[step + 1] - rows[step]) as usize + marked
}

/// One of the steps that a step waits for, and whether that is no more than an order.
const fn edge(rows: &[u32], needs: &[Need], step: usize, edge: usize) -> (usize, bool) {
    let in_row = (rows[step + 1] - rows[step]) as usize;
    if edge >= in_row {
        return (edge - in_row, false);
    }
    let need = needs[rows[step] as usize + edge];
    (need.step().index(), need.is_order())
}

const fn contains<const WORDS: usize>(set: &Set<WORDS>, step: usize) -> bool {
    set[step / 64] >> (step % 64) & 1 == 1
}

const fn with<const WORDS: usize>(mut set: Set<WORDS>, step: usize) -> Set<WORDS> {
    set[step / 64] |= 1 << (step % 64);
    set
}

const fn union<const WORDS: usize>(one: &Set<WORDS>, other: &Set<WORDS>) -> Set<WORDS> {
    let (mut both, mut word) = (*one, 0);
    while word < WORDS {
        both[word] |= other[word];
        word += 1;
    }
    both
}

const fn intersection<const WORDS: usize>(one: &Set<WORDS>, other: &Set<WORDS>) -> Set<WORDS> {
    let (mut both, mut word) = (*one, 0);
    while word < WORDS {
        both[word] &= other[word];
        word += 1;
    }
    both
}

/// Adds a step to the sets of these steps.
const fn add_to_each<const STEPS: usize, const WORDS: usize>(
    sets: &mut [Set<WORDS>; STEPS],
    of: &Set<WORDS>,
    step: usize,
) {
    let mut other = 0;
    while other < STEPS {
        if contains(of, other) {
            sets[other] = with(sets[other], step);
        }
        other += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::Sequences;
    use crate::fixed::private::step_id;
    use rungs_scheduler::{Edges, Need, Plan, Settings, When};

    const fn result(step: u32) -> Need {
        Need::result(step_id(step))
    }

    /// Whether the steps of these sequences follow one another; each step is declared after its needs, and those with a flag
    /// run when all is done.
    fn hold<const STEPS: usize>(rows: &[u32], needs: &[Need], clean_up: [bool; STEPS], sequences: &[&[u32]]) -> bool {
        let settings = [Settings::DEFAULT, Settings::DEFAULT.when(When::AllDone)];
        let which = clean_up.map(u32::from);
        let edges = Edges::new(rows, needs);
        let order: [u32; STEPS] = core::array::from_fn(|step| step as u32);
        Sequences::<STEPS, 1>::new(&Plan::new(edges, edges, &settings, &which), rows, needs, &order).hold(sequences)
    }

    #[test]
    fn a_step_follows_its_needs() {
        let needs = [result(0), result(1)];
        assert!(hold(&[0, 0, 1, 2], &needs, [false; 3], &[&[0, 1, 2]]));
        assert!(!hold(&[0, 0, 1, 2], &needs, [false; 3], &[&[1, 0]]), "in the wrong order");
    }

    /// Step 2 is skipped if step 1 fails, and then step 4 starts, though step 0 may be in flight.
    #[test]
    fn a_step_that_may_be_skipped_does_not_stand_for_what_it_waits_for() {
        let (rows, needs) = ([0, 0, 0, 2, 2, 4], [result(0), result(1), result(3), Need::order(step_id(2))]);
        assert!(hold(&rows, &needs, [false; 5], &[&[0, 2], &[2, 4]]));
        assert!(!hold(&rows, &needs, [false; 5], &[&[0, 2, 4]]));
    }

    /// A stop skips step 1 while step 0 is in flight, and then the clean-up starts.
    #[test]
    fn a_clean_up_step_follows_only_what_it_waits_for_itself() {
        let (rows, needs) = ([0, 0, 1, 2], [result(0), result(1)]);
        assert!(!hold(&rows, &needs, [false, false, true], &[&[0, 1, 2]]));
        assert!(hold(&rows, &needs, [false, true, true], &[&[0, 1, 2]]));
    }

    #[test]
    fn an_order_without_its_needs_first_proves_nothing() {
        let order = [1, 0];
        let (rows, needs) = ([0, 0, 1], [result(0)]);
        let edges = Edges::new(&rows, &needs);
        let plan = Plan::new(edges, edges, &[Settings::DEFAULT], &[]);
        assert!(!Sequences::<2, 1>::new(&plan, &rows, &needs, &order).hold(&[]));
    }
}
