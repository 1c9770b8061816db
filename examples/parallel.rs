//! Limits: how many steps run at once, and what they share.
//!
//! Steps run as concurrently as their needs allow, unless there is a limit. Here at most three are in flight, and two sensors
//! share a bus that only one of them can use at a time. Prints when each step starts and ends: `pressure` waits for the bus,
//! while `photo 2`, which is declared after it, starts before it.

use std::time::Duration;

use rungs::{BoxError, Exit, Pipeline, PipelineError, Report, Timer as _};
use rungs_smol::Smol;
use smol::Timer;

async fn takes(ms: u64) -> Result<u64, BoxError> {
    Timer::after(Duration::from_millis(ms)).await;
    Ok(ms)
}

fn main() -> Exit {
    run().into()
}

fn run() -> Result<Report<BoxError>, PipelineError> {
    let mut p = Pipeline::new("parallel");
    p.resource("bus", 1);

    let mut all = Vec::new();
    for (sensor, ms) in [("temperature", 100), ("pressure", 50)] {
        all.push(p.step(sensor).uses("bus", 1).run(move || takes(ms)));
    }
    for (number, ms) in [60, 90, 30].into_iter().enumerate() {
        all.push(p.step(&format!("photo {}", number + 1)).run(move || takes(ms)));
    }
    // A `Vec` of handles is one argument: the `Vec` of their results.
    let total = p.step("total").needs(all).run(async |all| Ok(all.iter().map(|ms| **ms).sum::<u64>()));

    let timer = Smol::new();
    let start = timer.now();
    let run =
        p.runner().max_concurrent(3).on_event(|event| println!("{:>4} ms  {event}", (event.at - start).as_millis()));
    let report = smol::block_on(run.run(&timer))?;

    if let Ok(total) = report.output(total) {
        println!("\n{total} ms of work in {} ms", report.duration().as_millis());
    }
    Ok(report)
}
