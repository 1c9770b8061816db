//! What must hold of the figures, whatever the numbers are.

#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

use rungs_makespan::{Known, Random, Runs, Workflow, list_schedule};
use std::{cmp::Reverse, time::Duration};

const WORKERS: [u32; 3] = [2, 4, 8];

fn workflows() -> Vec<Workflow> {
    (0..30).map(|seed| Random(seed).workflow("random", 20 + seed as usize)).collect()
}

#[test]
fn a_run_is_list_scheduling_by_what_is_known() {
    for workflow in &workflows() {
        let mut runs = Runs::new(workflow);
        for workers in WORKERS {
            let by = |paths: Vec<Duration>| paths.into_iter().map(Reverse).collect::<Vec<_>>();
            let (exactly, nothing) =
                (by(workflow.paths(|task| task.duration)), by(workflow.paths(|_| Duration::from_secs(1))));
            for (known, keys) in [(Known::Exactly, exactly), (Known::Nothing, nothing)] {
                let run = runs.makespan(workers, known, &mut Random(0)).unwrap();
                assert_eq!(run, list_schedule(workflow, workers, &keys), "{known:?} {workers} {workflow:?}");
            }
        }
    }
}

#[test]
fn no_eager_run_is_longer_than_grahams_bound_and_none_shorter_than_the_lower_one() {
    for workflow in &workflows() {
        let mut runs = Runs::new(workflow);
        for workers in WORKERS {
            for known in Known::ALL {
                let ratio = runs.ratio(workers, known).unwrap();
                assert!(ratio > 0.999_999, "{known:?}: {ratio}");
                // A step that waits for a level leaves workers idle.
                let most = 2.0 - 1.0 / f64::from(workers);
                assert!(ratio < most + 0.000_001 || known == Known::Levels, "{known:?}: {ratio}");
            }
        }
    }
}

/// In the mean only: by Graham's anomalies, a single run may be longer though more is known.
#[test]
fn in_the_mean_of_many_graphs_what_is_known_pays() {
    let workflows = workflows();
    for workers in WORKERS {
        let mean = |known| {
            let ratios = workflows.iter().map(|workflow| Runs::new(workflow).ratio(workers, known).unwrap());
            ratios.sum::<f64>() / workflows.len() as f64
        };
        let [exactly, learnt, within_two, nothing, levels, declared] = Known::ALL.map(mean);
        let all = [exactly, learnt, within_two, nothing, levels, declared];
        assert!(exactly <= learnt * 1.01 && learnt <= within_two * 1.01, "{workers}: {all:?}");
        assert!(within_two < nothing.min(declared) && nothing.max(declared) < levels, "{workers}: {all:?}");
    }
}
