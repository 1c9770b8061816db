//! How long a run takes at most when permits are scarce.

use crate::oracle::build::{ok, step};
use crate::oracle::{Case, Spec};
use crate::random::{Random, seeds};
use crate::sim::play;

/// With `m` permits, work `w` and a longest path `p`, no permit is free unless a step of some path is running: the run
/// takes at most `w / m + (1 - 1 / m) p`, hence at most `2 - 1 / m` times the best possible (R. L. Graham, "Bounds on
/// Multiprocessing Timing Anomalies", 1969).
#[test]
fn never_longer_than_grahams_bound() {
    for seed in seeds(1_000) {
        let mut random = Random::new(seed);
        let case = graph(&mut random);
        let m = u64::from(case.limit.unwrap_or(1));
        let work: u64 = (0..case.steps.len()).map(|step| takes(&case, step)).sum();
        let path = longest_path(&case);
        let time = play(&case).finished_at;
        assert!(m * time <= work + (m - 1) * path, "seed {seed}: {time}, {m} permits, work {work}, path {path}");
        let least = path.max(work.div_ceil(m));
        assert!(least <= time && m * time <= (2 * m - 1) * least, "seed {seed}: {time} where {least} is the least");
    }
}

fn graph(random: &mut Random) -> Case {
    let count = 1 + random.below(200);
    let (sparse, span) = (1 + random.below(count), 1 + random.below(50));
    let specs = (0..count).map(|step_index| {
        let needs: Vec<usize> = (0..step_index).filter(|_| random.one_in(sparse)).map(|need| need as usize).collect();
        let takes = random.below(span);
        let spec = step([ok(takes)]).needs(needs);
        // The bound holds for any order of the starts, so also if the expected duration is wrong or not stated.
        let stated = random.pick([None, Some(takes), Some(span - takes)]);
        Spec { expected: stated, ..spec }
    });
    let steps = specs.collect();
    Case { steps, limit: Some(1 + random.below(8) as u32), ..Case::default() }
}

/// If each step takes one unit of time and at most one other step needs it, the longest path first is the optimal
/// order. Of the steps that lie more than `l` deep, `m` can run at a time, and then `l` more levels follow: no schedule
/// is faster than the worst `l` allows, and this order is as fast (T. C. Hu, "Parallel Sequencing and Assembly Line
/// Problems", 1961).
#[test]
fn optimal_on_trees() {
    for seed in seeds(2_000) {
        let mut random = Random::new(seed);
        let count = 1 + random.below(120) as usize;
        let mut case = Case { steps: vec![step([ok(1)]); count], ..Case::default() };
        let mut depths = vec![1; count];
        // From the last step to the first: each is needed by one of the steps after it, or by none.
        for need in (0..count - 1).rev() {
            let distance = 1 + random.below(1 + count as u64 / 4) as usize;
            if let Some(spec) = case.steps.get_mut(need + distance) {
                spec.needs.push(need);
                depths[need] = depths[need + distance] + 1;
            }
        }
        let limit = 1 + random.below(6);
        case.limit = Some(limit as u32);
        let deeper = |level: u64| depths.iter().filter(|depth| **depth > level).count() as u64;
        let deepest = depths.iter().copied().max().unwrap_or(0);
        let best = (0..deepest).map(|level| level + deeper(level).div_ceil(limit)).max();
        assert_eq!(Some(play(&case).finished_at), best, "seed {seed}: {case}");
    }
}

fn takes(case: &Case, step: usize) -> u64 {
    case.steps[step].script[0].takes
}

/// The steps are in an order in which each comes after its needs.
fn longest_path(case: &Case) -> u64 {
    let mut ends = vec![0; case.steps.len()];
    for step in 0..ends.len() {
        let before = case.steps[step].needs.iter().map(|&need| ends[need]).max().unwrap_or(0);
        ends[step] = before + takes(case, step);
    }
    ends.into_iter().max().unwrap_or(0)
}
