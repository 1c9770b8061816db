//! Where the time of steps goes: within their polls or between them, in place and on the threads of executors.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    task::{Context, Waker},
    time::Duration,
};

use rungs::{
    AttemptSpawner, Backoff, BoxError, Instant, LocalPipeline, LongPoll, NoClock, Pipeline, PollTimes, StepPolls,
    Timer,
    sim::{Clock, Sim},
};
use rungs_smol::{AllCores, Smol};
use rungs_tokio::Tokio;

use crate::{drive, ms};

/// Polls, and the times that these took, that passed between them, and of the longest, in milliseconds.
fn numbers(polls: StepPolls<'_>) -> (u64, [u128; 3]) {
    (polls.polls(), [polls.computing(), polls.waiting(), polls.longest()].map(|span| span.as_millis()))
}

/// The steps of the last run, with their numbers.
fn all<T>(times: &PollTimes<T>) -> Vec<(&str, (u64, [u128; 3]))> {
    times.iter().map(|polls| (polls.name(), numbers(polls))).collect()
}

/// Computes, waits, and computes again.
async fn work(clock: Clock, spans: [u64; 3]) {
    clock.advance(ms(spans[0]));
    clock.sleep(ms(spans[1])).await;
    clock.advance(ms(spans[2]));
}

#[test]
fn time_within_polls_is_told_apart_from_time_between_them() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut times = PollTimes::new(sim.clock());
    let mut p: Pipeline<'_> = Pipeline::new("etl");
    let fetch = p.step("fetch").run(async || Ok(work(clock.clone(), [2, 40, 1]).await));
    let parse = p.step("parse").after(fetch).run(async || Ok(clock.advance(ms(812))));
    p.step("load").after(parse).run(async || Ok(()));
    assert!(drive(&sim, p.runner().observe(&mut times).run(&clock)).unwrap().is_success());
    assert_eq!(all(&times), [("fetch", (2, [3, 40, 2])), ("parse", (1, [812, 0, 812])), ("load", (1, [0, 0, 0])),]);
    assert_eq!(numbers(times.get("parse").unwrap()), (1, [812, 0, 812]));
    assert!(times.get("mail").is_none());
    let table = "\
Polls: etl
step   polls  computing   waiting   longest
fetch      2     3.0 ms   40.0 ms    2.0 ms
parse      1   812.0 ms         0  812.0 ms
load       1          0         0         0
`parse` computed 812 ms without awaiting: spawn it";
    assert_eq!(times.to_string(), table);
}

#[test]
fn attempts_add_up_and_the_delays_between_them_count_for_neither() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut times = PollTimes::new(sim.clock());
    let mut p = Pipeline::with_error("retried");
    p.step("patient").retries(2).backoff(Backoff::fixed(ms(500))).run_with(async |cx| {
        work(clock.clone(), [1, 10, 4]).await;
        if cx.attempt() < 3 { Err("again") } else { Ok(()) }
    });
    p.step("cut off").timeout(ms(30)).run(async || {
        clock.advance(ms(6));
        std::future::pending::<Result<(), &str>>().await
    });
    let report = drive(&sim, p.runner().max_concurrent(1).observe(&mut times).run(&clock)).unwrap();
    assert_eq!(report.exit_code(), 1);
    // The attempt that is cut off is polled once more, as a result would win the tie, and is then dropped.
    assert_eq!(all(&times), [("patient", (6, [15, 30, 4])), ("cut off", (3, [6, 24, 6]))]);
}

#[test]
fn a_spawned_step_is_measured_on_its_thread_and_is_not_told_to_be_spawned() {
    let sim = Sim::new();
    let mut times = PollTimes::new(sim.clock()).with_limit(ms(5));
    let mut p = Pipeline::new("spawned").spawn_on(sim.tasks());
    for step in ["one", "two"] {
        let clock = sim.clock();
        p.step(step).run(move || {
            let clock = clock.clone();
            async { Ok(work(clock, [7, 20, 1]).await) }
        });
    }
    let clock = sim.clock();
    assert!(drive(&sim, p.runner().max_concurrent(1).observe(&mut times).run(&clock)).unwrap().is_success());
    assert_eq!(all(&times), [("one", (2, [8, 20, 7])), ("two", (2, [8, 20, 7]))]);
    assert_eq!(times.warnings().count(), 0);
}

