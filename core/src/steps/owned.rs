//! Owned results: each is made by one step and moved into one other, or out of the report.

use super::handle::Handle;
use core::fmt;
use rungs_scheduler::StepId;
use try_lock::TryLock;

/// A step whose result has one owner: the step that [needs](crate::StepBuilder::needs) it is given the `T` itself, and not a
/// share of it. It is no `Copy`, so there is no second one.
///
/// [`run_owned`](crate::StepBuilder::run_owned) returns it. The result need not be `Sync`, as no two threads ever see it.
/// What no step has taken by the end of the run, [`Report::take`](crate::Report::take) moves out of the report.
///
/// ```
/// use rungs::{NoClock, Owned, Pipeline};
///
/// struct Socket(Vec<u8>); // no `Clone`, and nothing that two steps could share
///
/// let mut p = Pipeline::new("greeting");
/// let socket: Owned<Socket> = p.step("connect").run_owned(async || Ok(Socket(Vec::new())));
/// let socket = p.step("greet").needs(socket).run_owned(async |mut socket: Socket| {
///     socket.0.extend(b"hello");
///     Ok(socket)
/// });
/// let sent = p.step("close").needs(socket).run(async |socket: Socket| Ok(socket.0.len()));
/// let report = futures_lite::future::block_on(p.run(&NoClock))?;
/// assert_eq!(*report.output(sent).unwrap(), 5);
/// # Ok::<(), rungs::PipelineError>(())
/// ```
pub struct Owned<T>(Handle<T>);

impl<T> Handle<OwnedValue<T>> {
    /// The step's result by its own type.
    pub(crate) fn into_owned(self) -> Owned<T> {
        Owned(Handle::new(self.pipeline, self.step))
    }
}

impl<T> Owned<T> {
    /// The step, by its index in the order of declaration.
    pub fn id(&self) -> StepId {
        self.0.id()
    }

    pub(crate) fn pipeline(&self) -> u32 {
        self.0.pipeline
    }
}

impl<T> fmt::Debug for Owned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Owned").field(&self.id().index()).finish()
    }
}

/// An owned result in its slot. It is never read there, so it is `Sync` although the result need not be.
// The lock is never locked: it makes the type `Sync`, for which std has nothing stable yet.
pub struct OwnedValue<T>(TryLock<T>);

impl<T> OwnedValue<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(TryLock::new(value))
    }

    pub(crate) fn into_inner(self) -> T {
        self.0.into_inner()
    }
}

impl<T> fmt::Debug for OwnedValue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnedValue").finish_non_exhaustive()
    }
}

/// What [`Report::take`](crate::Report::take) takes a result by: a [`Handle`] or an [`Owned`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` names no result that can be taken",
    note = "a result is taken by a `Handle<_>` or an `Owned<_>`; `take_named` takes it by its step's name"
)]
pub trait Takes {
    /// The result.
    type Result;
    /// The form in which it is kept.
    type Kept: 'static;

    /// The pipeline's number.
    fn pipeline(&self) -> u32;

    /// The step.
    fn step(&self) -> StepId;

    /// The result itself.
    fn result(kept: Self::Kept) -> Self::Result;
}

impl<T: 'static> Takes for Handle<T> {
    type Result = T;
    type Kept = T;

    fn pipeline(&self) -> u32 {
        self.pipeline
    }

    fn step(&self) -> StepId {
        self.id()
    }

    fn result(kept: T) -> T {
        kept
    }
}

impl<T: 'static> Takes for Owned<T> {
    type Result = T;
    type Kept = OwnedValue<T>;

    fn pipeline(&self) -> u32 {
        self.pipeline()
    }

    fn step(&self) -> StepId {
        self.id()
    }

    fn result(kept: OwnedValue<T>) -> T {
        kept.into_inner()
    }
}
