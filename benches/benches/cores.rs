//! On two cores: how much faster a spawned pipeline of computing steps is than on one, beside the executor alone with the same
//! work.

use async_executor::Executor;
use futures_lite::future::block_on;
use rungs::{NoClock, Pipeline};
use rungs_async_executor::On;
use rungs_benches::{
    clock::timed,
    table::{figures, head},
};
use std::{
    hint::black_box,
    sync::{Arc, Barrier},
    thread,
    time::Duration,
};

/// Of many short rounds the best counts: what comes closest to a machine without other work.
const ROUNDS: usize = 25;
/// Each round computes for about so long on one core.
const WORK: Duration = Duration::from_millis(30);
/// Below this speed-up of two bare threads there is no second core, or something else has it.
const FREE: f64 = 1.7;

/// The same instructions in each step, measured once, so that a busy machine does not change the work.
#[derive(Clone, Copy)]
struct Step {
    turns: u64,
}

impl Step {
    /// Of about so many microseconds on an idle core.
    fn of(span: Duration) -> Self {
        let turns = 1_000_000;
        let best = (0..ROUNDS).map(|_| timed(|| Self { turns }.compute()).1).fold(f64::INFINITY, f64::min);
        Self { turns: (turns as f64 * span.as_nanos() as f64 / best) as u64 }
    }

    fn compute(self) -> u64 {
        (0..self.turns).fold(1, |sum, turn| black_box(sum ^ turn.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
    }
}

fn main() {
    if !rungs_benches::is_wanted() {
        return;
    }
    let cores = thread::available_parallelism().map_or(1, usize::from);
    if cores < 2 {
        println!("NOTHING WAS MEASURED: THIS MACHINE HAS ONE CORE, AND A SPEED-UP NEEDS TWO.");
        return;
    }
    head("one core and two", &["threads", "executor", "pipeline", "ratio"]);
    let mut is_free = true;
    for (name, span) in [("steps of 10 us", Duration::from_micros(10)), ("steps of 1 ms", Duration::from_millis(1))] {
        let (step, count) = (Step::of(span), (WORK.as_nanos() / span.as_nanos()) as usize);
        let mut best = [[f64::INFINITY; 2]; 3];
        // By turns, so that whatever else the machine does meets all of them.
        for _ in 0..ROUNDS {
            for (best, measure) in best.iter_mut().zip([threads, tasks, steps]) {
                for (best, threads) in best.iter_mut().zip([1, 2]) {
                    *best = best.min(measure(step, count, threads));
                }
            }
        }
        let [bare, executor, pipeline] = best.map(|[one, two]| one / two);
        is_free &= bare >= FREE;
        figures(name, [bare, executor, pipeline, pipeline / executor]);
    }
    if !is_free {
        println!(
            "THE SECOND CORE WAS NOT FREE: TWO THREADS WITHOUT ANY EXECUTOR WERE LESS THAN {FREE} TIMES AS FAST AS ONE."
        );
    }
}

/// The nanoseconds of so many threads that share the work and nothing else.
fn threads(step: Step, count: usize, threads: usize) -> f64 {
    let work = || (0..count / threads).for_each(|_| _ = black_box(step.compute()));
    let all = || thread::scope(|scope| (0..threads).for_each(|_| _ = scope.spawn(work)));
    timed(all).1
}

/// The nanoseconds of the work as tasks of an executor on so many threads.
fn tasks(step: Step, count: usize, threads: usize) -> f64 {
    on_threads(threads, move |executor| async move {
        let tasks: Vec<_> = (0..count).map(|_| executor.spawn(async move { step.compute() })).collect();
        for task in tasks {
            black_box(task.await);
        }
    })
}

/// The nanoseconds of the work as spawned steps of a pipeline.
fn steps(step: Step, count: usize, threads: usize) -> f64 {
    let names: Vec<_> = (0..count).map(|number| number.to_string()).collect();
    on_threads(threads, move |executor| async move {
        let mut p = Pipeline::new("cores").spawn_on(On(executor));
        for name in &names {
            p.step(name).run(move || async move { Ok(step.compute()) });
        }
        let report = p.run(&NoClock).await.expect("the plan is right");
        assert!(report.is_success(), "every step succeeds");
    })
}

/// The nanoseconds of a future that is a task of an executor on so many threads. Their start does not count.
fn on_threads<F>(threads: usize, work: impl FnOnce(Arc<Executor<'static>>) -> F) -> f64
where
    F: Future<Output = ()> + Send + 'static,
{
    let executor = Arc::new(Executor::new());
    let (stop, stopped) = smol::channel::bounded::<()>(1);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| block_on(executor.run(stopped.recv())));
        }
        // The threads have started when a barrier of theirs is open.
        let started = Arc::new(Barrier::new(threads + 1));
        for _ in 0..threads {
            let started = started.clone();
            executor.spawn(async move { _ = started.wait() }).detach();
        }
        started.wait();
        let ((), nanos) = timed(|| block_on(executor.spawn(work(executor.clone()))));
        drop(stop);
        nanos
    })
}
