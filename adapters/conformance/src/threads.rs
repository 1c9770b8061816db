//! Runs that go from thread to thread.

use crate::{
    alive::{give_way, ms},
    meanings::{Job, Spawns},
};
use rungs::{Pipeline, Timer};
use std::{
    future::{Future, poll_fn},
    mem,
    pin::Pin,
    task::Poll,
    thread,
};

type Boxed = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A run that has begun on one thread comes to its end on another.
pub fn a_run_moves_to_another_thread<T, S>(timer: T, spawner: S, block_on: impl Fn(Boxed) + Send + 'static)
where
    T: Timer<Sleep: Send> + Send + Sync + 'static,
    S: Spawns,
{
    let mut run: Boxed = Box::pin(async move {
        let mut p = Pipeline::with_error::<&str>("moved").spawn_on(spawner);
        let slept = p.step("retried").retries(3).retry_delay(ms(5)).run_with(|cx| -> Job {
            Box::pin(async move {
                give_way().await;
                if cx.attempt() == 4 { Ok(7) } else { Err("not yet") }
            })
        });
        let report = p.run(&timer).await.expect("the plan is right");
        assert_eq!(*report.output(slept).expect("the step succeeds"), 7);
    });
    let (began, has_begun) = std::sync::mpsc::channel();
    block_on(Box::pin(async move {
        let is_over = poll_fn(|cx| Poll::Ready(run.as_mut().poll(cx).is_ready())).await;
        let _ = began.send((!is_over).then(|| mem::replace(&mut run, Box::pin(async {}))));
    }));
    if let Some(run) = has_begun.recv().expect("it was polled") {
        thread::spawn(move || block_on(run)).join().expect("the run comes to its end");
    }
}
