//! What settings mean, on the adapter's own clock: in place, and spawned.

use crate::alive::{Alive, give_way, ms};
use alloc::{boxed::Box, format, vec, vec::Vec};
use core::{
    future::{Future, pending},
    pin::Pin,
    time::Duration,
};
use rungs::{
    AttemptSpawner, Backoff, CancelToken, Cause, NoClock, OnFailure, Pipeline, Report, Retry, Status, StepError, Timer,
};

/// The future of an attempt here.
pub type Job = Pin<Box<dyn Future<Output = Result<u64, &'static str>> + Send>>;

type Steps<S> = Pipeline<'static, &'static str, S>;

fn pipeline<S>(spawner: S) -> Steps<S> {
    Pipeline::with_error("conformance").spawn_on(spawner)
}

fn job(body: impl Future<Output = Result<u64, &'static str>> + Send + 'static) -> Job {
    Box::pin(body)
}

fn hang() -> Job {
    job(pending())
}

fn fail() -> Job {
    job(async { Err("no") })
}

fn ends(report: &Report<&'static str>) -> Vec<(Status, u32)> {
    report.steps().map(|step| (step.status(), step.attempts())).collect()
}

use Status::{Cancelled, Failed, Skipped, Success};

/// A spawner as the rules need it.
pub trait Spawns: AttemptSpawner<Job, Handle: Send> + Clone + Send + Sync + 'static {}

impl<S: AttemptSpawner<Job, Handle: Send> + Clone + Send + Sync + 'static> Spawns for S {}

pub async fn results_are_passed_on<T: Timer, S: Spawns>(timer: &T, spawner: S) {
    let mut p = pipeline(spawner);
    let two = p.step("two").run(|| job(async { Ok(2) }));
    let three = p.step("three").run(|| {
        job(async {
            give_way().await;
            Ok(3)
        })
    });
    let six = p.step("six").needs((two, three)).run(|two, three| job(async move { Ok(*two * *three) }));
    let all = p.step("all").needs(vec![two, three, six]).run(|all| {
        let sum = all.iter().map(|n| **n).sum();
        job(async move { Ok(sum) })
    });
    let report = p.run(timer).await.unwrap();
    assert_eq!((*report.output(six).unwrap(), *report.output(all).unwrap()), (6, 11));
    assert_eq!(ends(&report), [(Success, 1); 4]);
}

pub async fn retries_without_a_delay_need_no_time<T: Timer, S: Spawns>(_: &T, spawner: S) {
    let mut p = pipeline(spawner);
    p.step("third").retries(2).run_with(|cx| job(async move { if cx.attempt() == 3 { Ok(3) } else { Err("no") } }));
    p.step("never").retries(2).run(fail);
    let report = p.run(&NoClock).await.unwrap();
    assert_eq!(ends(&report), [(Success, 3), (Failed, 3)]);
}

pub async fn a_backoff_delays_each_retry<T: Timer, S: Spawns>(timer: &T, spawner: S) {
    let mut p = pipeline(spawner);
    p.step("fixed").retries(3).backoff(Backoff::fixed(ms(5))).run(fail);
    p.step("after").retries(2).retry_if(|_: &&str| Retry::After(ms(7))).run(fail);
    p.step("refused").retries(2).retry_if(|_: &&str| false).run(fail);
    let report = p.run(timer).await.unwrap();
    assert_eq!(ends(&report), [(Failed, 4), (Failed, 3), (Failed, 1)]);
    let took = |name| report.get(name).unwrap().duration();
    assert!(took("fixed") >= ms(15) && took("after") >= ms(14), "{report}");
}

pub async fn a_timeout_ends_an_attempt_and_is_retried<T: Timer, S: Spawns>(timer: &T, spawner: S) {
    let mut p = pipeline(spawner);
    p.step("hangs").timeout(ms(5)).retries(2).run(hang);
    p.step("second")
        .timeout(ms(5))
        .retries(1)
        .run_with(|cx| if cx.attempt() == 1 { hang() } else { job(async { Ok(0) }) });
    p.step("once").timeout(ms(5)).retries(1).retry_on_timeout(false).run(hang);
    let report = p.run(timer).await.unwrap();
    assert_eq!(ends(&report), [(Failed, 3), (Success, 2), (Failed, 1)]);
    assert_eq!(report.get("hangs").unwrap().error(), Some(StepError::TimedOut));
    assert!(report.get("hangs").unwrap().duration() >= ms(15), "{report}");
}

