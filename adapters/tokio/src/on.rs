//! Runtimes and local sets as spawners.

use crate::Handle;
use core::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};
use rungs::{Spawner, TaskDropped};
use std::rc::Rc;
use tokio::{runtime, task::LocalSet};

/// A runtime or a local set of your own as a [`Spawner`](rungs::Spawner): `On(handle)`, `On(&local_set)`, or `On(local_set)`
/// with an `Rc`. With the handle of a runtime it is a [`Timer`](rungs::Timer) as well.
///
/// So a run need not be polled by tokio at all:
///
/// ```
/// use rungs::Pipeline;
/// use rungs_tokio::On;
/// use std::time::Duration;
/// use tokio::runtime::Builder;
///
/// let runtime = Builder::new_multi_thread().worker_threads(1).enable_time().build()?;
/// let on = On(runtime.handle().clone());
/// let mut p = Pipeline::new("from outside").spawn_on(on.clone());
/// p.step("nap").timeout(Duration::from_secs(60)).run(async || {
///     tokio::time::sleep(Duration::from_millis(1)).await;
///     Ok(())
/// });
/// // This thread is none of tokio's.
/// assert!(futures_lite::future::block_on(p.run(&on))?.is_success());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct On<X>(
    /// The runtime or the local set.
    pub X,
);

/// Implements `Spawner` for what a task is spawned on, by its method, for the futures that it takes.
macro_rules! spawner {
    ($on:ty, $spawn:ident $(, $send:ident)?) => {
        impl<F> Spawner<F> for On<$on>
        where
            F: Future<Output: $($send +)? 'static> + $($send +)? 'static,
        {
            type Handle = Handle<F::Output>;

            fn spawn(&self, future: F) -> Self::Handle {
                self.0.$spawn(future).into()
            }

            fn poll_join(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<Result<F::Output, TaskDropped>> {
                handle.get_mut().poll_join(cx)
            }

            fn poll_cancel(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<()> {
                handle.get_mut().poll_cancel(cx)
            }
        }
    };
}
spawner!(runtime::Handle, spawn, Send);
spawner!(&LocalSet, spawn_local);
spawner!(Rc<LocalSet>, spawn_local);
