//! A wake polls the step that it is for, and no other.

use std::{
    pin::{Pin, pin},
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
    task::{Context, Poll, Waker},
};

use rungs::{NoClock, Pipeline};

use crate::support::{Count, Hand, block};

/// Bells that steps wait for, one each; all polls are counted.
struct Bells {
    polls: Count,
    bells: Vec<Mutex<Bell>>,
}

#[derive(Default)]
struct Bell {
    rung: bool,
    waker: Option<Waker>,
}

impl Bells {
    fn new(bells: usize) -> Self {
        Self { polls: Count::new(), bells: (0..bells).map(|_| Mutex::default()).collect() }
    }

    async fn wait(&self, bell: usize) -> Result<usize, rungs::BoxError> {
        std::future::poll_fn(|cx| {
            self.polls.raise();
            let mut bell = self.bells[bell].lock().unwrap();
            bell.waker = Some(cx.waker().clone());
            if bell.rung { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        Ok(bell)
    }

    fn waker(&self, bell: usize) -> Waker {
        self.bells[bell].lock().unwrap().waker.clone().unwrap()
    }

    fn ring(&self, bell: usize) {
        self.bells[bell].lock().unwrap().rung = true;
        self.waker(bell).wake();
    }
}

fn waiting<'b>(bells: &'b Bells) -> Pipeline<'b> {
    let mut p = Pipeline::new("bells");
    for bell in 0..bells.bells.len() {
        p.step(&bell.to_string()).run(move || bells.wait(bell));
    }
    p
}

#[test]
fn of_ten_thousand_asleep_a_wake_polls_one() {
    let bells = Bells::new(10_000);
    let mut p = waiting(&bells);
    let hand = Hand::new();
    let mut run = pin!(p.run(&NoClock));
    assert!(hand.poll_to_rest(run.as_mut()).is_pending());
    assert_eq!(bells.polls.get(), 10_000);
    for (nth, bell) in [7_777, 0, 9_999, 63, 64, 4_096].into_iter().enumerate() {
        bells.ring(bell);
        assert!(hand.flag.take());
        assert!(hand.poll(run.as_mut()).is_pending());
        assert_eq!(bells.polls.get(), 10_000 + nth + 1);
    }
    // The run is polled for nothing: no step is.
    assert!(hand.poll(run.as_mut()).is_pending());
    assert_eq!(bells.polls.get(), 10_006);
    (0..10_000).for_each(|bell| bells.ring(bell));
    assert!(hand.poll_to_rest(run.as_mut()).is_ready());
    assert_eq!(bells.polls.get(), 20_000);
}

#[test]
fn many_wakes_before_a_poll_are_one() {
    let bells = Bells::new(100);
    let mut p = waiting(&bells);
    let hand = Hand::new();
    let mut run = pin!(p.run(&NoClock));
    assert!(hand.poll(run.as_mut()).is_pending());
    for _ in 0..5 {
        bells.waker(5).wake_by_ref();
    }
    assert_eq!(hand.flag.wakes(), 1, "the run was told once");
    assert!(hand.poll(run.as_mut()).is_pending());
    assert_eq!(bells.polls.get(), 101);
    bells.waker(5).wake_by_ref();
    bells.waker(6).wake_by_ref();
    assert!(hand.poll(run.as_mut()).is_pending());
    assert_eq!(bells.polls.get(), 103);
}

#[test]
fn a_wake_while_the_step_is_polled_polls_it_again() {
    let polls = AtomicU32::new(0);
    let mut p = Pipeline::new("eager");
    p.step("eager").run(|| {
        std::future::poll_fn(|cx: &mut Context<'_>| {
            cx.waker().wake_by_ref();
            if polls.fetch_add(1, Ordering::Relaxed) < 100 { Poll::Pending } else { Poll::Ready(Ok(())) }
        })
    });
    assert!(block(p.run(&NoClock)).unwrap().is_success());
    assert_eq!(polls.load(Ordering::Relaxed), 101);
}

#[test]
fn a_step_that_always_wakes_itself_lets_the_others_and_the_caller_on() {
    let bells = Bells::new(1);
    let mut p = waiting(&bells);
    p.step("restless").run(|| {
        std::future::poll_fn(|cx: &mut Context<'_>| {
            cx.waker().wake_by_ref();
            Poll::<Result<(), rungs::BoxError>>::Pending
        })
    });
    let hand = Hand::new();
    let mut run = pin!(p.run(&NoClock));
    for _ in 0..10 {
        assert!(hand.poll(run.as_mut()).is_pending());
        assert!(hand.flag.take());
    }
    assert_eq!(bells.polls.get(), 1);
    bells.ring(0);
    assert!(hand.poll(run.as_mut()).is_pending());
    assert_eq!(bells.polls.get(), 2);
}

