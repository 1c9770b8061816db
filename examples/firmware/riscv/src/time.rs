//! The machine's timer as the clock. A sleep reads it at each poll, because a bare loop has nothing else to do.

use core::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use embedded_hal_async::delay::DelayNs;
use rungs::{Instant, Timer};

/// How fast QEMU's virt machine counts.
const NANOS_A_TICK: u64 = 100;

/// The machine's timer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mtime;

impl Timer for Mtime {
    type Sleep = Sleep;

    fn now(&self) -> Instant {
        Instant::from_nanos(riscv::register::time::read64().saturating_mul(NANOS_A_TICK))
    }

    fn sleep_until(&self, deadline: Instant) -> Sleep {
        Sleep { deadline }
    }
}

/// Ends at the first poll after its deadline. It wakes no task: [`block_on`](crate::block_on) polls all the time.
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Sleep {
    deadline: Instant,
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if Mtime.now() >= self.deadline { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// The delay that the device drivers use.
#[derive(Clone, Copy, Debug, Default)]
pub struct Delay;

impl DelayNs for Delay {
    async fn delay_ns(&mut self, ns: u32) {
        Mtime.sleep_until(Instant::from_nanos(Mtime.now().as_nanos().saturating_add(ns.into()))).await;
    }
}
