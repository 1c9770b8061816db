//! What a run leaves, and which differences in it are allowed.

use super::Made;
use crate::Bad;
use rungs::{Event, EventKind, Instant, Status, StepId};
use std::cell::RefCell;

/// Everything that a run leaves.
#[derive(Debug, PartialEq)]
pub(super) struct Told {
    pub(super) events: Vec<Noted>,
    /// `None` if the run did not end.
    pub(super) report: Option<Reported>,
}

#[derive(Debug, PartialEq)]
pub(super) struct Reported {
    /// Everything that the report says about each step.
    pub(super) steps: Vec<String>,
    pub(super) outputs: Vec<Option<Made>>,
    pub(super) exit_code: u8,
    pub(super) span: (Instant, Instant),
    pub(super) table: String,
}

/// An event with its text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Noted {
    at: Instant,
    step: Option<StepId>,
    what: What,
    text: String,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum What {
    Run,
    Start,
    Retry,
    End(Status),
}

#[derive(Default)]
pub(super) struct Events(RefCell<Vec<Noted>>);

impl Events {
    pub(super) fn note(&self, event: &Event<'_, Bad>) {
        let what = match event.kind {
            EventKind::RunStarted(_) | EventKind::RunEnded { .. } => What::Run,
            EventKind::Started => What::Start,
            EventKind::Retrying { .. } => What::Retry,
            EventKind::Ended { status, .. } => What::End(status),
            // A static run does not tell it.
            EventKind::Waiting { .. } => return,
            _ => panic!("there is no other"),
        };
        let text = format!("{event:?} {event}");
        self.0.borrow_mut().push(Noted { at: event.at, step: event.step, what, text });
    }

    pub(super) fn all(self) -> Vec<Noted> {
        self.0.into_inner()
    }
}

impl Told {
    /// Reorders the events as if results of one poll were handled in the order of declaration.
    pub(super) fn sort_ties(&mut self) {
        let may_tie = |event: &Noted| matches!(event.what, What::Retry | What::End(_));
        let is_tie = |a: &Noted, b: &Noted| a.at == b.at && may_tie(a) && may_tie(b);
        self.events.chunk_by_mut(is_tie).for_each(|tied| tied.sort_by_key(|event| event.step));
        let mut events = std::mem::take(&mut self.events).into_iter().peekable();
        while let Some(event) = events.next() {
            // After the sort, the end of a step follows its retry directly.
            let is_moot =
                |end: &Noted| (end.at, end.step, &end.what) == (event.at, event.step, &What::End(Status::Cancelled));
            if event.what != What::Retry || !events.peek().is_some_and(is_moot) {
                self.events.push(event);
            }
        }
    }

    /// Whether either of two failures in one poll may have stopped the run.
    pub(super) fn is_contested(&self) -> bool {
        let has_failed = |event: &Noted| event.what == What::End(Status::Failed);
        self.events.chunk_by(|a, b| a.at == b.at).any(|tied| tied.iter().filter(|event| has_failed(event)).count() > 1)
    }

    /// The text of it all, without the name of the step that stopped the run.
    pub(super) fn without_stopper(&self) -> String {
        let mut text = format!("{self:?}");
        for (step, name) in ["a", "b", "c", "d", "e"].iter().enumerate() {
            text = text.replace(&format!("by: StepId({step})"), "by someone");
            text = text.replace(&format!(r#"by: \"{name}\""#), "by someone");
            text = text.replace(&format!("stopped after `{name}`"), "stopped");
        }
        text
    }
}