pub async fn a_deadline_ends_a_step<T: Timer, S: Spawns>(timer: &T, spawner: S) {
    let mut p = pipeline(spawner);
    p.step("hangs").deadline(ms(5)).run(hang);
    let report = p.run(timer).await.unwrap();
    assert_eq!(report.get("hangs").unwrap().error(), Some(StepError::Deadline));
    assert!(report.duration() >= ms(5), "{report}");
}

pub async fn a_delay_that_would_reach_the_deadline_fails_at_once<T: Timer, S: Spawns>(timer: &T, spawner: S) {
    let century = Duration::from_secs(100 * 365 * 24 * 3600);
    let mut p = pipeline(spawner);
    p.step("far").retries(9).backoff(Backoff::fixed(century)).deadline(century / 2).run(fail);
    let report = p.run(timer).await.unwrap();
    assert_eq!(report.get("far").unwrap().error(), Some(StepError::Failed(&"no")));
}

pub async fn the_deadline_of_a_run_cancels<T: Timer, S: Spawns>(timer: &T, spawner: S) {
    let mut p = pipeline(spawner);
    let hangs = p.step("hangs").run(hang);
    p.step("next").after(hangs).run(|| job(async { Ok(0) }));
    p.step("tidy").after(hangs).when_all_done().run(|| job(async { Ok(0) }));
    let report = p.runner().deadline(ms(5)).run(timer).await.unwrap();
    assert_eq!(ends(&report), [(Cancelled, 1), (Skipped, 0), (Success, 1)]);
    assert_eq!((report.get("hangs").unwrap().cause(), report.exit_code()), (Some(Cause::RunDeadline), 2));
}

pub async fn a_failed_need_fails_with_its_root<T: Timer, S: Spawns>(timer: &T, spawner: S) {
    let mut p = pipeline(spawner);
    let a = p.step("a").run(fail);
    let b = p.step("b").needs(a).run(|a| job(async move { Ok(*a) }));
    p.step("c").needs(b).run(|b| job(async move { Ok(*b) }));
    let report = p.run(timer).await.unwrap();
    let [a, b, c] = ["a", "b", "c"].map(|name| report.get(name).unwrap());
    assert_eq!(b.cause(), Some(Cause::Dependency { root: a.id(), via: a.id() }));
    assert_eq!(c.cause(), Some(Cause::Dependency { root: a.id(), via: b.id() }));
    assert_eq!(report.exit_code(), 1);
}

pub async fn skipping_and_clean_up<T: Timer, S: Spawns>(timer: &T, spawner: S) {
    let mut p = pipeline(spawner);
    let a = p.step("a").optional().run(fail);
    let b = p.step("b").needs(a).skip_on_error().run(|a| job(async move { Ok(*a) }));
    p.step("tidy").needs(b).when_all_done().run(|b| job(async move { if b.is_err() { Ok(0) } else { Err("b ran") } }));
    p.step("alarm").after(a).when_any_failed().run(|| job(async { Ok(0) }));
    let fine = p.step("fine").run(|| job(async { Ok(0) }));
    p.step("quiet").after(fine).when_any_failed().run(|| job(async { Ok(0) }));
    let report = p.run(timer).await.unwrap();
    let expected = [(Failed, 1), (Skipped, 0), (Success, 1), (Success, 1), (Success, 1), (Skipped, 0)];
    assert_eq!((ends(&report), report.exit_code()), (expected.to_vec(), 0));
}

pub async fn a_failure_may_stop_the_run<T: Timer, S: Spawns>(timer: &T, spawner: S) {
    let mut p = pipeline(spawner);
    let hangs = p.step("hangs").run(hang);
    p.step("next").after(hangs).run(|| job(async { Ok(0) }));
    p.step("bad").run(|| {
        job(async {
            give_way().await;
            Err("no")
        })
    });
    let report = p.runner().on_failure(OnFailure::Cancel).run(timer).await.unwrap();
    assert_eq!((ends(&report), report.exit_code()), (vec![(Cancelled, 1), (Skipped, 0), (Failed, 1)], 1));
}

