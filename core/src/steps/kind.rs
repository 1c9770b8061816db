//! The difference between [`Pipeline`](crate::Pipeline) and [`LocalPipeline`](crate::LocalPipeline): whether steps and
//! results may cross threads.

use super::{
    absent::Absent,
    cell::{Cell, LocalCell, ResultSlot, SharedCell},
    work::Work,
};
use alloc::{boxed::Box, sync::Arc};
use core::pin::Pin;

/// Steps, results and so the run may go to another thread: a [`Pipeline`](crate::Pipeline).
///
/// A helper function that configures a `StepBuilder` must name the kind:
///
/// ```
/// use rungs::{InPlace, Pipeline, Shared, StepBuilder};
///
/// fn patient<'p, 'env, E>(step: StepBuilder<'p, 'env, E, Shared, InPlace>) -> StepBuilder<'p, 'env, E, Shared, InPlace> {
///     step.retries(9)
/// }
///
/// let mut p = Pipeline::new("patient");
/// patient(p.step("first")).run(|| async { Ok(()) });
/// patient(p.step("second")).run(|| async { Ok(()) });
/// p.check()?;
/// # Ok::<(), rungs::PipelineError>(())
/// ```
#[derive(Debug)]
pub struct Shared;

/// Steps and results stay on one thread: a [`LocalPipeline`](crate::LocalPipeline).
///
/// ```
/// use rungs::{InPlace, Local, LocalPipeline, StepBuilder};
///
/// fn patient<'p, 'env, E>(step: StepBuilder<'p, 'env, E, Local, InPlace>) -> StepBuilder<'p, 'env, E, Local, InPlace> {
///     step.retries(9)
/// }
///
/// let mut p = LocalPipeline::new("patient");
/// patient(p.step("first")).run(async || Ok(std::rc::Rc::new(1)));
/// assert_eq!(p.plan()?.get("first").unwrap().settings().get_retries(), 9);
/// # Ok::<(), rungs::PipelineError>(())
/// ```
#[derive(Debug)]
pub struct Local;

/// The types of one kind of pipeline.
pub trait Kind<'env, E>: Sized + 'static {
    /// A step.
    type Work: Work<E, Self::Cell> + ?Sized;
    /// A result.
    type Cell: Cell + ?Sized;

    /// What stands in the place of a step that a plan holds and never starts.
    #[doc(hidden)]
    fn absent() -> Pin<Box<Self::Work>>;
}

impl<'env, E> Kind<'env, E> for Shared {
    type Work = dyn Work<E, SharedCell> + Send + 'env;
    type Cell = SharedCell;

    fn absent() -> Pin<Box<Self::Work>> {
        Box::pin(Absent)
    }
}

impl<'env, E> Kind<'env, E> for Local {
    type Work = dyn Work<E, LocalCell> + 'env;
    type Cell = LocalCell;

    fn absent() -> Pin<Box<Self::Work>> {
        Box::pin(Absent)
    }
}

/// Which steps a kind of pipeline takes.
#[diagnostic::on_unimplemented(
    message = "this step is not `Send`, and a `Pipeline` takes only steps that are",
    label = "its closure, its future or something it captured must stay on one thread",
    note = "use `LocalPipeline` for steps that are not `Send`",
    note = "or replace what holds it back: `Rc` by `Arc`, `RefCell` by `Mutex`, a guard that lives across an `.await`"
)]
pub trait Holds<'env, E, W>: Kind<'env, E> {
    /// Puts a step into its box.
    fn hold(work: W) -> Pin<Box<Self::Work>>;
}

#[diagnostic::do_not_recommend]
impl<'env, E, W: Work<E, SharedCell> + Send + 'env> Holds<'env, E, W> for Shared {
    fn hold(work: W) -> Pin<Box<Self::Work>> {
        Box::pin(work)
    }
}

#[diagnostic::do_not_recommend]
impl<'env, E, W: Work<E, LocalCell> + 'env> Holds<'env, E, W> for Local {
    fn hold(work: W) -> Pin<Box<Self::Work>> {
        Box::pin(work)
    }
}

/// Which results a kind of pipeline takes.
#[diagnostic::on_unimplemented(
    message = "the result `{T}` cannot be shared between threads, and a `Pipeline` takes only results that can",
    note = "results of a `Pipeline` are `Send + Sync`, those of `run_owned` are `Send`; use `LocalPipeline` for others"
)]
pub trait HoldsResult<T, C: ?Sized> {
    /// A slot as the cell that it is.
    fn cell(slot: Arc<ResultSlot<T>>) -> Arc<C>;
}

#[diagnostic::do_not_recommend]
impl<T: Send + Sync + 'static> HoldsResult<T, SharedCell> for Shared {
    #[inline]
    fn cell(slot: Arc<ResultSlot<T>>) -> Arc<SharedCell> {
        slot
    }
}

#[diagnostic::do_not_recommend]
impl<T: 'static> HoldsResult<T, LocalCell> for Local {
    #[inline]
    fn cell(slot: Arc<ResultSlot<T>>) -> Arc<LocalCell> {
        slot
    }
}
