//! A stop signal at odd moments: left over from a run that was dropped, in several runs, by another thread.

use crate::{Bad, Hand, Sim, run, stops::hanging};
use rungs::{NoClock, Status, fixed::StopSignal};
use std::{pin::pin, task::Poll, thread};

#[rungs::pipeline(error = Bad)]
mod hung {
    use super::*;

    #[step]
    async fn hangs() -> Result<(), Bad> {
        std::future::pending().await
    }

    #[step(after(hangs), when_all_done)]
    async fn tidy() -> Result<(), Bad> {
        Ok(())
    }
}

#[test]
fn a_signal_outlives_the_runs_that_it_was_given_to() {
    let (signal, hand) = (StopSignal::new(), Hand::new());
    {
        let mut dropped = pin!(hung::runner().cancel(&signal).run((), &NoClock));
        assert!(hand.poll(dropped.as_mut()).is_pending());
    }
    let ends = || {
        let report = run(&Sim::new(), hung::runner().cancel(&signal).run((), &NoClock));
        let [hangs, tidy] = ["hangs", "tidy"].map(|name| report.get(name).unwrap().status());
        (hangs, tidy, report.exit_code())
    };
    signal.cancel();
    assert_eq!(ends(), (Status::Skipped, Status::Success, 2));
    signal.cancel();
    assert_eq!(ends(), (Status::Skipped, Status::Skipped, 2));

    signal.reset();
    let mut running = pin!(hung::runner().cancel(&signal).run((), &NoClock));
    hand.was_woken();
    assert!(hand.poll(running.as_mut()).is_pending());
    assert!(!hand.was_woken(), "nothing is left of the earlier requests");
    thread::scope(|scope| scope.spawn(|| signal.cancel()).join().unwrap());
    assert!(hand.was_woken());
    let Poll::Ready(report) = hand.poll(running.as_mut()) else { panic!("still running") };
    assert_eq!((report.count(Status::Cancelled), report.count(Status::Success)), (1, 1));
}

#[test]
fn a_signal_stops_two_runs_of_one_task() {
    let signal = StopSignal::new();
    let hangs = || hung::runner().cancel(&signal).run((), &NoClock);
    let stop = async {
        futures_lite::future::yield_now().await;
        signal.cancel();
    };
    let all = futures_lite::future::zip(futures_lite::future::zip(hangs(), hangs()), stop);
    let ((one, other), ()) = run(&Sim::new(), all);
    assert_eq!((one.exit_code(), other.exit_code()), (2, 2));
}

/// Each time a little later, so that both requests meet every part of a poll. A request that is lost hangs here.
#[test]
fn no_request_of_another_thread_is_lost() {
    for round in 0..1_000_u32 {
        let signal = StopSignal::new();
        thread::scope(|scope| {
            scope.spawn(|| {
                for _ in 0..round % 97 {
                    std::hint::spin_loop();
                }
                signal.cancel();
                signal.cancel();
            });
            let report = futures_lite::future::block_on(hanging::runner().cancel(&signal).run((), &NoClock));
            assert_eq!(report.exit_code(), 2);
        });
    }
}
