//! Steps as tasks of async-executor's executors, run by hand: the rules of `Spawner` for every executor, steps that are
//! not `Send`, and steps that borrow.

use std::{
    cell::{Cell, RefCell},
    future::{Future, pending, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    rc::Rc,
    sync::{Arc, Barrier, Weak},
    task::{Context, Poll},
    thread,
};

use async_executor::{Executor, LocalExecutor, StaticExecutor};
use rungs::{BoxError, EventKind, LocalPipeline, NoClock, Pipeline, Spawner, TaskDropped};
use rungs_async_executor::On;

use crate::support::{Count, Guard, Hand, Sim, block, drive, fates, give_way, ms};

/// What an attempt comes to, with a guard that tells how long it lives.
pub(crate) type Attempt = Pin<Box<dyn Future<Output = Guard> + Send>>;

/// A spawner, its executor's `try_tick`, and ways to poll what was spawned.
struct Bench<S: Spawner<Attempt>, T> {
    spawner: S,
    tick: T,
    hand: Hand,
    alive: Count,
}

type Started<S> = Pin<Box<<S as Spawner<Attempt>>::Handle>>;

impl<S: Spawner<Attempt>, T: Fn() -> bool> Bench<S, T> {
    /// Lets the executor do all that it can.
    fn settle(&self) {
        while (self.tick)() {}
    }

    fn spawn<F: Future<Output = ()> + Send + 'static>(&self, body: F) -> Started<S> {
        let guard = self.alive.guard();
        Box::pin(self.spawner.spawn(Box::pin(async move {
            body.await;
            guard
        })))
    }

    fn join(&self, handle: &mut Started<S>) -> Poll<Result<(), TaskDropped>> {
        self.hand.poll(pin!(poll_fn(|cx| S::poll_join(handle.as_mut(), cx).map_ok(drop))))
    }

    fn cancel(&self, handle: &mut Started<S>) -> Poll<()> {
        self.hand.poll(pin!(poll_fn(|cx| S::poll_cancel(handle.as_mut(), cx))))
    }

    /// Asks the attempt to end, which it has once the executor has run, and not before.
    #[track_caller]
    fn ends_when_cancelled(&self, mut handle: Started<S>) {
        for _ in 0..2 {
            assert_eq!((self.cancel(&mut handle), self.alive.get()), (Poll::Pending, 1));
        }
        self.settle();
        assert_eq!((self.hand.flag.take(), self.alive.get()), (true, 0));
        assert_eq!(self.cancel(&mut handle), Poll::Ready(()));
    }
}

/// Every rule of `Spawner`.
#[track_caller]
pub(crate) fn keeps_the_rules<S: Spawner<Attempt>>(spawner: S, tick: impl Fn() -> bool) {
    let bench = Bench { spawner, tick, hand: Hand::new(), alive: Count::new() };

    let mut handle = bench.spawn(smol::future::yield_now());
    assert_eq!(bench.join(&mut handle), Poll::Pending);
    bench.settle();
    assert!(bench.hand.flag.take());
    assert_eq!(bench.join(&mut handle), Poll::Ready(Ok(())));
    assert_eq!(bench.alive.get(), 0);

    // Dropped: before its first poll, in flight, and with a result that nobody has asked for.
    drop(bench.spawn(pending()));
    bench.settle();
    assert_eq!(bench.alive.get(), 0);
    for body in [Box::pin(pending()) as Pin<Box<dyn Future<Output = ()> + Send>>, Box::pin(async {})] {
        let handle = bench.spawn(body);
        bench.settle();
        assert_eq!(bench.alive.get(), 1);
        drop(handle);
        bench.settle();
        assert_eq!(bench.alive.get(), 0);
    }

    // Cancelled: before its first poll, and in flight.
    bench.ends_when_cancelled(bench.spawn(pending()));
    let handle = bench.spawn(pending());
    bench.settle();
    bench.ends_when_cancelled(handle);

    // With a result it has ended already, so there is nothing to wait for.
    let mut handle = bench.spawn(async {});
    bench.settle();
    assert_eq!((bench.cancel(&mut handle), bench.alive.get()), (Poll::Ready(()), 0));

    // Dropped while it is waited for.
    let mut handle = bench.spawn(pending());
    bench.settle();
    assert_eq!(bench.cancel(&mut handle), Poll::Pending);
    drop(handle);
    bench.settle();
    assert_eq!(bench.alive.get(), 0);

    let mut handle = bench.spawn(async { std::panic::panic_any("carried on") });
    bench.settle();
    let panic = catch_unwind(AssertUnwindSafe(|| bench.join(&mut handle))).unwrap_err();
    assert_eq!((*panic.downcast::<&str>().unwrap(), bench.alive.get()), ("carried on", 0));
}

