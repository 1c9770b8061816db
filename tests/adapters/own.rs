//! No runtime: the executor of the example `custom_executor`, and the threads that the example `etl` adds to it.

#[allow(dead_code, reason = "etl calls all of it")]
#[path = "../../examples/executor.rs"]
mod executor;
#[path = "../../examples/etl/src/runtime/own/threads.rs"]
mod threads;

use executor::Clock;
use rungs_smol::Smol;
use threads::Threads;

thread_local! {
    static CLOCK: Clock = Clock::new();
}

fn clock() -> Clock {
    CLOCK.with(Clock::clone)
}

rungs_conformance::suite! {
    mod suite;
    block_on: |future| clock().block_on(future);
    timer: clock();
}
// The clock stays on its thread, and so do its runs; the rules of spawners are about runs that do not.
rungs_conformance::suite! {
    mod spawned;
    block_on: smol::block_on;
    timer: Smol;
    spawner: Threads;
    except: { an_executor_that_goes_away_ends_its_attempts: "a thread cannot be taken away" }
}
pub(crate) use {spawned::RULES as THREADS, suite::RULES};
