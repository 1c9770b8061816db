//! A poll of a static run gives way once its budget is used up.

use crate::{Bad, Hand};
use rungs::NoClock;
use std::{cell::Cell, future::Future, pin::Pin, rc::Rc, task::Poll};

/// Seven steps that succeed at once, of which two need others: more than the budget of one poll.
#[rungs::pipeline(error = Bad, poll_budget = 2)]
mod wide {
    use super::*;

    pub struct Board {
        pub starts: Rc<Cell<u32>>,
        pub fails: bool,
    }

    fn start(starts: &Cell<u32>) -> Result<(), Bad> {
        starts.set(starts.get() + 1);
        Ok(())
    }

    #[step]
    async fn a(starts: &Rc<Cell<u32>>, fails: &bool) -> Result<(), Bad> {
        start(starts)?;
        if *fails { Err(Bad("broken")) } else { Ok(()) }
    }
    #[step]
    async fn b(starts: &Rc<Cell<u32>>) -> Result<(), Bad> {
        start(starts)
    }
    #[step]
    async fn c(starts: &Rc<Cell<u32>>) -> Result<(), Bad> {
        start(starts)
    }
    #[step]
    async fn d(starts: &Rc<Cell<u32>>) -> Result<(), Bad> {
        start(starts)
    }
    #[step]
    async fn e(starts: &Rc<Cell<u32>>) -> Result<(), Bad> {
        start(starts)
    }
    #[step(after(a))]
    async fn f(starts: &Rc<Cell<u32>>) -> Result<(), Bad> {
        start(starts)
    }
    #[step(after(a))]
    async fn g(starts: &Rc<Cell<u32>>) -> Result<(), Bad> {
        start(starts)
    }
}

/// The starts in each poll, by a count that the steps share with the test, and the exit code.
fn polls(fails: bool, is_observed: bool) -> (Vec<u32>, u8) {
    let starts = Rc::new(Cell::new(0));
    let mut board = wide::Board { starts: starts.clone(), fails };
    let mut run: Pin<Box<dyn Future<Output = u8>>> = if is_observed {
        // A run with an observer has no fast path.
        let run = wide::runner().on_event(|_| {}).run(&mut board, &NoClock);
        Box::pin(async { run.await.exit_code() })
    } else {
        let run = wide::run(&mut board, &NoClock);
        Box::pin(async { run.await.exit_code() })
    };
    let (hand, mut counts) = (Hand::new(), Vec::new());
    loop {
        let before = starts.get();
        let polled = hand.poll(run.as_mut());
        counts.push(starts.get() - before);
        match polled {
            Poll::Ready(exit_code) => return (counts, exit_code),
            Poll::Pending => assert!(hand.was_woken(), "a run that gives way wakes itself"),
        }
    }
}

#[test]
fn a_poll_starts_no_more_than_its_budget() {
    for is_observed in [false, true] {
        let (counts, exit_code) = polls(false, is_observed);
        assert_eq!((counts.iter().sum::<u32>(), exit_code), (7, 0), "{counts:?}");
        assert!(counts.len() >= 4 && counts.iter().all(|&starts| starts <= 2), "{counts:?}");
    }
}

#[test]
fn what_a_failure_ends_counts_in_the_budget() {
    for is_observed in [false, true] {
        let (counts, exit_code) = polls(true, is_observed);
        assert_eq!((counts.iter().sum::<u32>(), exit_code), (5, 1), "{counts:?}");
        // Five starts, and two ends that follow from the failure.
        assert!(counts.len() >= 4 && counts.iter().all(|&starts| starts <= 2), "{counts:?}");
    }
}
