//! Steps that compute: in place they take turns on one thread, spawned they use all cores.
//!
//! Counts primes twice, and prints how long each run took. In place is the default. It costs little and suits steps that mostly
//! wait. A step that computes for long without awaiting delays all others in place, and their time limits as well: spawn it.
//!
//! `spawn_on(Smol)` would use smol's global executor, which has one thread unless the environment variable `SMOL_THREADS` asks
//! for more. This program has an executor with a thread per core instead.

use std::thread;

use rungs::{BoxError, Exit, Pipeline, PipelineError};
use rungs_smol::{On, Smol};
use smol::{Executor, channel};

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
    let cores = thread::available_parallelism().map_or(1, |cores| cores.get());
    let executor = Executor::new();

    let mut in_place = Pipeline::new("in place");
    let mut spawned = Pipeline::new("spawned").spawn_on(On(&executor)); // all its steps
    for part in 0..PARTS {
        let name = format!("part {part}");
        in_place.step(&name).run(move || count_primes(part));
        spawned.step(&name).run(move || count_primes(part));
    }

    let (one, all) = thread::scope(|scope| {
        // Dropping `stop` closes the channel, and so ends the threads.
        let (stop, stopped) = channel::bounded::<()>(1);
        for _ in 0..cores {
            let (executor, stopped) = (&executor, stopped.clone());
            scope.spawn(move || smol::block_on(executor.run(stopped.recv())));
        }
        let one = smol::block_on(in_place.run(&Smol::new()));
        let all = smol::block_on(spawned.run(&Smol::new()));
        drop(stop);
        (one, all)
    });
    for report in [one?, all?] {
        let primes: usize =
            report.steps().filter_map(|step| report.output_named::<usize>(step.name()).ok()).map(|count| *count).sum();
        println!("{:<8}  {primes} primes in {:.2?}", report.pipeline(), report.duration());
    }
    println!("cores: {cores}");
    Ok(())
}