pub async fn a_token_cancels_and_drains<T: Timer, S: Spawns>(timer: &T, spawner: S) {
    let (drained, cancelled) = (CancelToken::new(), CancelToken::new());
    for (token, is_drain) in [(drained, true), (cancelled, false)] {
        let (given, began) = (token.clone(), Alive::default());
        let mut p = pipeline(spawner.clone());
        let begins = began.clone();
        let hangs = p.step("hangs").timeout(ms(5)).run(move || {
            // Counted here, as a loaded machine may reach the timeout before it polls the task.
            let guard = begins.guard();
            job(async move {
                let _guard = guard;
                pending().await
            })
        });
        let first = p.step("first").run(move || {
            let (token, began) = (given.clone(), began.clone());
            job(async move {
                while began.ever() == 0 {
                    give_way().await;
                }
                if is_drain {
                    token.drain();
                } else {
                    token.cancel();
                }
                give_way().await;
                Ok(0)
            })
        });
        p.step("next").after(first).run(|| job(async { Ok(0) }));
        p.step("tidy").after(hangs).when_all_done().run(|| job(async { Ok(0) }));
        let report = p.runner().cancel(&token).run(timer).await.unwrap();
        let said = ["hangs", "next", "tidy"].map(|name| report.get(name).unwrap().status());
        let expected = if is_drain { [Failed, Skipped, Success] } else { [Cancelled, Skipped, Success] };
        assert_eq!(said, expected, "{report}");
    }
}

pub async fn permits_and_resources_are_limits<T: Timer, S: Spawns>(timer: &T, spawner: S) {
    let (all, on_bus) = (Alive::default(), Alive::default());
    let mut p = pipeline(spawner);
    p.resource("bus", 1);
    for n in 0..20 {
        let (all, on_bus) = (all.clone(), on_bus.clone());
        let name = format!("s{n}");
        let step = p.step(&name);
        let step = if n % 2 == 0 { step.uses("bus", 1) } else { step };
        step.run(move || {
            let (all, on_bus) = (all.clone(), on_bus.clone());
            job(async move {
                let _alive = all.guard();
                let _on_bus = (n % 2 == 0).then(|| on_bus.guard());
                for _ in 0..10 {
                    give_way().await;
                }
                Ok(n)
            })
        });
    }
    let report = p.runner().max_concurrent(3).run(timer).await.unwrap();
    assert!(report.is_success(), "{report}");
    assert!(all.most() <= 3 && on_bus.most() == 1, "{} at once, {} on the bus", all.most(), on_bus.most());
}

/// Where a panic ends the program, this is an exception.
pub async fn a_panic_is_its_steps_failure<T: Timer, S: Spawns>(timer: &T, spawner: S) {
    let mut p = pipeline(spawner);
    p.step("bad").retries(3).run(|| {
        job(async {
            give_way().await;
            panic_quietly()
        })
    });
    p.step("good").run(|| job(async { Ok(0) }));
    let report = p.run(timer).await.unwrap();
    assert_eq!(ends(&report), [(Failed, 1), (Success, 1)]);
    assert!(matches!(report.get("bad").unwrap().error(), Some(StepError::Panicked(_))), "{report}");
}

/// Without a message where there is a way.
fn panic_quietly() -> ! {
    #[cfg(feature = "std")]
    std::panic::resume_unwind(Box::new("on purpose"));
    #[cfg(not(feature = "std"))]
    panic!("on purpose");
}

pub async fn a_pipeline_runs_again<T: Timer, S: Spawns>(timer: &T, spawner: S) {
    let mut p = pipeline(spawner);
    let step = p.step("step").timeout(ms(60_000)).run(|| job(async { Ok(7) }));
    for _ in 0..50 {
        let report = p.run(timer).await.unwrap();
        assert_eq!(*report.output(step).unwrap(), 7);
    }
}
