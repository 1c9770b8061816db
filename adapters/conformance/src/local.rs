//! The rules of a spawner of futures that need not be `Send`.

use crate::alive::{Alive, give_way, ms};
use rungs::{AttemptSpawner, LocalPipeline, Timer};
use std::{
    future::{Future, pending, poll_fn},
    pin::{Pin, pin},
    rc::Rc,
    task::Poll,
};

/// The future of an attempt here.
pub type Job = Pin<Box<dyn Future<Output = Result<Rc<u64>, &'static str>>>>;

/// A spawner as the rules need it.
pub trait Spawns: AttemptSpawner<Job> + Clone + 'static {}

impl<S: AttemptSpawner<Job> + Clone + 'static> Spawns for S {}

fn pipeline<S>(spawner: S) -> LocalPipeline<'static, &'static str, S> {
    LocalPipeline::with_error("conformance").spawn_on(spawner)
}

pub async fn results_need_not_be_send<T: Timer, S: Spawns>(timer: &T, spawner: S) {
    let mut p = pipeline(spawner);
    let two = p.step("two").run(|| -> Job { Box::pin(async { Ok(Rc::new(2)) }) });
    let four = p.step("four").needs(two).run(|two| -> Job {
        Box::pin(async move {
            give_way().await;
            Ok(Rc::new(2 * **two))
        })
    });
    assert_eq!(**p.run(timer).await.unwrap().output(four).unwrap(), 4);
}

pub async fn an_abandoned_attempt_has_ended_before_the_next_begins<T: Timer, S: Spawns>(timer: &T, spawner: S) {
    let alive = Alive::default();
    let held = alive.clone();
    let mut p = pipeline(spawner);
    p.step("slow to end").timeout(ms(10)).retries(3).run(move || -> Job {
        let alive = held.clone();
        Box::pin(async move {
            let _guard = alive.slow_guard(ms(5));
            pending().await
        })
    });
    let report = p.run(timer).await.unwrap();
    assert_eq!(report.get("slow to end").unwrap().attempts(), 4);
    assert_eq!((alive.now(), alive.most().min(1)), (0, alive.most()), "attempts of one step overlap");
}

pub async fn a_dropped_run_ends_its_attempts<T: Timer, S: Spawns>(timer: &T, spawner: S) {
    let alive = Alive::default();
    let counts = alive.clone();
    let mut p = pipeline(spawner);
    p.step("endless").run(move || -> Job {
        let alive = counts.clone();
        Box::pin(async move {
            let _guard = alive.guard();
            pending().await
        })
    });
    {
        let mut run = pin!(p.run(timer));
        poll_fn(|cx| {
            assert!(run.as_mut().poll(cx).is_pending());
            cx.waker().wake_by_ref();
            if alive.ever() == 1 { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
    while alive.now() > 0 {
        give_way().await;
    }
}
