//! What the parts of a simulation share: the time, who sleeps, and the tasks.

use crate::Instant;
use alloc::{
    boxed::Box,
    collections::{BTreeMap, VecDeque},
    string::String,
    sync::Arc,
    task::Wake,
    vec::Vec,
};
use core::{
    fmt,
    future::Future,
    pin::Pin,
    sync::atomic::{AtomicBool, Ordering},
    task::{Context, Waker},
};
use rungs_scheduler::StepId;
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    thread::{self, ThreadId},
};

pub(super) struct Shared {
    home: ThreadId,
    state: Mutex<State>,
}

pub(super) struct State {
    pub(super) now: Instant,
    /// Who sleeps, by deadline and then in the order in which the sleeps were made.
    pub(super) sleepers: BTreeMap<(Instant, u64), Waker>,
    sleeps: u64,
    /// The tasks to poll, in the order of their wakes.
    pub(super) woken: VecDeque<Arc<Task>>,
    /// Whether another thread has woken a task.
    pub(super) other_thread: bool,
    /// The steps with an attempt in flight.
    pub(super) in_flight: BTreeMap<StepId, String>,
    pub(super) seed: u64,
    draws: u64,
}

impl Shared {
    pub(super) fn new(seed: u64) -> Self {
        let state = State {
            now: Instant::ZERO,
            sleepers: BTreeMap::new(),
            sleeps: 0,
            woken: VecDeque::new(),
            other_thread: false,
            in_flight: BTreeMap::new(),
            seed,
            draws: 0,
        };
        Self { home: thread::current().id(), state: Mutex::new(state) }
    }

    /// No code of a user runs while the lock is held, so a poisoned one is as good as any.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_at_home(&self) -> bool {
        thread::current().id() == self.home
    }

    /// Drops what is left, outside of the lock: a drop may wake.
    pub(super) fn clear(&self) {
        let (woken, sleepers) = {
            let mut state = self.lock();
            (core::mem::take(&mut state.woken), core::mem::take(&mut state.sleepers))
        };
        drop((woken, sleepers));
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        f.debug_struct("Sim").field("seed", &state.seed).field("now", &state.now).finish_non_exhaustive()
    }
}

impl State {
    /// A key for one sleep.
    pub(super) fn next_sleep(&mut self, deadline: Instant) -> (Instant, u64) {
        self.sleeps += 1;
        (deadline, self.sleeps)
    }

    /// The task to poll next.
    pub(super) fn next_woken(&mut self) -> Option<Arc<Task>> {
        let at = self.draw(self.woken.len());
        self.woken.remove(at)
    }

    /// Moves the clock to the next deadline, and returns who is to be woken: one sleeper, so that the others of the same
    /// deadline follow in any order, and with time between them for what it wakes.
    pub(super) fn next_sleeper(&mut self) -> Option<Waker> {
        let at = self.sleepers.keys().next()?.0;
        if at == Instant::NEVER {
            return None;
        }
        let together: Vec<_> = self.sleepers.range((at, 0)..=(at, u64::MAX)).map(|(&key, _)| key).collect();
        let key = together.get(self.draw(together.len()))?;
        self.now = self.now.max(at);
        self.sleepers.remove(key)
    }

    /// One of `choices`; the first of them without a seed.
    pub(super) fn draw(&mut self, choices: usize) -> usize {
        if self.seed == 0 || choices < 2 {
            return 0;
        }
        self.draws += 1;
        (mix(self.seed ^ mix(self.draws)) % choices as u64) as usize
    }
}

/// What a task polls: `None` for the future of `block_on`, which is polled in its place.
type Body = Option<Pin<Box<dyn Future<Output = ()> + Send>>>;

/// A spawned future, or the place of the one that `block_on` runs.
pub(super) struct Task {
    shared: Arc<Shared>,
    pub(super) is_main: bool,
    is_woken: AtomicBool,
    body: Mutex<Body>,
}

impl Task {
    pub(super) fn new(shared: Arc<Shared>, body: Body) -> Arc<Self> {
        let is_main = body.is_none();
        Arc::new(Self { shared, is_main, is_woken: AtomicBool::new(false), body: Mutex::new(body) })
    }

    /// Polls the body, which is dropped when it has ended. It is taken out meanwhile: it may wake, or drop, its own task.
    pub(super) fn run(self: Arc<Self>) {
        self.begin();
        let Some(mut body) = self.take() else { return };
        let waker = Waker::from(self.clone());
        if body.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
            *self.body.lock().unwrap_or_else(PoisonError::into_inner) = Some(body);
        }
    }

    /// A wake from here on is for the next poll.
    pub(super) fn begin(&self) {
        self.is_woken.store(false, Ordering::Release);
    }

    fn take(&self) -> Body {
        self.body.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        if self.is_woken.swap(true, Ordering::AcqRel) {
            return;
        }
        let shared = self.shared.clone();
        let is_at_home = shared.is_at_home();
        let mut state = shared.lock();
        state.other_thread |= !is_at_home;
        state.woken.push_back(self);
    }
}

/// The finalizer of SplitMix64 (Steele, Lea and Flood, 2014).
fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
