//! Classes that queue for their resources start in the same order as classes that are all looked at.

use std::collections::BTreeSet;

use rungs::Instant;

use crate::layout::{Buffers, Layout};
use crate::oracle::{Case, Spec};
use crate::random::{Random, seeds};
use crate::sim::play_on;

/// A case whose steps use up to 4 of many resources, so that most are of a class of their own.
fn case(random: &mut Random) -> Case {
    let mut case = random.case(60);
    case.capacities = (0..1 + random.below(20)).map(|_| 1 + random.below(9) as u32).collect();
    let resources = case.capacities.len() as u64;
    for step in &mut case.steps {
        let used: BTreeSet<usize> = (0..random.below(5)).map(|_| random.below(resources) as usize).collect();
        let units =
            |resource: usize, random: &mut Random| random.below(u64::from(case.capacities[resource]) + 1) as u32;
        step.uses = used.into_iter().map(|resource| (resource, units(resource, random))).collect();
    }
    case
}

#[test]
fn queues_change_nothing() {
    let mut with_classes = 0;
    for seed in seeds(5_000) {
        let case = case(&mut Random::new(seed));
        let [without, with] = [false, true].map(|queues| play_on(&mut Buffers { queues, ..Buffers::default() }, &case));
        assert!(without.trace == with.trace && without.outcome == with.outcome, "seed {seed}: {case}");
        with_classes += usize::from(case.steps.len() > 20);
    }
    assert!(with_classes > 1_000, "{with_classes}");
}

/// Few classes have no queues, and many have them without being asked.
#[test]
fn many_classes_have_room_for_queues() {
    for (classes, has_room) in [(16, false), (17, true)] {
        let mut case = Random::new(0).case(1);
        let mut step = case.steps.pop().expect("a step");
        step.needs.clear();
        step.order.clear();
        case.capacities = vec![1; classes - 1];
        case.steps = (0..classes - 1).map(|resource| Spec { uses: vec![(resource, 1)], ..step.clone() }).collect();
        let layout = Layout::new(&case);
        assert_eq!(layout.needed().free > classes - 1, has_room, "{classes} classes");
        layout.run(&mut Buffers::default(), Instant::ZERO);
    }
}
