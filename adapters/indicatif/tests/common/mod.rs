//! A terminal in memory.

#![allow(dead_code, reason = "each test file uses a part of it")]

use indicatif::{InMemoryTerm, MultiProgress, ProgressDrawTarget};
use rungs::Event;
use std::{cell::RefCell, fmt::Display, time::Duration};

pub(crate) use futures_lite::future::block_on;

pub(crate) const MS: fn(u64) -> Duration = Duration::from_millis;

/// Bars that are drawn to the terminal.
pub(crate) fn bars(terminal: &InMemoryTerm) -> MultiProgress {
    MultiProgress::with_draw_target(ProgressDrawTarget::term_like(Box::new(terminal.clone())))
}

/// Each event of a run, and what the terminal shows after it. The observer is to be added after the one that draws.
pub(crate) fn screens<E: Display, T>(
    terminal: &InMemoryTerm,
    run: impl FnOnce(Box<dyn FnMut(&Event<'_, E>)>) -> T,
) -> Vec<(String, String)> {
    let seen = std::rc::Rc::new(RefCell::new(Vec::new()));
    let (noted, terminal) = (seen.clone(), terminal.clone());
    run(Box::new(move |event| noted.borrow_mut().push((event.to_string(), terminal.contents()))));
    seen.take()
}