#[test]
fn every_executor_keeps_the_rules() {
    let executor = Arc::new(Executor::new());
    keeps_the_rules(On(&*executor), || executor.try_tick());
    keeps_the_rules(On(executor.clone()), || executor.try_tick());
    let executor = Rc::new(LocalExecutor::new());
    keeps_the_rules(On(&*executor), || executor.try_tick());
    keeps_the_rules(On(executor.clone()), || executor.try_tick());
    static EXECUTOR: StaticExecutor = StaticExecutor::new();
    keeps_the_rules(On(&EXECUTOR), || EXECUTOR.try_tick());
    let executor = LocalExecutor::new().leak();
    keeps_the_rules(On(executor), || executor.try_tick());
}

#[test]
fn an_attempt_is_lost_with_its_executor() {
    let spawner = || On(Arc::new(Executor::new()));
    let mut bench = Bench { spawner: spawner(), tick: || false, hand: Hand::new(), alive: Count::new() };
    let mut handle = bench.spawn(pending());
    assert_eq!(bench.join(&mut handle), Poll::Pending);
    bench.spawner = spawner();
    assert_eq!((bench.hand.flag.take(), bench.alive.get()), (true, 0));
    assert_eq!(bench.join(&mut handle), Poll::Ready(Err(TaskDropped)));
}

#[test]
fn a_local_attempt_has_ended_before_the_next_starts() {
    let sim = Sim::new();
    let clock = sim.clock();
    let executor = LocalExecutor::new();
    let alive = Rc::new(Cell::new(0));
    let seen = RefCell::new(Vec::new());
    let mut p = LocalPipeline::new("local").spawn_on(On(&executor));
    let third = p.step("third time").timeout(ms(10)).retries(2).run_with(|cx| {
        // Not `Send`: what an attempt holds while it is alive.
        struct Held(Rc<Cell<u32>>);
        impl Drop for Held {
            fn drop(&mut self) {
                self.0.set(self.0.get() - 1);
            }
        }
        let (clock, alive) = (&clock, alive.clone());
        async move {
            alive.set(alive.get() + 1);
            let held = Held(alive);
            clock.sleep(ms(25 / u64::from(cx.attempt()))).await;
            Ok(Rc::new(held.0.get()))
        }
    });
    let run = p.runner().on_event(|event| {
        if let EventKind::Started = event.kind {
            seen.borrow_mut().push((event.attempt, alive.get()));
        }
    });
    let report = drive(&sim, executor.run(run.run(&clock))).unwrap();
    assert_eq!(fates(&report), ["third time success x3 0..28"]);
    assert_eq!(**report.output(third).unwrap(), 1);
    assert_eq!(*seen.borrow(), [(1, 0), (2, 0), (3, 0)]);
    assert!(executor.is_empty());
}

#[test]
fn a_panic_on_a_local_executor_is_the_steps_failure() {
    let executor = Rc::new(LocalExecutor::new());
    let mut p = LocalPipeline::new("panics").spawn_on(On(executor.clone()));
    p.step("bad").retries(3).run(|| async { if true { panic!("number {}", 7) } else { Ok(()) } });
    p.step("good").run(|| async { Ok(Rc::new(())) });
    let report = block(executor.run(p.run(&NoClock))).unwrap();
    assert_eq!(fates(&report), ["bad failed 0..0: panicked: number 7", "good success 0..0"]);
}

#[test]
fn dropping_the_run_ends_local_attempts() {
    let executor = LocalExecutor::new();
    let alive = Count::new();
    let mut p = LocalPipeline::new("dropped").spawn_on(On(&executor));
    p.step("endless").run(|| {
        let guard = alive.guard();
        async move {
            let _guard = guard;
            pending::<Result<(), BoxError>>().await
        }
    });
    {
        let mut run = pin!(p.run(&NoClock));
        assert!(Hand::new().poll(run.as_mut()).is_pending());
        assert!(executor.try_tick());
        assert_eq!(alive.get(), 1);
    }
    while executor.try_tick() {}
    assert_eq!(alive.get(), 0);
}

