//! smol's clock.

use crate::Smol;
use core::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};
use pin_project_lite::pin_project;
use rungs::{Instant, Timer};
use std::{sync::LazyLock, time};

/// The zero of all instants in this process, so that those of several runs can be compared.
static EPOCH: LazyLock<time::Instant> = LazyLock::new(time::Instant::now);

impl Timer for Smol {
    type Sleep = Sleep;

    fn now(&self) -> Instant {
        Instant::ZERO + EPOCH.elapsed()
    }

    fn sleep_until(&self, deadline: Instant) -> Sleep {
        // A deadline that std cannot represent is centuries away, so that sleep need not end.
        let at = EPOCH.checked_add(deadline - Instant::ZERO);
        Sleep { timer: at.map_or_else(smol::Timer::never, smol::Timer::at) }
    }
}

pin_project! {
    /// A sleep on the clock of [`Smol`].
    #[derive(Debug)]
    #[must_use = "a sleep does nothing until it is awaited"]
    pub struct Sleep {
        #[pin]
        timer: smol::Timer,
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().timer.poll(cx).map(|_| ())
    }
}
