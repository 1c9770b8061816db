//! Attempts that take long to end, as those that compute or block do.

use rungs::{
    Spawner, TaskDropped,
    sim::{Clock, Sim, Sleep, Spawned, Tasks},
};
use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

/// The tasks of a simulation, which end so much later than they are told to.
#[derive(Clone)]
pub(crate) struct Lingering {
    tasks: Tasks,
    clock: Clock,
    lingers: Duration,
}

impl Lingering {
    pub(crate) fn new(sim: &Sim, lingers: Duration) -> Self {
        Self { tasks: sim.tasks(), clock: sim.clock(), lingers }
    }
}

pub(crate) struct Handle<T> {
    inner: Spawned<T>,
    clock: Clock,
    lingers: Duration,
    ends: Option<Pin<Box<Sleep>>>,
}

impl<F: Future<Output: Send> + Send + 'static> Spawner<F> for Lingering {
    type Handle = Handle<F::Output>;

    fn spawn(&self, future: F) -> Self::Handle {
        Handle { inner: self.tasks.spawn(future), clock: self.clock.clone(), lingers: self.lingers, ends: None }
    }

    fn poll_join(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<Result<F::Output, TaskDropped>> {
        <Tasks as Spawner<F>>::poll_join(Pin::new(&mut handle.get_mut().inner), cx)
    }

    fn poll_cancel(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<()> {
        let Handle { inner, clock, lingers, ends } = handle.get_mut();
        let ends = ends.get_or_insert_with(|| Box::pin(clock.sleep(*lingers)));
        ready!(ends.as_mut().poll(cx));
        <Tasks as Spawner<F>>::poll_cancel(Pin::new(inner), cx)
    }
}
