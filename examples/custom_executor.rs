//! No runtime: the timer and the `block_on` of `executor.rs`, a hundred lines on std alone. An adapter to another runtime needs
//! no more than such a timer. `cargo test -p rungs-tests --test adapters` holds it to the rules of all timers.
//!
//! The steps stay on their thread, so a `LocalPipeline` takes results that are not `Send`. Prints each event: `slow` hangs
//! until its timeout twice before it succeeds, long after `quick` has ended.

mod executor;

use std::rc::Rc;
use std::time::Duration;

use executor::Clock;
use rungs::{Exit, Instant, LocalPipeline, PipelineError, Timer};

fn main() -> Exit {
    run().unwrap_or_else(Exit::from)
}

fn run() -> Result<Exit, PipelineError> {
    let clock = Clock::new();
    let ms = Duration::from_millis;
    let mut p = LocalPipeline::new("custom executor");
    p.step("quick").run(async || Ok(Rc::new("not Send")));
    p.step("slow").retries(2).retry_delay(ms(20)).timeout(ms(50)).run_with(|cx| {
        // An hour, so that only the timeout ends the first two attempts, however busy the machine is.
        let work = if cx.attempt() < 3 { ms(3_600_000) } else { ms(5) };
        let done = clock.sleep_until(cx.started_at() + work);
        async {
            done.await;
            Ok(())
        }
    });
    let run = p.runner().on_event(|event| println!("{:?}  {event}", event.at - Instant::ZERO));
    let report = clock.block_on(run.run(&clock))?;
    println!("\n{report}");
    Ok(report.into())
}