#[test]
fn wakes_from_other_threads() {
    let bells = Bells::new(500);
    let mut p = waiting(&bells);
    let sum = p.step("sum").after_named((0..500).map(|n| n.to_string())).run(|| async { Ok("all") });
    let report = std::thread::scope(|scope| {
        let run = scope.spawn(|| smol::block_on(p.run(&NoClock)).unwrap());
        for part in 0..4 {
            let bells = &bells;
            scope.spawn(move || {
                for bell in (0..500).filter(|bell| bell % 4 == part) {
                    // Not before it is listened to.
                    while bells.bells[bell].lock().unwrap().waker.is_none() {
                        std::thread::yield_now();
                    }
                    bells.ring(bell);
                    bells.waker(bell).wake();
                }
            });
        }
        run.join().unwrap()
    });
    assert_eq!(*report.output(sum).unwrap(), "all");
}

#[test]
fn wakers_outlive_the_run_and_the_pipeline() {
    let bells = Bells::new(3);
    let mut p = waiting(&bells);
    let hand = Hand::new();
    let kept: Vec<Waker> = {
        let mut run = pin!(p.run(&NoClock));
        assert!(hand.poll(run.as_mut()).is_pending());
        let kept = (0..3).map(|bell| bells.waker(bell)).collect();
        (0..3).for_each(|bell| bells.ring(bell));
        assert!(hand.poll(run.as_mut()).is_ready());
        kept
    };
    kept.iter().for_each(Waker::wake_by_ref);
    assert_eq!(bells.polls.get(), 6);
    // In the next run such a wake is a spurious one: it polls the step on that seat once more, or none.
    bells.bells.iter().for_each(|bell| bell.lock().unwrap().rung = false);
    {
        let mut run = pin!(p.run(&NoClock));
        assert!(hand.poll(run.as_mut()).is_pending());
        let before = bells.polls.get();
        kept[1].wake_by_ref();
        assert!(hand.poll(run.as_mut()).is_pending());
        assert!(bells.polls.get() <= before + 1);
        (0..3).for_each(|bell| bells.ring(bell));
        assert!(hand.poll(run.as_mut()).is_ready());
    }
    drop(p);
    kept.into_iter().for_each(Waker::wake);
}

#[test]
fn the_caller_may_change_its_waker() {
    let bells = Bells::new(1);
    let mut p = waiting(&bells);
    let (old, new) = (Hand::new(), Hand::new());
    let mut run = pin!(p.run(&NoClock));
    assert!(old.poll(run.as_mut()).is_pending());
    assert!(new.poll(run.as_mut()).is_pending());
    bells.ring(0);
    assert_eq!((old.flag.wakes(), new.flag.wakes()), (0, 1));
    assert!(new.poll(run.as_mut()).is_ready());
}

#[test]
fn a_finished_attempts_waker_does_not_poll_the_next_step_to_death() {
    // The first step's seat is taken by the second; a late wake of the first is spurious for the second.
    let bells = Bells::new(2);
    let mut p = Pipeline::new("chain");
    let first = p.step("first").run(|| bells.wait(0));
    p.step("second").needs(first).run(|_| bells.wait(1));
    let hand = Hand::new();
    let mut run: Pin<Box<dyn Future<Output = _>>> = Box::pin(p.run(&NoClock));
    let mut poll = || run.as_mut().poll(&mut Context::from_waker(&Waker::from(hand.flag.clone()))).is_ready();
    assert!(!poll());
    let late = bells.waker(0);
    bells.ring(0);
    assert!(!poll());
    late.wake();
    assert!(!poll());
    bells.ring(1);
    assert!(poll());
}

#[test]
fn steps_that_panic_one_after_the_other_share_a_waker_slot() {
    let wakers = Mutex::new(Vec::new());
    let mut p: Pipeline<'_> = Pipeline::new("bombs");
    let step = || {
        let mut waits = true;
        let wakers = &wakers;
        std::future::poll_fn(move |cx: &mut Context<'_>| {
            assert!(std::mem::take(&mut waits), "boom");
            wakers.lock().unwrap().push(cx.waker().clone());
            cx.waker().wake_by_ref();
            Poll::<Result<(), rungs::BoxError>>::Pending
        })
    };
    let mut before = p.step("0").run(step);
    for n in 1..50 {
        before = p.step(&n.to_string()).after(before).when_all_done().run(step);
    }
    for _ in 0..2 {
        assert_eq!(block(p.run(&NoClock)).unwrap().count(rungs::Status::Failed), 50);
    }
    let wakers = wakers.lock().unwrap();
    assert_eq!(wakers.len(), 100);
    assert!(wakers.iter().all(|waker| waker.will_wake(&wakers[0])));
}

#[test]
fn a_panic_at_the_first_poll_takes_no_waker_slot_from_another_step() {
    let bells = Bells::new(2);
    let mut p = waiting(&bells);
    p.step("bomb").run(|| async { if true { panic!("boom") } else { Ok(()) } });
    let hand = Hand::new();
    let mut run = pin!(p.run(&NoClock));
    assert!(hand.poll(run.as_mut()).is_pending());
    (0..2).for_each(|bell| bells.ring(bell));
    let Poll::Ready(report) = hand.poll(run.as_mut()) else { panic!("a wake was lost") };
    assert_eq!(report.unwrap().count(rungs::Status::Success), 2);
}
