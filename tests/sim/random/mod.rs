//! Random runs: plans, faults, interleavings, stops and drops, each made of one number.
//!
//! `RUNGS_RUNS=1000000 cargo test --release -p rungs-tests --test sim random -- --nocapture` makes a million of them;
//! `RUNGS_SEED=n` begins at another place. Without these a share of 10,000 is made.

mod attempts;
mod case;
mod checks;
mod draw;
mod ended;
mod play;

use case::Case;
use rungs::sim::explore;

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

#[test]
fn random_runs_keep_the_rules() {
    let (first, runs) = (number("RUNGS_SEED", 1), number("RUNGS_RUNS", 10_000));
    let mut ended = 0;
    explore(first..first + runs, |sim| {
        let case = Case::new(sim.seed());
        let trace = play::play(sim, &case);
        ended += 1;
        // The same number gives the same run, to the letter.
        if sim.seed() % 16 == 0 {
            assert_eq!(trace, play::play(&rungs::sim::Sim::seeded(sim.seed()), &case));
        }
    });
    println!("{ended} random runs from seed {first}: no violation");
}