#[test]
fn spawned_steps_may_borrow_what_outlives_their_executor() {
    let words = ["one", "three"].map(String::from);
    // Each blocks its thread until the other has come as far: one thread would never pass.
    let both = Barrier::new(words.len());
    let executor = Executor::new();
    let mut p = Pipeline::new("borrowing").spawn_on(On(&executor));
    let letters: Vec<_> = words
        .iter()
        .map(|word| {
            p.step(word).run(|| async {
                both.wait();
                Ok(word.len())
            })
        })
        .collect();
    let sum = p.step("sum").needs(letters).run(|letters| async move { Ok(letters.iter().map(|n| **n).sum::<usize>()) });
    thread::scope(|scope| {
        let (stop, stopped) = smol::channel::bounded::<()>(1);
        for _ in 0..words.len() {
            let (executor, stopped) = (&executor, stopped.clone());
            // Ends when the sender is dropped.
            scope.spawn(move || smol::block_on(executor.run(stopped.recv())));
        }
        let report = smol::block_on(p.run(&NoClock)).unwrap();
        drop(stop);
        assert_eq!(*report.output(sum).unwrap(), 8);
    });
}

#[test]
fn an_executor_that_nobody_runs_is_given_up_after_the_grace() {
    let sim = Sim::new();
    let clock = sim.clock();
    let executor = Executor::new();
    let mut p: Pipeline<'_, &str, _> = Pipeline::with_error("nobody").spawn_on(On(&executor));
    p.step("late").timeout(ms(20)).run(|| async { Ok(()) });
    p.step("cut").run(|| async { Ok(()) });
    let report = drive(&sim, p.runner().deadline(ms(60)).grace(ms(50)).run(&clock)).unwrap();
    assert_eq!(fates(&report), ["late failed 0..70: timed out", "cut cancelled 0..110: the run's deadline passed"]);
    assert!(report.steps().all(|step| step.is_still_running()));
}

/// Spawns on an executor that it does not keep.
#[derive(Clone)]
struct Weakly(Weak<Executor<'static>>);

impl<F: Future<Output: Send + 'static> + Send + 'static> Spawner<F> for Weakly {
    type Handle = rungs_async_executor::Handle<F::Output>;

    fn spawn(&self, future: F) -> Self::Handle {
        self.0.upgrade().unwrap().spawn(future).into()
    }
    fn poll_join(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<Result<F::Output, TaskDropped>> {
        handle.get_mut().poll_join(cx)
    }
    fn poll_cancel(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<()> {
        handle.get_mut().poll_cancel(cx, |task| Box::pin(task.cancel()))
    }
}

#[test]
fn an_executor_that_goes_while_an_end_is_waited_for_ends_the_attempt() {
    let clock = Sim::new().clock();
    let executor = Arc::new(Executor::new());
    let mut p: Pipeline<'_, &str, _> = Pipeline::with_error("goes").spawn_on(Weakly(Arc::downgrade(&executor)));
    p.step("late").timeout(ms(10)).run(pending::<Result<(), &str>>);
    let hand = Hand::new();
    let mut run = pin!(p.run(&clock));
    assert!(hand.poll(run.as_mut()).is_pending());
    clock.advance(ms(10));
    assert!(hand.poll_to_rest(run.as_mut()).is_pending(), "the attempt has not ended");
    drop(executor);
    assert!(hand.flag.take());
    let Poll::Ready(report) = hand.poll(run.as_mut()) else { panic!("the run has no end") };
    assert_eq!(fates(&report.unwrap()), ["late failed 0..10: timed out"]);
}

#[test]
fn a_large_local_result_is_handed_on_and_let_go() {
    let alive = Count::new();
    let executor = LocalExecutor::new();
    let mut p: LocalPipeline<'_, &str, _> = LocalPipeline::with_error("large").spawn_on(On(&executor));
    let large = p.step("large").run(|| {
        let guard = Rc::new(alive.guard());
        async move {
            give_way().await;
            Ok((guard, vec![7_u8; 50 << 20]))
        }
    });
    let length = p.step("length").needs(large).run(|large| async move { Ok(large.1.len()) });
    for _ in 0..3 {
        {
            let mut run = pin!(p.run(&NoClock));
            assert!(Hand::new().poll(run.as_mut()).is_pending());
            assert!(executor.try_tick());
        }
        while executor.try_tick() {}
        assert_eq!(alive.get(), 0);
    }
    let report = block(executor.run(p.run(&NoClock))).unwrap();
    assert_eq!((*report.output(length).unwrap(), alive.get()), (50 << 20, 1));
    drop((report, p));
    assert_eq!(alive.get(), 0);
}
