//! The span of an attempt as what travels with it.

use crate::{events::show_long, long_polls::LongPolls};
use rungs::AttemptScope;
use tracing::Span;

/// Enters the span of an attempt around each of its polls.
pub(crate) struct SpanScope {
    span: Span,
    /// Measures the polls, if that is wanted.
    long_polls: Option<Box<LongPolls>>,
}

impl SpanScope {
    /// What is to travel, if anything.
    pub(crate) fn of(span: Span, long_polls: Option<LongPolls>) -> Option<Self> {
        if span.is_disabled() && long_polls.is_none() {
            return None;
        }
        Some(Self { span, long_polls: long_polls.map(Box::new) })
    }
}

impl AttemptScope for SpanScope {
    fn on_spawn(&mut self) {
        // It holds a thread of its executor, and not that of the run.
        self.long_polls = None;
    }

    fn enter(&mut self) {
        self.span.with_subscriber(|(id, subscriber)| subscriber.enter(id));
        if let Some(long_polls) = &mut self.long_polls {
            long_polls.begin();
        }
    }

    fn exit(&mut self) {
        let long = self.long_polls.as_mut().and_then(|long_polls| long_polls.end());
        self.span.with_subscriber(|(id, subscriber)| subscriber.exit(id));
        if let Some(long) = long {
            show_long(&self.span, &long);
        }
    }
}
