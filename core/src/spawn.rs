//! Where attempts run: in place, or on an executor.

use core::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

/// Runs the attempts of steps, and ends them on request.
///
/// Implementations MUST keep these rules:
/// - A handle that is dropped makes its attempt end (soon, if not at once): nothing runs on without a handle.
/// - `poll_cancel` asks the attempt to end, and is ready only once it has really ended and all it held is dropped. It may
///   be called again until it is ready; neither method is called after that.
/// - A panic of the attempt is carried on by `poll_join`, as a panic.
///
/// The future is that of the attempt, with what [travels with it](crate::AttemptScope).
///
/// ```
/// use std::{future::Future, pin::Pin, task::{Context, Poll, Waker}};
/// use rungs::{Spawner, TaskDropped};
///
/// /// Runs each attempt where its handle is polled.
/// struct Lazy;
///
/// impl<F: Future> Spawner<F> for Lazy {
///     type Handle = Pin<Box<F>>;
///
///     const IN_PLACE: bool = true;
///
///     fn spawn(&self, future: F) -> Self::Handle {
///         Box::pin(future)
///     }
///     fn poll_join(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<Result<F::Output, TaskDropped>> {
///         handle.get_mut().as_mut().poll(cx).map(Ok)
///     }
///     fn poll_cancel(_: Pin<&mut Self::Handle>, _: &mut Context<'_>) -> Poll<()> {
///         Poll::Ready(()) // the handle is dropped next
///     }
/// }
///
/// let mut handle = Box::pin(Lazy.spawn(async { 7 }));
/// let mut cx = Context::from_waker(Waker::noop());
/// assert_eq!(<Lazy as Spawner<_>>::poll_join(handle.as_mut(), &mut cx), Poll::Ready(Ok(7)));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot run this step's future",
    note = "an executor with threads takes futures that are `Send` and own all they use (`'static`)",
    note = "leave out `spawn_on` to run the step in place, where it may borrow"
)]
pub trait Spawner<F: Future> {
    /// An attempt that was started.
    type Handle;

    /// Whether an attempt goes no further than its handle is polled, as [`InPlace`]. One of another spawner goes on when a
    /// second cancel ends the run while the attempt [is never cancelled](crate::Settings::never_cancel).
    const IN_PLACE: bool = false;

    /// Starts an attempt.
    fn spawn(&self, future: F) -> Self::Handle;

    /// Waits for the attempt's result.
    fn poll_join(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<Result<F::Output, TaskDropped>>;

    /// Asks the attempt to end, and waits until it has.
    fn poll_cancel(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<()>;
}

/// An executor dropped the attempt before it had ended.
///
/// The step then fails with [`StepError::TaskDropped`](crate::StepError::TaskDropped).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct TaskDropped;

/// In place: the run itself polls the attempt, which may borrow and need not be `Send`. Ending it is dropping it.
///
/// [`AttemptSpawner`](crate::AttemptSpawner) has an example.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct InPlace;
