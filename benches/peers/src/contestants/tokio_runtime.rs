//! One tokio runtime on this thread, made before anything is measured.

use std::future::Future;
use tokio::runtime::{Builder, Runtime};

thread_local! {
    static RUNTIME: Runtime =
        Builder::new_current_thread().enable_time().build().expect("a runtime without input and output");
}

/// Runs a future, and the tasks that it spawns, on this thread.
pub(super) fn block_on<F: Future>(future: F) -> F::Output {
    RUNTIME.with(|runtime| runtime.block_on(future))
}