/// The future of an attempt, as all spawners take it.
type Job = Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send>>;

/// Is polled once more than so often.
fn yields(times: u32) -> Job {
    Box::pin(async move {
        for _ in 0..times {
            futures_lite::future::yield_now().await;
        }
        Ok(())
    })
}

#[test]
fn polls_are_counted_on_real_threads() {
    fn count_on<S>(p: &mut Pipeline<'_, BoxError, S>)
    where
        S: AttemptSpawner<Job, Handle: Send> + Clone + Send + 'static,
    {
        let mut times = PollTimes::new(Smol);
        let names: Vec<_> = (0..20).map(|at| format!("yields {at} times")).collect();
        for (name, at) in names.iter().zip(0..) {
            p.step(name).run(move || yields(at));
        }
        for _ in 0..2 {
            assert!(smol::block_on(p.runner().observe(&mut times).run(&Smol)).unwrap().is_success());
            let polls: Vec<_> = times.iter().map(|polls| (polls.name().to_owned(), polls.polls())).collect();
            let expected: Vec<_> = names.iter().cloned().zip(1..).collect();
            assert_eq!(polls, expected);
        }
    }
    count_on(&mut Pipeline::new("here"));
    count_on(&mut Pipeline::new("all cores").spawn_on(AllCores));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let _entered = runtime.enter();
    count_on(&mut Pipeline::new("tokio").spawn_on(Tokio));
}

#[test]
fn a_run_that_is_dropped_is_told_up_to_its_drop() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut times = PollTimes::new(sim.clock());
    let mut p: Pipeline<'_> = Pipeline::new("dropped");
    p.step("hangs").run(async || {
        clock.advance(ms(3));
        Ok(std::future::pending::<()>().await)
    });
    let mut run = Box::pin(p.runner().observe(&mut times).run(&clock));
    assert!(run.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    clock.advance(ms(50));
    drop(run);
    assert_eq!(all(&times), [("hangs", (2, [3, 50, 3]))]);
}

#[test]
fn a_spawned_attempt_that_its_run_leaves_behind_adds_to_that_run_alone() {
    let sim = Sim::new();
    let clock = sim.clock();
    let (mut first, mut second) = (PollTimes::new(sim.clock()), PollTimes::new(sim.clock()));
    let mut p = Pipeline::new("left behind").spawn_on(sim.tasks());
    let computes = sim.clock();
    p.step("hangs").timeout(ms(5)).run(move || {
        let clock = computes.clone();
        async move {
            clock.advance(ms(3));
            Ok(std::future::pending::<()>().await)
        }
    });
    drive(&sim, async {
        let mut run = Box::pin(p.runner().observe(&mut first).run(&clock));
        assert!(futures_lite::future::poll_once(run.as_mut()).await.is_none());
        clock.sleep(ms(4)).await;
        drop(run);
        assert_eq!(p.runner().observe(&mut second).run(&clock).await.unwrap().exit_code(), 1);
    });
    // One poll, and the drop.
    assert_eq!(all(&first), [("hangs", (2, [3, 1, 3]))]);
    assert_eq!(all(&second), [("hangs", (2, [3, 2, 3]))]);
}

#[test]
fn each_run_and_each_observer_is_measured_by_itself() {
    let sim = Sim::new();
    let clock = sim.clock();
    let (mut outer, mut inner) = (PollTimes::new(sim.clock()), PollTimes::new(sim.clock()));
    let mut p = LocalPipeline::new("twice");
    let first = p.step("first").run(async || Ok(work(clock.clone(), [1, 5, 1]).await));
    p.step("second").after(first).run(async || Ok(clock.advance(ms(2))));
    let run = p.runner().observe(&mut outer).on_event(|_| {}).observe(&mut inner);
    assert!(drive(&sim, run.run(&clock)).unwrap().is_success());
    let expected = [("first", (2, [2, 5, 1])), ("second", (1, [2, 0, 2]))];
    assert_eq!(all(&outer), expected);
    assert_eq!(all(&inner), expected);

    assert!(drive(&sim, p.runner().only(first).observe(&mut outer).run(&clock)).unwrap().is_success());
    assert_eq!(all(&outer), [("first", (2, [2, 5, 1]))]);
    assert_eq!(all(&inner), expected);

    let mut other: Pipeline<'_> = Pipeline::new("other");
    other.step("third").run(async || Ok(()));
    assert!(drive(&sim, other.runner().observe(&mut inner).run(&NoClock)).unwrap().is_success());
    assert_eq!(all(&inner), [("third", (1, [0, 0, 0]))]);
}

#[test]
fn a_poll_that_panics_is_measured() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut times = PollTimes::new(sim.clock());
    let mut p: Pipeline<'_> = Pipeline::new("panics");
    p.step("here").run(async || -> Result<(), _> {
        clock.advance(ms(20));
        panic!("oh")
    });
    assert_eq!(drive(&sim, p.runner().observe(&mut times).run(&clock)).unwrap().exit_code(), 1);
    // The second call of its code drops what is left of it.
    assert_eq!(all(&times), [("here", (2, [20, 0, 20]))]);
}

