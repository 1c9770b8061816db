//! The smallest possible executor.

use core::{
    future::Future,
    hint,
    pin::pin,
    task::{Context, Poll, Waker},
};

/// Polls the future until it is ready. It spins, so it need not react to wakes.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
        hint::spin_loop();
    }
}
