//! A step that waits for all before it is one with an edge to each of them, for all that walks over edges.

use rungs::Settings;
use rungs::scheduler::{
    Edges, Need, Plan, StepId, find_cycle, invert, levels, longest_remaining, needs_come_first, shortest_cycle,
    topological,
};

use crate::layout::id;
use crate::random::{Random, seeds};

/// The same graph with marks and with edges.
struct Graph {
    rows: Vec<u32>,
    list: Vec<Need>,
    marks: Vec<StepId>,
    all_rows: Vec<u32>,
    all: Vec<Need>,
}

impl Graph {
    fn new(random: &mut Random) -> Self {
        let (steps, sparse, may_have_cycles) = (random.below(9) as usize, 2 + random.below(4), random.one_in(2));
        let mut graph = Self { rows: vec![0], list: Vec::new(), marks: Vec::new(), all_rows: vec![0], all: Vec::new() };
        for step in 0..steps {
            let highest = if may_have_cycles && random.one_in(2) { steps } else { step };
            let needs =
                (0..highest).filter(|&need| need != step && random.one_in(sparse)).map(|need| Need::after(id(need)));
            let needs: Vec<Need> = needs.collect();
            graph.list.extend(&needs);
            graph.all.extend(&needs);
            if random.one_in(3) {
                graph.marks.push(id(step));
                graph.all.extend((0..step).map(|need| Need::after(id(need))));
            }
            graph.rows.push(graph.list.len() as u32);
            graph.all_rows.push(graph.all.len() as u32);
        }
        graph
    }

    fn marked(&self) -> Edges<'_> {
        Edges::new(&self.rows, &self.list).with_after_all(&self.marks)
    }

    fn expanded(&self) -> Edges<'_> {
        Edges::new(&self.all_rows, &self.all)
    }
}

/// Everything that follows from a graph alone.
#[derive(Debug, PartialEq)]
struct Facts {
    sorted: usize,
    levels: Option<(usize, Vec<u32>)>,
    lengths: Option<Vec<u64>>,
    come_first: [bool; 2],
    shortest_cycles: Vec<usize>,
}

fn facts(needs: Edges<'_>, priorities: &[u32]) -> Facts {
    let steps = needs.len();
    let (mut rows, mut list) = (vec![0; steps + 1], vec![Need::order(id(0)); needs.total()]);
    invert(needs, &mut rows, &mut list);
    let dependents = Edges::new(&rows, &list);
    let plan = Plan::new(needs, dependents, &[Settings::DEFAULT], &[]);
    let (mut missing, mut order) = (vec![0; steps], vec![0; steps]);
    let sorted = topological(needs, dependents, &mut missing, &mut order);
    let is_sorted = sorted == steps;
    check_cycle(needs, &mut missing, is_sorted);
    let shortest = |step| shortest_cycle(needs, id(step), &mut vec![0; steps], &mut vec![0; steps]);
    Facts {
        sorted,
        levels: is_sorted.then(|| {
            let mut found = vec![0; steps];
            (levels(needs, &order, &mut found), found)
        }),
        lengths: is_sorted.then(|| {
            let mut lengths = vec![0; steps];
            longest_remaining(&plan, &order, &mut lengths);
            lengths
        }),
        come_first: [needs_come_first(needs, &[]), needs_come_first(needs, priorities)],
        shortest_cycles: (0..steps).map(shortest).collect(),
    }
}

/// A cycle is found exactly if there is one, and each of its steps needs the next.
fn check_cycle(needs: Edges<'_>, missing: &mut [u32], is_sorted: bool) {
    let mut path = vec![0; needs.len()];
    let length = find_cycle(needs, missing, &mut path);
    assert_eq!(length == 0, is_sorted);
    for (at, &step) in path[..length].iter().enumerate() {
        let next = path[(at + 1) % length];
        let is_named = needs.of(id(step as usize)).iter().any(|need| need.step() == id(next as usize));
        assert!(is_named || (needs.waits_for_all(id(step as usize)) && next < step), "{step} does not need {next}");
    }
}

#[test]
fn marks_are_as_good_as_edges() {
    let mut with_cycles = 0;
    for seed in seeds(20_000) {
        let mut random = Random::new(seed);
        let graph = Graph::new(&mut random);
        let mut priorities: Vec<u32> = (0..graph.marked().len() as u32).collect();
        if random.one_in(2) {
            random.shuffle(&mut priorities);
        }
        let (marked, expanded) = (facts(graph.marked(), &priorities), facts(graph.expanded(), &priorities));
        assert_eq!(marked, expanded, "seed {seed}");
        with_cycles += u32::from(marked.levels.is_none());
    }
    assert!((2_000..18_000).contains(&with_cycles), "{with_cycles}");
}
