//! The lanes of a run as one value.

use core::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

/// Lanes that are polled by their numbers: `(lane_0, (lane_1, lane_2))`.
///
/// Pairs, where a closure would do, because nothing can ask for a closure to be inlined: the fast path would then pay a call for
/// each lane that it polls. On a board the compiler decides, which weighs flash against that.
pub trait Lanes {
    /// Polls a lane. A number past the last one means the last one, which saves a comparison.
    fn poll(&mut self, lane: usize, cx: &mut Context<'_>) -> Poll<()>;
}

/// Of a pipeline without steps.
impl Lanes for () {
    fn poll(&mut self, _: usize, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }
}

impl<L: Future<Output = ()>> Lanes for Pin<&mut L> {
    #[cfg_attr(target_os = "none", inline)]
    #[cfg_attr(not(target_os = "none"), inline(always))]
    fn poll(&mut self, _: usize, cx: &mut Context<'_>) -> Poll<()> {
        self.as_mut().poll(cx)
    }
}

impl<L: Future<Output = ()>, M: Lanes> Lanes for (Pin<&mut L>, M) {
    #[cfg_attr(target_os = "none", inline)]
    #[cfg_attr(not(target_os = "none"), inline(always))]
    fn poll(&mut self, lane: usize, cx: &mut Context<'_>) -> Poll<()> {
        let (first, others) = self;
        if lane == 0 { first.as_mut().poll(cx) } else { others.poll(lane - 1, cx) }
    }
}
