//! The executor of another crate: async-global-executor, which has a thread per core by default.
//!
//! `On` takes an executor that the program holds. A crate that keeps its executor to itself, and only has a function `spawn`, is
//! plugged in by a spawner of your own: its tasks are those of async-executor, so `Handle` does the work. Prints each event and
//! the report: the first attempt of `slow` is cancelled at its timeout, and the next one starts when it has ended.

use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use rungs::{BoxError, Exit, Pipeline, PipelineError, Spawner, TaskDropped};
use rungs_async_executor::Handle;
use rungs_smol::Smol;

/// Spawns on the global executor.
#[derive(Clone)]
struct Global;

impl<F> Spawner<F> for Global
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    type Handle = Handle<F::Output>;

    fn spawn(&self, future: F) -> Self::Handle {
        async_global_executor::spawn(future).into()
    }

    fn poll_join(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<Result<F::Output, TaskDropped>> {
        handle.get_mut().poll_join(cx)
    }

    fn poll_cancel(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<()> {
        handle.get_mut().poll_cancel(cx, |task| Box::pin(task.cancel()))
    }
}

async fn sum(numbers: Range<u64>) -> Result<u64, BoxError> {
    Ok(numbers.sum())
}

fn main() -> Exit {
    run().unwrap_or_else(Exit::from)
}

fn run() -> Result<Exit, PipelineError> {
    let mut p = Pipeline::new("global executor").spawn_on(Global); // all its steps
    let parts: Vec<_> = (0..4_u64)
        .map(|part| {
            let numbers = part * 1_000..(part + 1) * 1_000;
            p.step(&format!("part {part}")).run(move || sum(numbers.clone()))
        })
        .collect();
    let slow = p.step("slow").retries(1).timeout(Duration::from_millis(50)).run_with(async |cx| {
        if cx.attempt() == 1 {
            smol::Timer::never().await;
        }
        Ok(cx.attempt())
    });
    let total = p.step("total").after(slow).needs(parts);
    let total = total.run(async |parts| Ok(parts.iter().map(|sum| **sum).sum::<u64>()));

    // Its reactor is that of smol, so smol's clock serves.
    let run = p.runner().on_event(|event| println!("{event}"));
    let report = async_global_executor::block_on(run.run(&Smol))?;
    println!("\n{report}");
    if let Ok(total) = report.output(total) {
        println!("total: {total}");
    }
    Ok(report.into())
}
