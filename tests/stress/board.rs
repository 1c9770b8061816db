//! What is seen of runs while they go on, from all threads.

use std::{
    collections::BTreeSet,
    process,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, AtomicU64, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

/// The runs of one executor.
#[derive(Default)]
pub(crate) struct Progress {
    ended: AtomicU64,
    running: Mutex<BTreeSet<u64>>,
    counts: Mutex<[u64; 5]>,
    name: &'static str,
}

/// Far longer than a run takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Progress {
    /// Ends the process if no run ends for long: each run ends, whatever the threads do.
    pub(crate) fn watched(name: &'static str) -> Arc<Self> {
        let progress = Arc::new(Self { name, ..Self::default() });
        let watched = Arc::downgrade(&progress);
        thread::spawn(move || {
            let mut before = 0;
            loop {
                thread::sleep(PATIENCE);
                let Some(progress) = watched.upgrade() else { return };
                let ended = progress.ended.load(SeqCst);
                let running = lock(&progress.running).clone();
                if ended == before && !running.is_empty() {
                    eprintln!("{name}: the runs of these seeds do not end: {running:?}");
                    process::abort();
                }
                before = ended;
            }
        });
        progress
    }

    pub(crate) fn begin(&self, seed: u64) {
        lock(&self.running).insert(seed);
    }

    /// A run ended with this exit code, or was dropped.
    pub(crate) fn end(&self, seed: u64, exit_code: Option<u8>) {
        lock(&self.running).remove(&seed);
        lock(&self.counts)[exit_code.map_or(4, usize::from)] += 1;
        self.ended.fetch_add(1, SeqCst);
    }

    pub(crate) fn finish(&self) {
        let [succeeded, failed, stopped, _, dropped] = *lock(&self.counts);
        println!(
            "{}: {} runs: {succeeded} succeeded, {failed} failed, {stopped} stopped, {dropped} dropped",
            self.name,
            self.ended.load(SeqCst)
        );
    }
}

/// The attempts of one run.
pub(crate) struct Board {
    in_flight: Vec<AtomicU32>,
    attempts: Vec<AtomicU32>,
    /// A panic would not do: a run catches it.
    violations: Mutex<Vec<String>>,
}

impl Board {
    pub(crate) fn new(steps: usize) -> Self {
        let zeros = || (0..steps).map(|_| AtomicU32::new(0)).collect();
        Self { in_flight: zeros(), attempts: zeros(), violations: Mutex::default() }
    }

    /// Another run of the same pipeline begins. Attempts of the last one may still be in flight.
    pub(crate) fn begin(&self) {
        self.attempts.iter().for_each(|step| step.store(0, SeqCst));
    }

    pub(crate) fn violation(&self, text: String) {
        lock(&self.violations).push(text);
    }

    pub(crate) fn violations(&self) -> Vec<String> {
        lock(&self.violations).clone()
    }

    pub(crate) fn attempts(&self, step: usize) -> u32 {
        self.attempts[step].load(SeqCst)
    }

    /// How many attempts are in flight, or not yet dropped.
    pub(crate) fn alive(&self) -> u32 {
        self.in_flight.iter().map(|step| step.load(SeqCst)).sum()
    }
}

/// An attempt, from when it is made until it is dropped.
pub(crate) struct InFlight {
    board: Arc<Board>,
    step: usize,
}

impl InFlight {
    pub(crate) fn new(board: &Arc<Board>, step: usize) -> Self {
        if board.in_flight[step].fetch_add(1, SeqCst) > 0 {
            board.violation(format!("two attempts of step {step} overlap"));
        }
        board.attempts[step].fetch_add(1, SeqCst);
        Self { board: board.clone(), step }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.board.in_flight[self.step].fetch_sub(1, SeqCst);
    }
}
