//! Steps as tasks of smol's executors: the one place where real threads and a real clock are the subject.

use std::{
    pin::{Pin, pin},
    sync::{
        Arc, Barrier,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    task::{Context, Poll},
    thread::{self, ThreadId},
};

use rungs::{BoxError, CancelToken, NoClock, Pipeline, Status, StepError, TaskDropped};
use rungs_smol::{On, Smol};
use smol::{Executor, Timer};

use crate::{
    support::{Clock, Count, Hand, Sim, drive, fates, ms},
    threads::Threads,
};

#[test]
fn one_step_is_spawned_and_the_others_stay() {
    let here = thread::current().id();
    let mut p = Pipeline::new("one");
    let spawned = p.step("spawned").spawn_on(Smol::new()).run(|| async { Ok(thread::current().id()) });
    let next = p.step("next").needs(spawned).run(|id| async move { Ok((*id, thread::current().id())) });
    let report = smol::block_on(p.run(&Smol::new())).unwrap();
    let (there, after): (ThreadId, ThreadId) = *report.output(next).unwrap();
    assert_ne!(there, here);
    assert_eq!(after, here);
}

#[test]
fn a_whole_pipeline_is_spawned_in_one_word() {
    let here = thread::current().id();
    let mut p = Pipeline::new("all").spawn_on(Smol::new());
    let parts: Vec<_> = (0..20).map(|n| p.step(&n.to_string()).run(|| async { Ok(thread::current().id()) })).collect();
    let home =
        p.step("home").after(parts.clone()).spawn_on(rungs::InPlace).run(|| async { Ok(thread::current().id()) });
    for _ in 0..3 {
        let report = smol::block_on(p.run(&Smol::new())).unwrap();
        assert!(parts.iter().all(|&part| *report.output(part).unwrap() != here));
        assert_eq!(*report.output(home).unwrap(), here);
    }
}

#[test]
fn on_an_executor_by_reference_and_by_arc() {
    static MINE: Executor<'static> = Executor::new();
    let shared = Arc::new(Executor::new());
    let mut p = Pipeline::new("on");
    let a = p.step("a").spawn_on(On(&MINE)).run(|| async { Ok(1) });
    let b = p.step("b").spawn_on(On(shared.clone())).needs(a).run(|a| async move { Ok(*a + 1) });
    let run = async { smol::future::or(p.run(&NoClock), async { shared.run(std::future::pending()).await }).await };
    let report = smol::block_on(MINE.run(run)).unwrap();
    assert_eq!(*report.output(b).unwrap(), 2);
}

/// How many attempts of a step are alive, told by guards that take long to drop.
struct Attempt {
    alive: Arc<AtomicUsize>,
    overlaps: Arc<AtomicUsize>,
    is_slow: bool,
}

impl Attempt {
    fn new(alive: &Arc<AtomicUsize>, overlaps: &Arc<AtomicUsize>, is_slow: bool) -> Self {
        if alive.fetch_add(1, Ordering::SeqCst) > 0 {
            overlaps.fetch_add(1, Ordering::SeqCst);
        }
        Self { alive: alive.clone(), overlaps: overlaps.clone(), is_slow }
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if self.is_slow {
            thread::sleep(ms(40));
        }
        if self.alive.fetch_sub(1, Ordering::SeqCst) != 1 {
            self.overlaps.fetch_add(1, Ordering::SeqCst);
        }
    }
}

#[test]
fn an_attempt_that_was_cut_off_has_really_ended_before_the_next() {
    let threads = Threads::new(2);
    let (alive, overlaps) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut p = Pipeline::new("retried");
    p.resource("bus", 1);
    let (a, o) = (alive.clone(), overlaps.clone());
    let third =
        p.step("slow").timeout(ms(20)).retries(100).uses("bus", 1).spawn_on(On(threads.executor.clone())).run_with(
            move |cx| {
                let (a, o) = (a.clone(), o.clone());
                async move {
                    let _attempt = Attempt::new(&a, &o, cx.attempt() < 3);
                    if cx.attempt() < 3 {
                        // Busy on its thread when it is cut off, so that it goes on a while after that.
                        thread::sleep(ms(30));
                        Timer::never().await;
                    }
                    Ok(cx.attempt())
                }
            },
        );
    let (a, o) = (alive.clone(), overlaps.clone());
    p.step("same bus").uses("bus", 1).spawn_on(On(threads.executor.clone())).run(move || {
        let (a, o) = (a.clone(), o.clone());
        async move {
            let _attempt = Attempt::new(&a, &o, true);
            Ok(())
        }
    });
    let report = smol::block_on(p.run(&Smol::new())).unwrap();
    assert!(*report.output(third).unwrap() >= 3);
    assert_eq!((overlaps.load(Ordering::SeqCst), alive.load(Ordering::SeqCst)), (0, 0));
}

#[test]
fn a_run_returns_only_when_cancelled_attempts_have_ended() {
    let threads = Threads::new(1);
    let (alive, overlaps) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let token = CancelToken::new();
    let mut p = Pipeline::new("cancelled");
    let (a, o, t) = (alive.clone(), overlaps, token.clone());
    p.step("slow").spawn_on(On(threads.executor.clone())).run_with(move |cx| {
        let (a, o, t) = (a.clone(), o.clone(), t.clone());
        async move {
            let _attempt = Attempt::new(&a, &o, true);
            t.cancel();
            while !cx.is_cancelled() {
                thread::yield_now();
            }
            Timer::never().await;
            Ok(())
        }
    });
    let report = smol::block_on(p.runner().cancel(&token).run(&Smol::new())).unwrap();
    assert_eq!(alive.load(Ordering::SeqCst), 0);
    assert_eq!((report.count(Status::Cancelled), report.exit_code()), (1, 2));
}

#[test]
fn a_spawned_panic_is_the_steps_failure() {
    let mut p = Pipeline::new("panics").spawn_on(Smol::new());
    p.step("str").run(|| async { if true { panic!("a str") } else { Ok(()) } });
    p.step("string").retries(3).run(|| async {
        smol::future::yield_now().await;
        if true { panic!("number {}", 7) } else { Ok(()) }
    });
    p.step("good").run(|| async { Ok(()) });
    let report = smol::block_on(p.run(&NoClock)).unwrap();
    assert_eq!(
        fates(&report),
        ["str failed 0..0: panicked: a str", "string failed 0..0: panicked: number 7", "good success 0..0"],
    );
}

#[test]
fn dropping_the_run_cancels_spawned_attempts() {
    let threads = Threads::new(1);
    let alive = Count::new();
    let (started, starts) = mpsc::channel();
    let mut p = Pipeline::new("dropped");
    let counted = alive.clone();
    p.step("endless").spawn_on(On(threads.executor.clone())).run_with(move |cx| {
        let (guard, started) = (counted.guard(), started.clone());
        async move {
            let _guard = guard;
            started.send(cx.clone()).unwrap();
            std::future::pending::<Result<(), BoxError>>().await
        }
    });
    let cx = {
        let mut run = pin!(p.run(&NoClock));
        assert!(Hand::new().poll(run.as_mut()).is_pending());
        let cx = starts.recv().unwrap();
        assert!(!cx.is_cancelled());
        cx
    };
    assert!(cx.is_cancelled());
    while alive.get() > 0 {
        thread::yield_now();
    }
}

#[test]
fn a_run_may_be_dropped_on_another_thread() {
    let threads = Threads::new(1);
    let alive = Count::new();
    let mut p = Pipeline::new("moved");
    for n in 0..8 {
        let alive = alive.clone();
        let body = move || {
            let guard = alive.guard();
            async move {
                let _guard = guard;
                std::future::pending::<Result<(), BoxError>>().await
            }
        };
        match n % 2 {
            0 => p.step(&n.to_string()).run(body),
            _ => p.step(&n.to_string()).spawn_on(On(threads.executor.clone())).run(body),
        };
    }
    let mut run = Box::pin(async move { drop(p.run(&NoClock).await) });
    assert!(Hand::new().poll(run.as_mut()).is_pending());
    assert_eq!(alive.get(), 8);
    thread::spawn(move || drop(run)).join().unwrap();
    while alive.get() > 0 {
        thread::yield_now();
    }
}

#[test]
fn two_cpu_bound_steps_run_in_parallel() {
    let threads = Threads::new(2);
    let both = Arc::new(Barrier::new(2));
    let mut p = Pipeline::new("parallel").spawn_on(On(threads.executor.clone()));
    let steps = ["a", "b"].map(|name| {
        let both = both.clone();
        // Each blocks its thread until the other has come as far: one thread would never pass.
        p.step(name).run(move || {
            let both = both.clone();
            async move {
                both.wait();
                Ok(thread::current().id())
            }
        })
    });
    let report = smol::block_on(p.run(&NoClock)).unwrap();
    let [a, b] = steps.map(|step| *report.output(step).unwrap());
    assert_ne!(a, b);
}

/// An executor that drops every attempt.
#[derive(Clone)]
struct Careless;

impl<F: Future> rungs::Spawner<F> for Careless {
    type Handle = ();

    fn spawn(&self, future: F) {
        drop(future);
    }

    fn poll_join(_: Pin<&mut ()>, _: &mut Context<'_>) -> Poll<Result<F::Output, TaskDropped>> {
        Poll::Ready(Err(TaskDropped))
    }

    fn poll_cancel(_: Pin<&mut ()>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }
}

#[test]
fn an_attempt_that_its_executor_drops_is_lost_and_not_tried_again() {
    let mut p = Pipeline::new("lost").spawn_on(Careless);
    p.step("lost").retries(5).run(|| async { Ok(()) });
    let report = smol::block_on(p.run(&NoClock)).unwrap();
    assert_eq!(fates(&report), ["lost failed 0..0: its executor dropped the task"]);
    assert!(matches!(report.get("lost").unwrap().error(), Some(StepError::TaskDropped)));
}

/// An executor on which an attempt goes on for 20 ms after it was cancelled.
#[derive(Clone)]
struct Reluctant(Clock);

struct Reluctantly<F> {
    attempt: Pin<Box<F>>,
    clock: Clock,
    end: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl<F: Future> rungs::Spawner<F> for Reluctant {
    type Handle = Reluctantly<F>;

    fn spawn(&self, future: F) -> Reluctantly<F> {
        Reluctantly { attempt: Box::pin(future), clock: self.0.clone(), end: None }
    }

    fn poll_join(mut handle: Pin<&mut Reluctantly<F>>, cx: &mut Context<'_>) -> Poll<Result<F::Output, TaskDropped>> {
        handle.attempt.as_mut().poll(cx).map(Ok)
    }

    fn poll_cancel(mut handle: Pin<&mut Reluctantly<F>>, cx: &mut Context<'_>) -> Poll<()> {
        let Reluctantly { clock, end, .. } = &mut *handle;
        end.get_or_insert_with(|| Box::pin(clock.sleep(ms(20)))).as_mut().poll(cx)
    }
}

#[test]
fn an_attempt_that_is_reluctant_to_end_keeps_its_place_until_it_has() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p: Pipeline<'_> = Pipeline::new("reluctant");
    p.resource("bus", 1);
    p.step("slow").timeout(ms(5)).retries(1).uses("bus", 1).spawn_on(Reluctant(clock.clone())).run_with(
        |cx| async move {
            if cx.attempt() == 1 {
                std::future::pending::<()>().await;
            }
            Ok(())
        },
    );
    p.step("same bus").uses("bus", 1).run(|| async { Ok(()) });
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(fates(&report), ["slow success x2 0..25", "same bus success 25..25"]);
}
