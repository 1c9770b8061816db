//! The two drivers agree: with the same graph and the same script, the static API and
//! [`LocalPipeline`](rungs::LocalPipeline) produce the same events, report and table.
//!
//! One thing is unspecified: which of several results that are ready in one poll is handled first. The static driver
//! goes through its lanes, the other through the waker slots that were woken. So the following may differ, within that
//! poll:
//! - the order of the ends and retries that follow from those results, up to the next start;
//! - if one of them is the failure that stops the run, whether another's retry is reported before it is cancelled;
//! - which of two failures stopped the run.
//!
//! If no two results are ready in one poll, nothing may differ.

#[macro_use]
mod twins;
mod clock;
mod graphs;
mod told;

use crate::{Bad, ms};
use clock::Clock;
use rungs::{CancelToken, Cause, Out, StepCx, Unmet, fixed::StopSignal};
use std::{
    cell::Cell,
    future::Future,
    pin::pin,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};
use twins::Twins;

/// The largest graph has this many steps.
const STEPS: usize = 5;

/// What a step does.
#[derive(Clone, Copy, Debug)]
enum Do {
    Succeed,
    Late,
    Fail,
    FailLate,
    FailOnce,
    Hang,
    /// Requests the stop, and succeeds.
    Ask,
}

use Do::{Ask, Fail, FailLate, FailOnce, Hang, Late, Succeed};

/// When a late step has its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pace {
    /// No two results are ready in one poll.
    Apart,
    /// All results are ready at the same time.
    Together,
    /// It is pending once, and is woken at once.
    Yield,
}

/// What all steps do, and the number of their attempts.
pub struct Script {
    does: [Do; STEPS],
    pace: Pace,
    stop: Option<Stop>,
    tries: [Cell<usize>; STEPS],
    clock: Clock,
    stops: Rc<Stops>,
}

/// A stop from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    Drain,
    Cancel,
    CancelTwice,
}

/// The means of stopping a run, one for each API.
#[derive(Default)]
struct Stops {
    signal: StopSignal,
    token: CancelToken,
}

impl Stops {
    fn ask(&self, stop: Stop) {
        if stop == Stop::Drain {
            self.signal.drain();
            self.token.drain();
        } else {
            self.signal.cancel();
            self.token.cancel();
        }
        if stop == Stop::CancelTwice {
            self.ask(Stop::Cancel);
        }
    }
}

/// The result of a step: its name, its attempt, and the results that it took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made(String);

/// What a step is given, in words that are the same in both APIs.
trait Given {
    fn told(&self) -> String;
}

impl Given for &Made {
    fn told(&self) -> String {
        self.0.clone()
    }
}

impl Given for Out<Made> {
    fn told(&self) -> String {
        self.0.clone()
    }
}

impl<T: Given> Given for Result<T, Cause> {
    fn told(&self) -> String {
        self.as_ref().map_or_else(|cause| format!("{cause:?}"), Given::told)
    }
}

impl<T: Given> Given for Result<T, Unmet<Bad>> {
    fn told(&self) -> String {
        self.as_ref().map_or_else(|unmet| format!("{:?}", unmet.cause()), Given::told)
    }
}

impl Script {
    fn new(does: [Do; STEPS], pace: Pace, stop: Option<Stop>) -> Self {
        Self { does, pace, stop, tries: Default::default(), clock: Clock::new(), stops: Rc::default() }
    }

    /// Plays one attempt of the step with this name, a single letter.
    async fn play<E>(&self, name: &str, cx: &StepCx<E>, given: &[String]) -> Result<Made, Bad> {
        let step = usize::from(name.as_bytes()[0] - b'a');
        let attempt = self.tries[step].get() + 1;
        self.tries[step].set(attempt);
        if self.pace == Pace::Apart {
            // Each attempt takes some time, so that it shows when the drivers read the clock.
            self.clock.slip(Duration::from_nanos(1));
        }
        let error = Bad(["once", "twice", "again", "and again"][attempt.min(4) - 1]);
        match self.does[step] {
            Succeed => {}
            Late => self.tarry(step).await,
            Fail => return Err(error),
            FailLate => {
                self.tarry(step).await;
                return Err(error);
            }
            FailOnce if attempt == 1 => return Err(error),
            FailOnce => {}
            Hang => std::future::pending().await,
            Ask => self.stop.into_iter().for_each(|stop| self.stops.ask(stop)),
        }
        Ok(Made(format!("{name}{} of {given:?} {:?} {:?}", cx.attempt(), cx.started_at(), cx.deadline())))
    }

