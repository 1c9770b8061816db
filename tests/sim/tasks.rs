//! Spawned attempts.

use rungs::{
    Pipeline, Status, StepError,
    sim::{Sim, explore},
};
use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

const MS: fn(u64) -> Duration = Duration::from_millis;

/// Counts what is alive.
#[derive(Clone, Default)]
pub(crate) struct Alive(Arc<AtomicUsize>);

impl Alive {
    pub(crate) fn guard(&self) -> Guard {
        self.0.fetch_add(1, SeqCst);
        Guard(self.0.clone())
    }

    pub(crate) fn get(&self) -> usize {
        self.0.load(SeqCst)
    }
}

pub(crate) struct Guard(Arc<AtomicUsize>);

impl Guard {
    /// How many are alive, this one included.
    pub(crate) fn alive(&self) -> usize {
        self.0.load(SeqCst)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

#[test]
fn spawned_attempts_sleep_overlap_and_return() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("spawned").spawn_on(sim.tasks());
    let steps: Vec<_> = (0..100)
        .map(|n| {
            let clock = clock.clone();
            p.step(&format!("s{n}")).run(move || {
                let done = clock.sleep(MS(n));
                async move {
                    done.await;
                    Ok(n)
                }
            })
        })
        .collect();
    let sum = p.step("sum").needs(steps).run(|all| {
        let sum: u64 = all.iter().map(|n| **n).sum();
        async move { Ok(sum) }
    });
    let report = sim.run(p.runner()).unwrap();
    assert_eq!((*report.output(sum).unwrap(), report.duration()), (4_950, MS(99)));
}

/// With any seed: an attempt that timed out is gone before the next one begins, and in the end nothing is left.
#[test]
fn attempts_of_one_step_never_overlap() {
    explore(0..200, |sim| {
        let (alive, most) = (Alive::default(), Arc::new(AtomicUsize::new(0)));
        let clock = sim.clock();
        let mut p = Pipeline::with_error::<&str>("exclusive").spawn_on(sim.tasks());
        let (counts, highest) = (alive.clone(), most.clone());
        p.step("slow").timeout(MS(5)).retries(3).run(move || {
            let (counts, highest, work) = (counts.clone(), highest.clone(), clock.sleep(MS(7)));
            async move {
                let _alive = counts.guard();
                highest.fetch_max(counts.get(), SeqCst);
                work.await;
                Ok(())
            }
        });
        let report = sim.run(p.runner()).unwrap();
        assert!(matches!(report.get("slow").unwrap().error(), Some(StepError::TimedOut)));
        assert_eq!((report.get("slow").unwrap().attempts(), alive.get()), (4, 0));
        assert_eq!(most.load(SeqCst), 1);
    });
}

#[test]
fn a_panic_of_a_spawned_attempt_is_its_steps_failure() {
    let sim = Sim::new();
    let mut p = Pipeline::with_error::<&str>("panics").spawn_on(sim.tasks());
    p.step("bad").run(|| async { if true { panic!("no") } else { Ok(()) } });
    p.step("good").run(|| async { Ok(()) });
    let report = sim.run(p.runner()).unwrap();
    assert_eq!([Status::Failed, Status::Success].map(|status| report.count(status)), [1, 1]);
}

#[test]
fn a_simulation_that_goes_drops_its_tasks() {
    let alive = Alive::default();
    let counts = alive.clone();
    let sim = Sim::new();
    let mut p = Pipeline::with_error::<&str>("left").spawn_on(sim.tasks());
    p.step("waits").run(move || {
        let guard = counts.guard();
        async move {
            let _guard = guard;
            pending::<Result<(), &str>>().await
        }
    });
    assert!(sim.run(p.runner()).is_err());
    drop((sim, p));
    assert_eq!(alive.get(), 0);
}

#[test]
fn each_end_of_a_task_is_told_as_what_it_is() {
    let sim = Sim::new();
    let mut p = Pipeline::with_error::<&str>("ends").spawn_on(sim.tasks());
    p.step("bad").run(|| async { Err::<(), _>("no") });
    p.step("panics").run(|| async { if true { std::panic::panic_any(7_u8) } else { Ok(()) } });
    p.step("late").timeout(MS(2)).run(pending::<Result<(), _>>);
    p.step("cut").run(pending::<Result<(), _>>);
    let report = sim.run(p.runner().deadline(MS(20))).unwrap();
    let [bad, panics, late, cut] = ["bad", "panics", "late", "cut"].map(|name| report.get(name).unwrap());
    assert_eq!((bad.error(), late.error()), (Some(StepError::Failed(&"no")), Some(StepError::TimedOut)));
    assert!(matches!(panics.error(), Some(StepError::Panicked(_))));
    assert_eq!((cut.status(), cut.error()), (Status::Cancelled, None));
}
