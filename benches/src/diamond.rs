//! A diamond of four steps with the static API, and the same by hand.

use futures_lite::future::{yield_now, zip};
use rungs::NoClock;
use std::{
    convert::Infallible,
    future::Future,
    hint::black_box,
    pin::pin,
    sync::atomic::{AtomicU64, Ordering},
    task::{Context, Poll, Waker},
};

/// How many steps it has.
pub const STEPS: f64 = 4.0;

/// What each step adds to its inputs: 1, of which the compiler does not know.
static UNKNOWN: AtomicU64 = AtomicU64::new(0);

fn unknown() -> u64 {
    UNKNOWN.load(Ordering::Relaxed)
}

#[rungs::pipeline(error = Infallible)]
mod ready {
    use super::*;

    #[step]
    pub(super) async fn a() -> Result<u64, Infallible> {
        Ok(unknown())
    }
    #[step]
    pub(super) async fn b(a: &u64) -> Result<u64, Infallible> {
        Ok(*a + unknown())
    }
    #[step]
    pub(super) async fn c(a: &u64) -> Result<u64, Infallible> {
        Ok(*a + unknown())
    }
    #[step]
    pub(super) async fn d(b: &u64, c: &u64) -> Result<u64, Infallible> {
        Ok(*b + *c + unknown())
    }
}

/// The same, but each step waits once.
#[rungs::pipeline(error = Infallible)]
mod waiting {
    use super::*;

    #[step]
    pub(super) async fn a() -> Result<u64, Infallible> {
        yield_now().await;
        ready::a().await
    }
    #[step]
    pub(super) async fn b(a: &u64) -> Result<u64, Infallible> {
        yield_now().await;
        ready::b(a).await
    }
    #[step]
    pub(super) async fn c(a: &u64) -> Result<u64, Infallible> {
        yield_now().await;
        ready::c(a).await
    }
    #[step]
    pub(super) async fn d(b: &u64, c: &u64) -> Result<u64, Infallible> {
        yield_now().await;
        ready::d(b, c).await
    }
}

/// The steps of a diamond, joined by hand: neither limits nor a report.
macro_rules! joined {
    ($steps:ident) => {
        async {
            let a = $steps::a().await?;
            let (b, c) = zip($steps::b(&a), $steps::c(&a)).await;
            $steps::d(&b?, &c?).await
        }
    };
}

/// One of the ways that are compared.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    name: &'static str,
    /// Runs the diamond; what its last step comes to.
    run: fn(&mut Context<'_>) -> Option<u64>,
}

impl Way {
    /// By its generated `run`.
    pub const RUN: Self = Self { name: "run", run: measured_run };
    /// On the caller's storage.
    pub const RUN_IN: Self = Self { name: "run_in", run: measured_run_in };
    /// Joined by hand.
    pub const BY_HAND: Self = Self { name: "by-hand", run: measured_by_hand };
    /// By its generated `run`, where each step waits once.
    pub const WAITING: Self = Self { name: "waiting", run: measured_waiting };
    /// On the caller's storage, where each step waits once.
    pub const WAITING_IN: Self = Self { name: "waiting_in", run: measured_waiting_in };
    /// Joined by hand, where each step waits once.
    pub const WAITING_BY_HAND: Self = Self { name: "waiting-by-hand", run: measured_waiting_by_hand };
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::RUN, Self::RUN_IN, Self::BY_HAND, Self::WAITING, Self::WAITING_IN, Self::WAITING_BY_HAND];

    /// As it is called on the command line and in tables.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// Runs it so many times.
    ///
    /// # Panics
    /// The sum is wrong.
    pub fn run(self, times: usize) {
        UNKNOWN.store(black_box(1), Ordering::Relaxed);
        let mut cx = Context::from_waker(Waker::noop());
        for _ in 0..times {
            assert_eq!(black_box(self.run)(&mut cx), Some(5), "the sum of a diamond");
        }
    }
}

/// The bytes of the futures of [`Way::RUN`] and [`Way::WAITING`], and of the storage that a caller lends.
pub fn bytes() -> [usize; 3] {
    let [ready, waiting] = [size_of_val(&ready::run(&NoClock)), size_of_val(&waiting::run(&NoClock))];
    [ready, waiting, size_of::<ready::Storage>()]
}

#[inline(never)]
fn measured_run(cx: &mut Context<'_>) -> Option<u64> {
    let Poll::Ready(report) = pin!(ready::run(&NoClock)).poll(cx) else { return None };
    report.outputs.d
}

#[inline(never)]
fn measured_run_in(cx: &mut Context<'_>) -> Option<u64> {
    let mut storage = ready::Storage::new();
    let run = pin!(ready::runner().run_in(&mut storage, (), &NoClock));
    let Poll::Ready(report) = run.poll(cx) else { return None };
    report.outputs.d
}

#[inline(never)]
fn measured_by_hand(cx: &mut Context<'_>) -> Option<u64> {
    let joined = pin!(joined!(ready));
    let Poll::Ready(Ok::<_, Infallible>(sum)) = joined.poll(cx) else { return None };
    Some(sum)
}

#[inline(never)]
fn measured_waiting(cx: &mut Context<'_>) -> Option<u64> {
    to_its_end(waiting::run(&NoClock), cx).outputs.d
}

#[inline(never)]
fn measured_waiting_in(cx: &mut Context<'_>) -> Option<u64> {
    let mut storage = waiting::Storage::new();
    to_its_end(waiting::runner().run_in(&mut storage, (), &NoClock), cx).outputs.d
}

#[inline(never)]
fn measured_waiting_by_hand(cx: &mut Context<'_>) -> Option<u64> {
    let sum: Result<_, Infallible> = to_its_end(joined!(waiting), cx);
    sum.ok()
}

/// Polls until it is ready: what yields has been woken by then.
fn to_its_end<F: Future>(future: F, cx: &mut Context<'_>) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(cx) {
            return output;
        }
    }
}
