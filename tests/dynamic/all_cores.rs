//! On how many threads spawned steps compute at the same time, as the documentation of smol's spawners says.

use std::{
    collections::HashSet,
    env, hint,
    process::Command,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread::{self, ThreadId},
    time::{Duration, Instant},
};

use rungs::{BoxError, Pipeline, Status};
use rungs_smol::{AllCores, Smol};

use crate::support::ms;

/// Holds the expected number of threads, in a process that counts those of `Smol`.
const EXPECTED: &str = "RUNGS_TEST_THREADS_OF_SMOL";

/// Longer than a busy machine takes to start steps that can overlap. It passes only if the test fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// Computes until that many steps have started, or the limit has passed.
async fn compute(started: Arc<AtomicUsize>, steps: usize, limit: Duration) -> Result<ThreadId, BoxError> {
    let start = Instant::now();
    started.fetch_add(1, Ordering::SeqCst);
    while started.load(Ordering::SeqCst) < steps && start.elapsed() < limit {
        hint::spin_loop();
    }
    Ok(thread::current().id())
}

/// The number of threads that so many computing steps of one spawner use. A macro, since what a spawner takes has no name.
macro_rules! count_threads {
    ($spawner:expr, $steps:expr, $limit:expr) => {{
        let started = Arc::new(AtomicUsize::new(0));
        let mut p = Pipeline::new("overlap").spawn_on($spawner);
        let ids: Vec<_> = (0..$steps)
            .map(|n| {
                let started = started.clone();
                p.step(&n.to_string()).run(move || compute(started.clone(), $steps, $limit))
            })
            .collect();
        let report = smol::block_on(p.run(&Smol)).unwrap();
        ids.into_iter().map(|id| *report.output(id).unwrap()).collect::<HashSet<ThreadId>>().len()
    }};
}

/// One test at a time has the threads, or the steps of two would wait for each other.
fn alone() -> MutexGuard<'static, ()> {
    static THREADS: Mutex<()> = Mutex::new(());
    THREADS.lock().unwrap_or_else(PoisonError::into_inner)
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

#[test]
fn as_many_steps_compute_at_the_same_time_as_there_are_cores() {
    if cores() == 1 {
        eprintln!("SKIPPED: THIS MACHINE HAS ONE CORE, SO NO STEPS COMPUTED AT THE SAME TIME");
        return;
    }
    let _alone = alone();
    assert_eq!(count_threads!(AllCores, 2, PATIENCE), 2);
    assert_eq!(count_threads!(AllCores, cores(), PATIENCE), cores());
    // There is no further thread: these wait for one that cannot start.
    assert_eq!(count_threads!(AllCores, cores() + 1, ms(50)), cores());
}

#[test]
fn the_threads_have_names_and_outlast_panics() {
    let _alone = alone();
    let mut p = Pipeline::new("panics").spawn_on(AllCores);
    for n in 0..cores() * 2 {
        p.step(&format!("panic {n}")).run(|| async { if true { panic!("on purpose") } else { Ok(()) } });
    }
    assert_eq!(smol::block_on(p.run(&Smol)).unwrap().count(Status::Failed), cores() * 2);

    let mut p = Pipeline::new("name").spawn_on(AllCores);
    let name = p.step("name").run(|| async { Ok(thread::current().name().map(str::to_owned)) });
    let report = smol::block_on(p.run(&Smol)).unwrap();
    assert!(report.output(name).unwrap().as_ref().is_some_and(|name| name.starts_with("rungs-")));
    assert_eq!(count_threads!(AllCores, cores(), PATIENCE), cores());
}

#[test]
fn an_attempt_on_all_cores_is_cut_off_by_its_timeout() {
    let _alone = alone();
    let mut p = Pipeline::new("timeout").spawn_on(AllCores);
    let second = p.step("second").timeout(ms(20)).retries(1).run_with(|cx| {
        let attempt = cx.attempt();
        async move {
            if attempt == 1 {
                smol::Timer::never().await;
            }
            Ok(attempt)
        }
    });
    assert_eq!(*smol::block_on(p.run(&Smol)).unwrap().output(second).unwrap(), 2);
}

#[test]
fn smols_executor_has_one_thread_unless_the_environment_asks_for_more() {
    if let Some(expected) = env::var(EXPECTED).ok().and_then(|text| text.parse::<usize>().ok()) {
        let limit = if expected == 1 { ms(50) } else { PATIENCE };
        return assert_eq!(count_threads!(Smol, 2, limit), expected);
    }
    // smol reads the environment once in a process, so this test runs again in two others.
    let (_, module) = module_path!().split_once("::").unwrap();
    let test = format!("{module}::smols_executor_has_one_thread_unless_the_environment_asks_for_more");
    for (asked_for, expected) in [(None, "1"), (Some("2"), "2")] {
        let mut run = Command::new(env::current_exe().unwrap());
        run.args([&test, "--exact"]).env(EXPECTED, expected).env_remove("SMOL_THREADS");
        run.envs(asked_for.map(|threads| ("SMOL_THREADS", threads)));
        let ended = run.output().unwrap();
        assert!(ended.status.success(), "{ended:?}");
        assert!(String::from_utf8_lossy(&ended.stdout).contains("1 passed"), "{ended:?}");
    }
}
