//! Steps that compute: in place they take turns on one thread, spawned they use all cores.
//!
//! Counts primes twice, and prints how long each run took. In place is the default. It costs little and suits steps that mostly
//! wait. A step that computes for long without awaiting delays all others in place, and their time limits as well: spawn it.
//!
//! `AllCores` has a thread per core. `spawn_on(Smol)` would use smol's global executor, which has one thread unless the
//! environment variable `SMOL_THREADS` asks for more: the steps would still compute one after the other.

use std::thread;

use rungs::{BoxError, Exit, Pipeline, PipelineError};
use rungs_smol::{AllCores, Smol};

const PARTS: u64 = 8;
const PART: u64 = 400_000;

/// Counts the primes in one part of the numbers.
async fn count_primes(part: u64) -> Result<usize, BoxError> {
    let is_prime = |n: &u64| *n > 1 && (2..).take_while(|d| d * d <= *n).all(|d| !n.is_multiple_of(d));
    Ok((part * PART..(part + 1) * PART).filter(is_prime).count())
}

fn main() -> Exit {
    run().into()
}

fn run() -> Result<(), PipelineError> {
    let mut in_place = Pipeline::new("in place");
    let mut spawned = Pipeline::new("spawned").spawn_on(AllCores); // all its steps
    for part in 0..PARTS {
        let name = format!("part {part}");
        in_place.step(&name).run(move || count_primes(part));
        spawned.step(&name).run(move || count_primes(part));
    }

    let one = smol::block_on(in_place.run(&Smol))?;
    let all = smol::block_on(spawned.run(&Smol))?;
    for report in [one, all] {
        let primes: usize =
            report.steps().filter_map(|step| report.output_named::<usize>(step.name()).ok()).map(|count| *count).sum();
        println!("{:<8}  {primes} primes in {:.2?}", report.pipeline(), report.duration());
    }
    println!("cores: {}", thread::available_parallelism().map_or(1, |cores| cores.get()));
    Ok(())
}
