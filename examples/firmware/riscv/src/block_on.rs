//! The least executor there is.

use core::{
    future::Future,
    hint,
    pin::pin,
    task::{Context, Poll, Waker},
};

/// Polls the future until it is ready. It spins: a wake needs no answer where every poll comes at once.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
        hint::spin_loop();
    }
}
