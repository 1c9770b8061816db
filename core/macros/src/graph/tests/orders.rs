use super::super::order::{levels, topological};
use super::space::{graphs, is_topological, pairs, permutations, reach};
use crate::model::EdgeKind;

/// In every graph of up to 4 steps: of all topological orders the first by declaration, and one level above the highest need.
#[test]
fn the_first_of_all_orders() {
    for steps in 0..=4 {
        let permutations = permutations(steps);
        for needs in graphs(steps, pairs(steps), &[EdgeKind::Result]) {
            let order = topological(&needs);
            let first = permutations.iter().find(|order| is_topological(order, &needs));
            let Some(first) = first else {
                let reach = reach(&needs);
                let caught = |&step: &usize| (0..steps).any(|on| reach[on][on] && (step == on || reach[step][on]));
                let free = (0..steps).filter(|step| !caught(step));
                assert_eq!(order.len(), free.count(), "{needs:?}");
                continue;
            };
            assert_eq!(order, *first, "{needs:?}");
            let levels = levels(&needs, &order);
            for step in 0..steps {
                let below = needs[step].iter().map(|edge| levels[edge.step]).max();
                assert_eq!(levels[step], below.map_or(0, |below| below + 1), "{needs:?}");
            }
        }
    }
}
