//! What a step does once it has the sum of its needs.

use std::{
    future::Future,
    hint::black_box,
    time::{Duration, Instant},
};

/// The span that steps of [`Mode::Sleeps`] sleep.
pub const SLEEP: Duration = Duration::from_millis(1);

/// What all steps of a graph do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// They are ready at their first poll.
    Ready,
    /// They yield once.
    Yields,
    /// They sleep for [`SLEEP`].
    Sleeps,
    /// They compute for about 10 us.
    Works,
}

impl Mode {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Ready, Self::Yields, Self::Sleeps, Self::Works];

    /// As it is called on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Yields => "yields",
            Self::Sleeps => "sleeps",
            Self::Works => "works",
        }
    }

    /// Whether instructions are counted: not of steps that spend their time on anything but their scheduling.
    pub const fn is_counted(self) -> bool {
        matches!(self, Self::Ready | Self::Yields)
    }

    /// As it is said in a heading.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Ready => "each step is ready at once",
            Self::Yields => "each step yields once",
            Self::Sleeps => "each step sleeps 1 ms",
            Self::Works => "each step computes for 10 us",
        }
    }
}

/// A [`Mode`] as a type, so that a step's future holds nothing of the other modes.
pub trait Body: Send + Sync + 'static {
    /// The mode.
    const MODE: Mode;

    /// What an asynchronous step does; it comes to `value`.
    fn step(value: u64) -> impl Future<Output = u64> + Send;

    /// Runs a future on this thread.
    fn block_on<F: Future>(future: F) -> F::Output {
        futures_lite::future::block_on(future)
    }

    /// What a step does that cannot wait. Only for [`Mode::Ready`] and [`Mode::Works`].
    fn now(value: u64) -> u64 {
        if matches!(Self::MODE, Mode::Works) {
            work();
        }
        black_box(value)
    }
}

/// [`Mode::Ready`].
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "a type without a value")]
pub struct Ready;

impl Body for Ready {
    const MODE: Mode = Mode::Ready;

    async fn step(value: u64) -> u64 {
        black_box(value)
    }
}

/// [`Mode::Yields`].
#[derive(Clone, Copy, Debug)]
pub struct Yields;

impl Body for Yields {
    const MODE: Mode = Mode::Yields;

    async fn step(value: u64) -> u64 {
        futures_lite::future::yield_now().await;
        black_box(value)
    }
}

/// [`Mode::Sleeps`] on smol's timers.
#[derive(Clone, Copy, Debug)]
pub struct Sleeps;

impl Body for Sleeps {
    const MODE: Mode = Mode::Sleeps;

    async fn step(value: u64) -> u64 {
        async_io::Timer::after(SLEEP).await;
        black_box(value)
    }

    /// Waits for timers on this thread; otherwise async-io has a thread of its own for them.
    fn block_on<F: Future>(future: F) -> F::Output {
        async_io::block_on(future)
    }
}

/// [`Mode::Sleeps`] on tokio's timers, for those who run on tokio.
#[derive(Clone, Copy, Debug)]
pub struct SleepsOnTokio;

impl Body for SleepsOnTokio {
    const MODE: Mode = Mode::Sleeps;

    async fn step(value: u64) -> u64 {
        tokio::time::sleep(SLEEP).await;
        black_box(value)
    }
}

/// [`Mode::Works`].
#[derive(Clone, Copy, Debug)]
pub struct Works;

impl Body for Works {
    const MODE: Mode = Mode::Works;

    async fn step(value: u64) -> u64 {
        work();
        black_box(value)
    }
}

/// A chain of multiplications, about 10 us on a machine of 2026; [`time_of_work`] says how long it is on this one.
fn work() {
    black_box((0..9_000_u64).fold(1, |sum: u64, turn| (sum ^ turn).wrapping_mul(black_box(0x9E37_79B9_7F4A_7C15))));
}

/// The shortest time of a step's work, of many.
pub fn time_of_work() -> Duration {
    let time = |_| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..2_000).map(time).min().unwrap_or_default()
}