/// A clock that counts how often it is read.
#[derive(Clone)]
struct Read {
    clock: Clock,
    reads: Arc<AtomicU64>,
}

impl Read {
    fn new(clock: Clock) -> Self {
        Self { clock, reads: Arc::default() }
    }

    fn reads(&self) -> u64 {
        self.reads.swap(0, Relaxed)
    }
}

impl Timer for Read {
    type Sleep = <Clock as Timer>::Sleep;

    fn now(&self) -> Instant {
        self.reads.fetch_add(1, Relaxed);
        self.clock.now()
    }

    fn sleep_until(&self, deadline: Instant) -> Self::Sleep {
        self.clock.sleep_until(deadline)
    }
}

#[test]
fn the_clock_is_read_twice_per_poll_where_that_is_asked_for_and_never_elsewhere() {
    let sim = Sim::new();
    let clock = sim.clock();
    let (timer, measure) = (Read::new(sim.clock()), Read::new(sim.clock()));
    let mut p: Pipeline<'_> = Pipeline::new("read");
    p.step("three polls").run(async || {
        clock.sleep(ms(1)).await;
        Ok(clock.sleep(ms(1)).await)
    });
    assert!(drive(&sim, p.run(&timer)).unwrap().is_success());
    let alone = timer.reads();

    assert!(drive(&sim, p.runner().on_event(|_| {}).run(&timer)).unwrap().is_success());
    assert_eq!(timer.reads(), alone);

    let mut times = PollTimes::new(measure.clone());
    assert!(drive(&sim, p.runner().observe(&mut times).run(&timer)).unwrap().is_success());
    assert_eq!((timer.reads(), measure.reads()), (alone, 6));
}

#[test]
fn a_long_poll_is_one_above_the_limit() {
    fn told(limit: Option<Duration>) -> Vec<String> {
        let sim = Sim::new();
        let clock = sim.clock();
        let mut times = PollTimes::new(sim.clock());
        if let Some(limit) = limit {
            times = times.with_limit(limit);
        }
        let mut p: Pipeline<'_> = Pipeline::new("limits");
        for (name, micros) in [("ten", 10_000), ("more\n", 10_001), ("much", 1_250_000), ("little", 300)] {
            let clock = &clock;
            p.step(name).run(move || async move { Ok(clock.advance(Duration::from_micros(micros))) });
        }
        assert!(drive(&sim, p.runner().observe(&mut times).run(&clock)).unwrap().is_success());
        times.warnings().map(|long| long.to_string()).collect()
    }
    let more = "`more\\n` computed 10 ms without awaiting: spawn it";
    let much = "`much` computed 1.25 s without awaiting: spawn it";
    assert_eq!(told(None), [more, much]);
    assert_eq!(told(Some(ms(1_000))), [much]);
    let ten = "`ten` computed 10 ms without awaiting: spawn it";
    let little = "`little` computed 300.0 us without awaiting: spawn it";
    assert_eq!(told(Some(Duration::ZERO)), [ten, more, much, little]);
    assert!(told(Some(Duration::MAX)).is_empty());

    let long = LongPoll::new("a", ms(11));
    assert_eq!((long.step(), long.duration()), ("a", ms(11)));
}