    /// A function to call whenever the run waits: it requests the stop once the clock was moved `when` times.
    fn asks_at(&self, when: Option<u32>) -> impl Fn(u32) + use<> {
        let (stop, stops) = (self.stop, self.stops.clone());
        move |moved| {
            if let Some(stop) = stop
                && when == Some(moved)
            {
                stops.ask(stop);
            }
        }
    }

    async fn tarry(&self, step: usize) {
        match self.pace {
            // These are chosen so that no two sums of them are equal, whatever steps and attempts add up.
            Pace::Apart => self.clock.sleep(Duration::from_micros(2_000 + 7_u64.pow(step as u32))).await,
            Pace::Together => self.clock.sleep(ms(2)).await,
            Pace::Yield => {
                let mut polled = false;
                let once = |cx: &mut Context<'_>| {
                    cx.waker().wake_by_ref();
                    if std::mem::replace(&mut polled, true) { Poll::Ready(()) } else { Poll::Pending }
                };
                std::future::poll_fn(once).await;
            }
        }
    }
}

/// Polls a run when it was woken, and moves the clock when nothing else happens. Returns `None` if nothing will ever
/// happen again. `ask` is called each time the run waits, with the number of times that the clock was moved.
fn settle<T>(clock: &Clock, ask: impl Fn(u32), run: impl Future<Output = T>) -> Option<T> {
    struct Flag(AtomicBool);

    impl Wake for Flag {
        fn wake(self: Arc<Self>) {
            self.0.store(true, Ordering::SeqCst);
        }
    }

    let mut run = pin!(run);
    let flag = Arc::new(Flag(AtomicBool::new(true)));
    let waker = Waker::from(flag.clone());
    let mut moved = 0;
    loop {
        ask(moved);
        while flag.0.swap(false, Ordering::SeqCst) {
            if let Poll::Ready(ended) = run.as_mut().poll(&mut Context::from_waker(&waker)) {
                return Some(ended);
            }
        }
        if !clock.to_next() {
            return None;
        }
        moved += 1;
    }
}

/// One case in this many is tried, but all of them where `RUNGS_FULL` is 1. It shares no factor with the numbers of doings.
fn stride() -> usize {
    if std::env::var("RUNGS_FULL").is_ok_and(|value| value == "1") { 1 } else { 11 }
}

fn agree(twins: &Twins) {
    let (mut checked, stride) = (0, stride());
    for pace in [Pace::Apart, Pace::Together, Pace::Yield] {
        let mut check = |doings: &[Do], stop, when| {
            // Another share each time.
            for number in (checked % stride..doings.len().pow(STEPS as u32)).step_by(stride) {
                let nth = |step| doings[number / doings.len().pow(step) % doings.len()];
                agree_on(twins, [nth(0), nth(1), nth(2), nth(3), nth(4)], pace, stop, when);
                checked += 1;
            }
        };
        check(&[Succeed, Late, Fail, FailLate, FailOnce, Hang], None, None);
        for stop in [Stop::Drain, Stop::Cancel, Stop::CancelTwice] {
            check(&[Succeed, Late, FailOnce, Ask], Some(stop), None);
            // Where all yield, only limits move the clock, and the sleep of one that has passed may be left behind: the driver of
            // a `Pipeline` does not arm it if it polls a step again within the same poll.
            for when in 0..if pace == Pace::Yield { 1 } else { 4 } {
                check(&[Succeed, Late, FailOnce, Hang], Some(stop), Some(when));
            }
        }
    }
    assert!((60_192 / stride..=60_192 / stride + 60).contains(&checked), "{checked}");
}

/// With `when`, the stop is requested once the clock was moved that often.
#[track_caller]
fn agree_on(twins: &Twins, does: [Do; STEPS], pace: Pace, stop: Option<Stop>, when: Option<u32>) {
    let mut one = (twins.by_macro)(Script::new(does, pace, stop), when);
    let mut other = (twins.by_pipeline)(Script::new(does, pace, stop), when);
    if pace != Pace::Apart && one != other {
        one.sort_ties();
        other.sort_ties();
        if one.is_contested() && one.without_stopper() == other.without_stopper() {
            return;
        }
    }
    assert_eq!(one, other, "{does:?} {pace:?} {stop:?} {when:?}");
}
