//! A run that is shown by bars.

use crate::{output::Output, screen::Screen, state::State};
use rungs::Event;
use std::{
    fmt::Display,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, TryLockError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, Thread},
    time::Duration,
};

/// How often the times go on.
const TICK: Duration = Duration::from_millis(100);

/// A run, and its place on the screen.
#[derive(Debug)]
pub(crate) struct Live {
    shown: Arc<Shown>,
    /// Draws from time to time; without it each event does.
    ticker: Option<Thread>,
}

#[derive(Debug)]
struct Shown {
    /// Never held while something is drawn: a slow terminal does not hold up the run.
    state: Mutex<State>,
    /// None when the run is shown no longer.
    screen: Mutex<Option<Screen>>,
    /// Whether the screen is to be left as it stands.
    is_left: AtomicBool,
    most_lines: usize,
}

impl Live {
    pub(crate) fn new(state: State, screen: Screen, most_lines: usize, ticks: bool) -> Self {
        let (state, screen) = (Mutex::new(state), Mutex::new(Some(screen)));
        let shown = Arc::new(Shown { state, screen, is_left: AtomicBool::new(false), most_lines });
        let ticker = if ticks { start_ticker(shown.clone()) } else { None };
        let live = Self { shown, ticker };
        live.draw_at_event();
        live
    }

    pub(crate) fn tell<E: Display>(&self, event: &Event<'_, E>) {
        lock(&self.shown.state).tell(event);
        self.draw_at_event();
    }

    fn draw_at_event(&self) {
        if self.ticker.is_none() {
            self.shown.draw();
        }
    }

    /// Writes the last line of a run, and takes its bars off the terminal.
    pub(crate) fn end<E: Display>(self, event: &Event<'_, E>, output: &Output) {
        let took = {
            let mut state = lock(&self.shown.state);
            state.tell(event);
            state.elapsed()
        };
        self.shown.draw();
        output.println(format_args!("{event:#}, {took}"));
        self.clear();
    }

    /// Takes the bars off the terminal.
    pub(crate) fn clear(self) {
        if let Some(mut screen) = lock(&self.shown.screen).take() {
            screen.clear();
        }
        self.stop_ticker();
    }

    /// Leaves the bars as they stand while a panic unwinds: its message is below them, and clearing would take that.
    pub(crate) fn leave(self) {
        self.shown.is_left.store(true, Ordering::Release);
        match self.shown.screen.try_lock() {
            Ok(mut screen) => leave(&mut screen),
            Err(TryLockError::Poisoned(screen)) => leave(&mut screen.into_inner()),
            // The ticker draws, and leaves it then. It may wait for standard error, whose lock the panicking thread may hold.
            Err(TryLockError::WouldBlock) => {}
        }
        self.stop_ticker();
    }

    fn stop_ticker(self) {
        if let Some(ticker) = self.ticker {
            ticker.unpark();
        }
    }
}

impl Shown {
    /// Says whether there is still something to draw.
    fn draw(&self) -> bool {
        let mut place = lock(&self.screen);
        if self.is_left.load(Ordering::Acquire) {
            leave(&mut place);
        }
        let Some(screen) = place.as_mut() else { return false };
        let view = lock(&self.state).view(self.most_lines);
        screen.show(view);
        true
    }
}

fn leave(screen: &mut Option<Screen>) {
    if let Some(mut screen) = screen.take() {
        screen.leave();
    }
}

/// None where no thread can be had, as in a browser.
fn start_ticker(shown: Arc<Shown>) -> Option<Thread> {
    let ticker = thread::Builder::new().name("rungs-indicatif".to_owned()).spawn(move || {
        thread::park_timeout(TICK);
        while shown.draw() {
            thread::park_timeout(TICK);
        }
    });
    ticker.ok().map(|ticker| ticker.thread().clone())
}

/// What a panic left is still to be cleared.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
