//! The bench of the pipelines: a script, and a clock that stands still between polls. It needs no heap and no wakes:
//! whatever waits is polled again each time the clock has moved.

use core::{
    array,
    cell::Cell,
    future::{Future, pending},
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
    time::Duration,
};

use rungs::{
    Cause, Instant, Status, StepId, Timer,
    fixed::{Outputs, Report, StopSignal},
};

/// The largest pipeline here has this many steps.
const STEPS: usize = 7;

/// A clock, and the signal that stops the run.
#[derive(Debug)]
pub struct Bench {
    now: Cell<Instant>,
    /// The earliest time that a sleep waits for.
    next: Cell<Instant>,
    pub(crate) stop: StopSignal,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self { now: Cell::new(Instant::ZERO), next: Cell::new(Instant::NEVER), stop: StopSignal::new() }
    }

    /// Polls a run to its end, and moves the clock to the next time that it waits for.
    #[track_caller]
    pub(crate) fn run_to_end<T>(&self, run: impl Future<Output = T>) -> T {
        let mut run = pin!(run);
        loop {
            self.next.set(Instant::NEVER);
            if let Poll::Ready(ended) = run.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                return ended;
            }
            assert!(self.next.get() < Instant::NEVER, "the run waits for nothing");
            self.now.set(self.next.get());
        }
    }
}

impl<'b> Timer for &'b Bench {
    type Sleep = Sleep<'b>;

    fn now(&self) -> Instant {
        self.now.get()
    }

    fn sleep_until(&self, deadline: Instant) -> Sleep<'b> {
        Sleep { bench: self, deadline }
    }
}

#[derive(Debug)]
pub struct Sleep<'b> {
    bench: &'b Bench,
    deadline: Instant,
}

impl Future for Sleep<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        let Self { bench, deadline } = *self;
        if bench.now.get() >= deadline {
            return Poll::Ready(());
        }
        bench.next.set(bench.next.get().min(deadline));
        Poll::Pending
    }
}

/// What an attempt does, after this many milliseconds.
#[derive(Clone, Copy)]
pub(crate) enum Do {
    Succeed(u64),
    Fail(u64),
    Hang,
    /// Stops the run, and succeeds.
    Drain(u64),
    Cancel(u64),
    CancelTwice(u64),
}

/// The error of an attempt: its number, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bad(pub u32);

/// What the attempts of each step do: the last entry repeats, and a step without entries succeeds at once.
pub struct Script<'b> {
    bench: &'b Bench,
    does: &'b [&'b [Do]],
    tries: [Cell<u32>; STEPS],
    in_flight: Cell<u32>,
    /// The maximum of `in_flight`.
    most: Cell<u32>,
}

impl<'b> Script<'b> {
    pub(crate) fn new(bench: &'b Bench, does: &'b [&'b [Do]]) -> Self {
        Self { bench, does, tries: Default::default(), in_flight: Cell::new(0), most: Cell::new(0) }
    }

    /// Plays one attempt of the step with this name, a single letter.
    pub(crate) async fn play(&self, name: &str) -> Result<(), Bad> {
        let _in_flight = InFlight::new(self);
        let step = usize::from(name.as_bytes()[0] - b'a');
        let last = self.tries[step].get();
        self.tries[step].set(last + 1);
        let does = self.does.get(step).copied().unwrap_or_default();
        let stop = &self.bench.stop;
        match does.get(last as usize).or(does.last()).copied().unwrap_or(Do::Succeed(0)) {
            Do::Succeed(after) => self.pass(after).await,
            Do::Fail(after) => {
                self.pass(after).await;
                return Err(Bad(last + 1));
            }
            Do::Hang => pending().await,
            Do::Drain(after) => {
                self.pass(after).await;
                stop.drain();
            }
            Do::Cancel(after) => {
                self.pass(after).await;
                stop.cancel();
            }
            Do::CancelTwice(after) => {
                self.pass(after).await;
                stop.cancel();
                stop.cancel();
            }
        }
        Ok(())
    }

    async fn pass(&self, millis: u64) {
        self.bench.sleep_until(self.bench.now() + ms(millis)).await;
    }

    pub(crate) fn in_flight(&self) -> u32 {
        self.in_flight.get()
    }

    pub(crate) fn most_in_flight(&self) -> u32 {
        self.most.get()
    }
}

/// An attempt, until it ends or is dropped.
struct InFlight<'s>(&'s Cell<u32>);

impl<'s> InFlight<'s> {
    fn new(Script { in_flight, most, .. }: &'s Script<'_>) -> Self {
        in_flight.set(in_flight.get() + 1);
        most.set(most.get().max(in_flight.get()));
        Self(in_flight)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

/// How a step ended, with its times in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StepEnd {
    status: Status,
    cause: Option<Cause>,
    attempts: u32,
    /// `None` if it never started.
    started: Option<u64>,
    pub(crate) finished: u64,
}

/// A success after this many attempts, with the times of its start and its end.
pub(crate) fn succeeded(attempts: u32, from: u64, to: u64) -> StepEnd {
    StepEnd { status: Status::Success, cause: None, attempts, started: Some(from), finished: to }
}

pub(crate) fn failed(cause: Cause, attempts: u32, from: u64, to: u64) -> StepEnd {
    StepEnd { status: Status::Failed, cause: Some(cause), attempts, started: Some(from), finished: to }
}

pub(crate) fn cancelled(cause: Cause, attempts: u32, from: u64, to: u64) -> StepEnd {
    StepEnd { status: Status::Cancelled, cause: Some(cause), attempts, started: Some(from), finished: to }
}

/// A failure without an attempt.
pub(crate) fn failed_by_need(cause: Cause, at: u64) -> StepEnd {
    StepEnd { status: Status::Failed, cause: Some(cause), attempts: 0, started: None, finished: at }
}

pub(crate) fn skipped(cause: Cause, at: u64) -> StepEnd {
    StepEnd { status: Status::Skipped, cause: Some(cause), attempts: 0, started: None, finished: at }
}

/// The end of a step that found nothing to do.
pub(crate) fn skipped_itself(cause: Cause, from: u64, to: u64) -> StepEnd {
    StepEnd { status: Status::Skipped, cause: Some(cause), attempts: 1, started: Some(from), finished: to }
}

/// How a run ended.
pub(crate) struct RunRecord<const N: usize> {
    pub(crate) steps: [StepEnd; N],
    exit_code: u8,
}

impl<const N: usize> RunRecord<N> {
    pub(crate) fn new<R: Outputs>(report: &Report<R, Bad, N>) -> Self {
        let millis = |at: Instant| at.as_nanos() / 1_000_000;
        let end_of = |step| {
            let step = report.step(id(step)).expect("one of the pipeline's");
            let finished = millis(step.finished_at().expect("all have ended"));
            let (started, attempts) = (step.started_at().map(millis), step.attempts());
            StepEnd { status: step.status(), cause: step.cause(), attempts, started, finished }
        };
        Self { steps: array::from_fn(end_of), exit_code: report.exit_code() }
    }

    #[track_caller]
    pub(crate) fn ended_with(&self, exit_code: u8, steps: [StepEnd; N]) {
        same(&self.steps, &steps);
        assert_eq!(self.exit_code, exit_code);
    }
}

/// Not generic over the length, so that boards have it in flash once.
#[track_caller]
fn same(one: &[StepEnd], other: &[StepEnd]) {
    assert_eq!(one, other);
}

pub(crate) fn id(step: usize) -> StepId {
    StepId::new(step).expect("a small pipeline")
}

pub(crate) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}
