//! Makes the runs of cases, and checks each.

use crate::{
    board::{Board, InFlight, Progress},
    case::{Act, Case, Step},
};
use futures_lite::future::{or, yield_now};
use rungs::{AttemptSpawner, CancelToken, Handle, Out, Pipeline, Report, Status, Timer, Unmet};
use std::{
    future::{Future, pending},
    hint, panic,
    pin::Pin,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

/// An attempt, as all spawners take it.
type Attempt = Pin<Box<dyn Future<Output = Result<u64, String>> + Send>>;

/// The runs of these seeds, one after the other.
pub(crate) async fn all<T, S>(seeds: Vec<u64>, timer: T, spawner: S, progress: Arc<Progress>)
where
    T: Timer<Sleep: Send> + Copy + Send + Sync + 'static,
    S: AttemptSpawner<Attempt, Handle: Send> + Clone + Send + Sync + 'static,
{
    for seed in seeds {
        progress.begin(seed);
        let exit_code = one(seed, timer, spawner.clone()).await;
        progress.end(seed, exit_code);
    }
}

async fn one<T, S>(seed: u64, timer: T, spawner: S) -> Option<u8>
where
    T: Timer<Sleep: Send> + Copy + Send + Sync + 'static,
    S: AttemptSpawner<Attempt, Handle: Send> + Clone + Send + Sync + 'static,
{
    let case = Case::new(seed);
    let board = Arc::new(Board::new(case.steps.len()));
    let token = CancelToken::new();
    let mut p = build(&case, &board, timer, spawner);
    let stopper = stop_from_another_thread(&case, token.clone());
    let run = p.runner().max_concurrent(case.max_concurrent).cancel(&token);
    let run = if let Some(limit) = case.deadline { run.deadline(micros(limit)) } else { run };
    let run = async { Some(run.run(&timer).await.unwrap()) };
    let report = match case.drop_after {
        None => run.await,
        Some(after) => {
            or(run, async {
                sleep(timer, after).await;
                None
            })
            .await
        }
    };
    match &report {
        // All attempts have ended before the run does.
        Some(report) => check(&case, &board, report),
        None if seed.is_multiple_of(2) => until_nothing_is_alive(&board, timer).await,
        // Attempts of the dropped run may still be in flight: the next run waits for them.
        None => {
            board.begin();
            let report = p.runner().max_concurrent(case.max_concurrent).run(&timer).await.unwrap();
            check(&case, &board, &report);
        }
    }
    if let Some(stopper) = stopper {
        stopper.join().unwrap();
    }
    assert_eq!(board.violations(), Vec::<String>::new(), "seed {seed}: {case:#?}");
    report.map(|report| report.exit_code())
}

fn micros(span: u64) -> Duration {
    Duration::from_micros(span)
}

fn sleep<T: Timer>(timer: T, span: u64) -> T::Sleep {
    timer.sleep_until(timer.now() + micros(span))
}

fn stop_from_another_thread(case: &Case, token: CancelToken) -> Option<thread::JoinHandle<()>> {
    let stops = case.stops.clone();
    (!stops.is_empty()).then(|| {
        thread::spawn(move || {
            let start = Instant::now();
            for (after, cancels) in stops {
                while start.elapsed() < micros(after) {
                    hint::spin_loop();
                }
                if cancels { token.cancel() } else { token.drain() }
            }
        })
    })
}

/// What was spawned by a run that was dropped ends soon, though not at once.
async fn until_nothing_is_alive<T: Timer + Copy>(board: &Board, timer: T) {
    let start = Instant::now();
    while board.alive() > 0 {
        if start.elapsed() > Duration::from_secs(30) {
            return board.violation("an attempt lives on after its run was dropped".into());
        }
        sleep(timer, 50).await;
    }
}

fn build<T, S>(case: &Case, board: &Arc<Board>, timer: T, spawner: S) -> Pipeline<'static, String>
where
    T: Timer<Sleep: Send> + Copy + Send + Sync + 'static,
    S: AttemptSpawner<Attempt, Handle: Send> + Clone + Send + Sync + 'static,
{
    let mut p = Pipeline::with_error("stress");
    let mut handles: Vec<Handle<u64>> = Vec::new();
    for (at, step) in case.steps.iter().enumerate() {
        let needs: Vec<_> = step.needs.iter().map(|&need| handles[need]).collect();
        handles.push(add(&mut p, at, step, needs, board, timer, spawner.clone()));
    }
    p
}

fn add<T, S>(
    p: &mut Pipeline<'static, String>,
    at: usize,
    step: &Step,
    needs: Vec<Handle<u64>>,
    board: &Arc<Board>,
    timer: T,
    spawner: S,
) -> Handle<u64>
where
    T: Timer<Sleep: Send> + Copy + Send + Sync + 'static,
    S: AttemptSpawner<Attempt, Handle: Send> + Clone + Send + Sync + 'static,
{
    let name = at.to_string();
    let limit = step.timeout.map(micros);
    let builder = p.step(&name).retries(step.retries);
    let builder = builder.with(|settings| limit.map_or(settings, |limit| settings.timeout(limit)));
    let (board, acts) = (board.clone(), step.acts.clone());
    let attempt = move |inputs: u64| -> Attempt {
        let act = acts[acts.len().min(board.attempts(at) as usize + 1) - 1];
        let in_flight = InFlight::new(&board, at);
        Box::pin(async move {
            let _in_flight = in_flight;
            act.act(timer).await?;
            Ok(1 + inputs)
        })
    };
    match (step.clean_up, step.spawned) {
        (false, false) => builder.needs(needs).run(move |outs: Vec<Out<u64>>| attempt(sum(&outs))),
        (false, true) => builder.needs(needs).spawn_on(spawner).run(move |outs: Vec<Out<u64>>| attempt(sum(&outs))),
        (true, false) => {
            builder.needs(needs).when_all_done().run(move |_: Vec<Result<Out<u64>, Unmet<String>>>| attempt(0))
        }
        (true, true) => builder
            .needs(needs)
            .spawn_on(spawner)
            .when_all_done()
            .run(move |_: Vec<Result<Out<u64>, Unmet<String>>>| attempt(0)),
    }
}

fn sum(outs: &[Out<u64>]) -> u64 {
    outs.iter().map(|out| **out).sum()
}

impl Act {
    async fn act<T: Timer>(self, timer: T) -> Result<(), String> {
        match self {
            Self::Yield(times) => {
                for _ in 0..times {
                    yield_now().await;
                }
            }
            Self::Sleep(span) => timer.sleep_until(timer.now() + micros(span)).await,
            Self::Compute(span) => {
                let start = Instant::now();
                while start.elapsed() < micros(span) {
                    hint::spin_loop();
                }
            }
            Self::Fail(span) => {
                timer.sleep_until(timer.now() + micros(span)).await;
                return Err("no".into());
            }
            // Without a message of the panic hook for each.
            Self::Panic => panic::resume_unwind(Box::new("on purpose")),
            Self::Hang => pending().await,
        }
        Ok(())
    }
}

/// The report of a run that has ended, against what was seen of it.
fn check(case: &Case, board: &Board, report: &Report<String>) {
    if board.alive() > 0 {
        board.violation("an attempt lives on after its run".into());
    }
    let mut values: Vec<Option<u64>> = Vec::new();
    for ((at, step), result) in case.steps.iter().enumerate().zip(report) {
        let value = report.output_named::<u64>(&at.to_string()).map(|value| *value).ok();
        let inputs = step.needs.iter().map(|&need| values[need]).sum::<Option<u64>>();
        let expected = if step.clean_up { Some(1) } else { inputs.map(|inputs| 1 + inputs) };
        let is_right = match result.status() {
            Status::Success => value.is_some() && value == expected,
            Status::Failed | Status::Skipped | Status::Cancelled => value.is_none() && result.cause().is_some(),
            _ => false,
        };
        if !is_right || result.attempts() > 1 + step.retries || result.attempts() != board.attempts(at) {
            board.violation(format!("step {at}, {} attempts made: {result:?}, {value:?}", board.attempts(at)));
        }
        values.push(value);
    }
}
