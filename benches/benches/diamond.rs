//! Instructions a step of a diamond of four by the static face, and of the same by hand.

use futures_lite::future::zip;
use rungs::NoClock;
use rungs_benches::{
    callgrind::{difference, is_there},
    table::{Target, figures, head},
};
use std::{
    convert::Infallible,
    future::Future,
    hint::black_box,
    pin::pin,
    sync::atomic::{AtomicU64, Ordering},
    task::{Context, Poll, Waker},
};

const TARGET: Target = Target::new("instructions a step of a static diamond", 60.0);
const STEPS: f64 = 4.0;

/// What each step adds to its inputs: 1, of which the compiler does not know.
static UNKNOWN: AtomicU64 = AtomicU64::new(0);

fn unknown() -> u64 {
    UNKNOWN.load(Ordering::Relaxed)
}

#[rungs::pipeline(error = Infallible)]
mod diamond {
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

/// The same steps, joined by hand: neither limits nor a report.
async fn joined() -> Result<u64, Infallible> {
    let a = diamond::a().await?;
    let (b, c) = zip(diamond::b(&a), diamond::c(&a)).await;
    diamond::d(&b?, &c?).await
}

/// A diamond, run in one of the ways that are compared; what its last step comes to.
type Way = fn(&mut Context<'_>) -> Option<u64>;

const WAYS: [(&str, Way); 3] = [("run", measured_run), ("run_in", measured_run_in), ("by hand", measured_by_hand)];

#[inline(never)]
fn measured_run(cx: &mut Context<'_>) -> Option<u64> {
    let Poll::Ready(report) = pin!(diamond::run(&NoClock)).poll(cx) else { return None };
    report.outputs.d
}

#[inline(never)]
fn measured_run_in(cx: &mut Context<'_>) -> Option<u64> {
    let mut storage = diamond::Storage::new();
    let run = pin!(diamond::runner().run_in(&mut storage, (), &NoClock));
    let Poll::Ready(report) = run.poll(cx) else { return None };
    report.outputs.d
}

#[inline(never)]
fn measured_by_hand(cx: &mut Context<'_>) -> Option<u64> {
    let Poll::Ready(Ok(sum)) = pin!(joined()).poll(cx) else { return None };
    Some(sum)
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [word, way, times] = args.as_slice()
        && word == "child"
    {
        return perform(way, times);
    }
    if !rungs_benches::is_wanted() {
        return;
    }
    if !is_there() {
        println!("\nInstructions of a diamond: not counted, as there is no valgrind");
        return;
    }
    let costs = WAYS.map(|(way, _)| a_step(way));
    head("Instructions a step of a diamond of 4, NoClock", &WAYS.map(|(way, _)| way));
    figures("", costs);
    let [run, ..] = costs;
    TARGET.hold(run);
}

/// What is not known is not a number, and meets no target.
fn a_step(way: &str) -> f64 {
    let args = |times: &str| ["child".into(), way.into(), times.into()];
    difference("measured_", &args("1"), &args("101"), 100.0).unwrap_or(f64::NAN) / STEPS
}

/// The part of a child: so many runs, and no more.
fn perform(way: &str, times: &str) {
    let Some((_, run)) = WAYS.iter().find(|(name, _)| *name == way) else { return };
    UNKNOWN.store(black_box(1), Ordering::Relaxed);
    let mut cx = Context::from_waker(Waker::noop());
    for _ in 0..times.parse().unwrap_or(0) {
        assert_eq!(black_box(run)(&mut cx), Some(5), "the sum of a diamond");
    }
}
