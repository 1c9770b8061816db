//! Graphs as rows of edges: inverted, sorted, divided into levels, and searched for cycles.

use rungs::scheduler::{Edges, Need, Plan, StepId, find_cycle, invert, levels, topological};
use rungs::{Config, Settings, When};

use crate::layout::id;
use crate::random::{Random, seeds};

#[test]
fn a_need_keeps_its_step_and_its_kind() {
    for step in [0, 1, 5, Plan::MAX_STEPS - 1] {
        let kinds = [Need::result, Need::after, Need::order].map(|kind| kind(id(step)));
        assert_eq!(kinds.map(|need| need.step().index()), [step; 3]);
        assert_eq!(kinds.map(|need| need.has_result()), [true, false, false]);
        assert_eq!(kinds.map(|need| need.is_order()), [false, false, true]);
    }
    assert_eq!(Plan::MAX_STEPS, 1 << 30);
    assert_eq!(StepId::new(Plan::MAX_STEPS), None);
}

#[test]
fn missing_rows_are_empty() {
    let list = [Need::result(id(0))];
    let edges = Edges::new(&[0, 0, 1], &list);
    assert_eq!((edges.len(), edges.total(), edges.is_empty()), (2, 1, false));
    assert_eq!(edges.of(id(1)), list);
    assert!(edges.of(id(0)).is_empty() && edges.of(id(2)).is_empty());
    let none = Edges::new(&[], &[]);
    assert_eq!((none.len(), none.total(), none.is_empty()), (0, 0, true));
}

#[test]
fn settings_are_given_per_step_or_for_all() {
    let rows = Edges::new(&[0, 0, 0, 0], &[]);
    let kinds = [Settings::DEFAULT.retries(1), Settings::DEFAULT.when(When::AllDone)];
    let plan = Plan::new(rows, rows, &kinds, &[1, 0]);
    assert_eq!((plan.len(), plan.is_empty(), plan.timers(&Config::DEFAULT)), (3, false, 2));
    assert_eq!([0, 1, 2].map(|step| *plan.settings(id(step))), [kinds[1], kinds[0], kinds[0]]);
    assert_eq!(*Plan::new(rows, rows, &[], &[]).settings(id(0)), Settings::DEFAULT);
    assert_eq!(Plan::new(rows, rows, &kinds, &[]).timers(&Config::DEFAULT), 3);
    assert_eq!(Plan::new(rows, rows, &[], &[]).timers(&Config::DEFAULT), 0);
    assert!(Plan::new(Edges::new(&[0], &[]), Edges::new(&[0], &[]), &kinds, &[]).is_empty());
}

/// The rows of a random graph; with `cycles`, its edges go from any step to any step, itself included.
fn graph(random: &mut Random, cycles: bool) -> (Vec<u32>, Vec<Need>) {
    let count = random.below(30);
    let mut numbers: Vec<usize> = (0..count as usize).collect();
    random.shuffle(&mut numbers);
    let mut needs = vec![Vec::new(); count as usize];
    for _ in 0..random.below(2 * count + 1) {
        let (a, b) = (random.below(count) as usize, random.below(count) as usize);
        let kind = random.pick([Need::result, Need::after, Need::order]);
        if cycles || a < b {
            needs[numbers[b]].push(kind(id(numbers[a])));
        }
    }
    let mut rows = vec![0];
    needs.iter().for_each(|row: &Vec<Need>| rows.push(rows.last().unwrap() + row.len() as u32));
    (rows, needs.concat())
}

fn inverted(needs: Edges<'_>) -> (Vec<u32>, Vec<Need>) {
    let (mut rows, mut list) = (vec![7; needs.len() + 1], vec![Need::order(id(0)); needs.total()]);
    invert(needs, &mut rows, &mut list);
    (rows, list)
}

/// All edges, each with the step that has it and the step that it leads to.
fn pairs(edges: Edges<'_>) -> Vec<(usize, usize, bool, bool)> {
    let rows = (0..edges.len()).flat_map(|step| edges.of(id(step)).iter().map(move |need| (step, need)));
    rows.map(|(step, need)| (step, need.step().index(), need.has_result(), need.is_order())).collect()
}

#[test]
fn inverted_rows_have_every_edge_once() {
    for seed in seeds(2_000) {
        let (rows, list) = graph(&mut Random::new(seed), true);
        let needs = Edges::new(&rows, &list);
        let (up_rows, up) = inverted(needs);
        let mut expected = pairs(needs);
        expected.iter_mut().for_each(|(from, to, ..)| std::mem::swap(from, to));
        // The sort is stable, so dependents are in the order of declaration.
        expected.sort_by_key(|(from, ..)| *from);
        assert_eq!(pairs(Edges::new(&up_rows, &up)), expected, "seed {seed}");
    }
}

#[test]
fn sorted_each_step_comes_after_its_needs() {
    for seed in seeds(2_000) {
        let (rows, list) = graph(&mut Random::new(seed), false);
        let needs = Edges::new(&rows, &list);
        let (up_rows, up) = inverted(needs);
        let (mut missing, mut order) = (vec![9; needs.len()], vec![9; needs.len()]);
        let sorted = topological(needs, Edges::new(&up_rows, &up), &mut missing, &mut order);
        assert_eq!(sorted, needs.len(), "seed {seed}");
        let position = |step: usize| order.iter().position(|&other| other as usize == step).expect("every step");
        assert!(pairs(needs).iter().all(|&(step, need, ..)| position(need) < position(step)), "seed {seed}");
        assert_eq!(find_cycle(needs, &mut missing, &mut order.clone()), 0, "seed {seed}");

        let mut found = vec![9; needs.len()];
        let count = levels(needs, &order, &mut found);
        for step in 0..needs.len() {
            let below = needs.of(id(step)).iter().map(|need| found[need.step().index()] + 1).max();
            assert_eq!(found[step], below.unwrap_or(0), "seed {seed}: level of step {step}");
        }
        assert_eq!(count, found.iter().max().map_or(0, |top| *top as usize + 1), "seed {seed}");
    }
}

#[test]
fn a_cycle_is_found_as_its_whole_path() {
    let mut cycles = 0;
    for seed in seeds(2_000) {
        let (rows, list) = graph(&mut Random::new(seed), true);
        let needs = Edges::new(&rows, &list);
        let (up_rows, up) = inverted(needs);
        let (mut missing, mut order) = (vec![0; needs.len()], vec![0; needs.len()]);
        if topological(needs, Edges::new(&up_rows, &up), &mut missing, &mut order) == needs.len() {
            continue;
        }
        cycles += 1;
        let length = find_cycle(needs, &mut missing, &mut order);
        let path: Vec<usize> = order[..length].iter().map(|&step| step as usize).collect();
        assert!(length > 0, "seed {seed}");
        for (index, &step) in path.iter().enumerate() {
            let next = path[(index + 1) % length];
            let is_need = needs.of(id(step)).iter().any(|need| need.step().index() == next);
            assert!(is_need, "seed {seed}: {step} does not need {next}: {path:?}");
            assert!(!path[..index].contains(&step), "seed {seed}: twice the same: {path:?}");
        }
    }
    assert!(cycles > 500, "{cycles}");
}
