//! The span of an attempt as what travels with it.

use rungs::AttemptScope;
use tracing::Span;

/// Enters the span of an attempt around each of its polls.
pub(crate) struct SpanScope(pub(crate) Span);

impl AttemptScope for SpanScope {
    fn enter(&mut self) {
        self.0.with_subscriber(|(id, subscriber)| subscriber.enter(id));
    }

    fn exit(&mut self) {
        self.0.with_subscriber(|(id, subscriber)| subscriber.exit(id));
    }
}
