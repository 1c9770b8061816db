//! Inputs: steps without a body, whose results are given at the run.

use super::PipelineOf;
use crate::steps::{Attempt, AttemptError, Cell, Handle, Holds, HoldsResult, Kind, ResultSlot, ValueType, Work};
use alloc::{sync::Arc, vec::Vec};
use core::{
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll},
};
use rungs_scheduler::StepId;

impl<'env, E, K: Kind<'env, E>, S> PipelineOf<'env, E, K, S> {
    /// Adds an input: a step without a body, whose result is an argument of each run. Steps need it as they need any other.
    ///
    /// Its value is [`given`](super::Runner::given) to the runner, and a run without it is a plan error. In the run it is a step
    /// that succeeds at its first attempt, without taking any time; diagrams and reports show that it is an input. It has no
    /// settings, and the pipeline's [defaults](Self::defaults) do not apply to it.
    ///
    /// ```
    /// use rungs::{NoClock, Pipeline};
    ///
    /// let mut p = Pipeline::new("page");
    /// let number = p.input::<u64>("number");
    /// let price = p.step("price").needs(number).run(async |number| Ok(*number * 100));
    /// assert!(p.visualize().to_string().contains("  - number (input)\n"));
    ///
    /// for number_of_this_run in [7, 8] {
    ///     let run = p.runner().given(number, number_of_this_run).run(&NoClock);
    ///     let report = futures_lite::future::block_on(run)?;
    ///     assert_eq!(*report.output(price).unwrap(), number_of_this_run * 100);
    ///     assert!(report.get("number").unwrap().is_input());
    /// }
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn input<T>(&mut self, name: &str) -> Handle<T>
    where
        T: 'static,
        K: Holds<'env, E, InputStep<T, K>> + HoldsResult<T, K::Cell>,
    {
        self.steps.begin();
        let draft = &mut self.steps.draft;
        let step = draft.add_input(name, ValueType::of::<T>());
        let id = draft.names.id();
        self.steps.works.push(K::hold(InputStep(PhantomData)));
        Handle::new(id, step)
    }
}

/// The inputs of a pipeline, in the order of declaration.
pub(super) type DeclaredInputs = Vec<(StepId, ValueType)>;

/// A step without a body.
#[derive(Debug)]
pub struct InputStep<T, K>(PhantomData<fn() -> (T, K)>);

impl<E, C: Cell + ?Sized, T: 'static, K: HoldsResult<T, C>> Work<E, C> for InputStep<T, K> {
    fn poll(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        begin: Option<&Attempt<'_, E>>,
        results: &mut [Option<Arc<C>>],
    ) -> Poll<Result<Arc<C>, AttemptError<E>>> {
        // The value was put there before the run began.
        let value = begin.and_then(|attempt| results.get(attempt.step.index())?.clone());
        Poll::Ready(value.ok_or(AttemptError::TaskDropped))
    }

    fn poll_cancel(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }

    fn discard(self: Pin<&mut Self>) {}

    fn is_in_place(&self) -> bool {
        true
    }

    fn result_type(&self) -> ValueType {
        ValueType::of::<T>()
    }

    fn yield_cell(self: Pin<&mut Self>) -> Option<Arc<C>> {
        Some(K::cell(ResultSlot::empty()))
    }

    fn renew(self: Pin<&mut Self>, _: Option<Arc<C>>) {}
}
