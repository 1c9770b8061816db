//! Who polls a run: with another waker each time, for nothing, or as one of many futures.

use std::{
    future::{Future, pending, poll_fn},
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
};

use rungs::{CancelToken, Instant, Pipeline, Timer};

use crate::support::{Clock, Count, Counted, Guard, Hand, Sim, drive, give_way, ms};

#[test]
fn the_clock_and_the_token_wake_the_waker_of_the_last_poll() {
    let (sim, token) = (Sim::new(), CancelToken::new());
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("hung");
    p.step("hung").timeout(ms(10)).retries(1).run(pending::<Result<(), _>>);
    let mut run = pin!(p.runner().cancel(&token).run(&clock));
    for is_token in [false, true] {
        let (old, last) = (Hand::new(), Hand::new());
        for hand in [&old, &old, &last] {
            assert!(hand.poll(run.as_mut()).is_pending());
        }
        if is_token {
            token.cancel();
        } else {
            drive(&sim, clock.sleep(ms(11)));
        }
        assert_eq!((old.flag.wakes(), last.flag.take()), (0, true), "by the token: {is_token}");
    }
    assert!(Hand::new().poll(run.as_mut()).is_ready());
}

/// A waker that is counted.
struct Caller {
    _alive: Guard,
}

impl Wake for Caller {
    fn wake(self: Arc<Self>) {}
}

#[test]
fn a_hundred_thousand_polls_for_nothing_leave_nothing_behind() {
    let (sim, token, polls, callers) = (Sim::new(), CancelToken::new(), Count::new(), Count::new());
    let (counted, clock) = (Counted::new(sim.clock(), 0), sim.clock());
    let mut p = Pipeline::with_error::<&str>("asleep");
    for n in 0..10 {
        p.step(&n.to_string()).timeout(ms(1_000)).run(|| async {
            let mut nap = pin!(clock.sleep(ms(5)));
            poll_fn(|cx| {
                polls.raise();
                nap.as_mut().poll(cx)
            })
            .await;
            Ok(())
        });
    }
    let mut run = pin!(p.runner().cancel(&token).run(&counted));
    for _ in 0..100_000 {
        let caller = Waker::from(Arc::new(Caller { _alive: callers.guard() }));
        assert!(run.as_mut().poll(&mut Context::from_waker(&caller)).is_pending());
    }
    assert_eq!((polls.get(), counted.sleeps()), (10, 1));
    assert!(callers.get() <= 3, "{} wakers are kept: of the steps, the sleep and the token", callers.get());
    assert!(drive(&sim, run).unwrap().is_success());
}

/// A run that sleeps, gives way and waits between two attempts.
async fn one_of_many(clock: &Clock, n: u64) -> u64 {
    let mut p = Pipeline::with_error::<&str>("inner");
    let first = p.step("first").run(|| async { Ok(clock.sleep(ms(n % 7)).await) });
    let second = p.step("second").needs(first).retries(1).retry_delay(ms(1)).run_with(|cx, _| async move {
        give_way().await;
        if cx.attempt() == 1 { Err("once more") } else { Ok(n + 1) }
    });
    *p.run(clock).await.unwrap().output(second).unwrap()
}

/// Each is polled only when its own waker was woken, as in a `FuturesUnordered`.
#[test]
fn each_of_many_runs_wakes_the_waker_that_is_its_own() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut runs: Vec<_> = (0..300).map(|n| (Hand::new(), Box::pin(one_of_many(&clock, n)))).collect();
    runs.iter().for_each(|(hand, _)| hand.flag.clone().wake());
    let mut sum = 0;
    while !runs.is_empty() {
        let woken: Vec<_> = (0..runs.len()).rev().filter(|&at| runs[at].0.flag.take()).collect();
        if woken.is_empty() {
            drive(&sim, clock.sleep(ms(1)));
            assert!(clock.now() < Instant::ZERO + ms(100), "{} runs are never woken", runs.len());
        }
        for at in woken {
            let (hand, run) = &mut runs[at];
            if let Poll::Ready(n) = hand.poll(run.as_mut()) {
                sum += n;
                drop(runs.swap_remove(at));
            }
        }
    }
    assert_eq!(sum, 45_150);
}

/// All are polled whenever one is woken, and moved when one has ended, as in a `join_all` or a `select_all`.
#[test]
fn many_runs_share_the_waker_of_their_task() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut runs: Vec<_> = (0..300).map(|n| Box::pin(one_of_many(&clock, n))).collect();
    let mut sum = 0;
    let all = poll_fn(|cx| {
        runs.retain_mut(|run| {
            let polled = run.as_mut().poll(cx);
            if let Poll::Ready(n) = polled {
                sum += n;
            }
            polled.is_pending()
        });
        if runs.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    });
    drive(&sim, all);
    assert_eq!(sum, 45_150);
}
