//! A run's arguments: steps without a body, whose results are given at the run.

use super::{PipelineOf, plan_error::PlanErrorKind};
use crate::{
    diagram::StepNames,
    steps::{Attempt, AttemptError, Cell, Handle, Holds, HoldsResult, Kind, Names, ResultSlot, Suggestions, Work},
};
use alloc::{boxed::Box, collections::BTreeSet, string::String, sync::Arc, vec::Vec};
use core::{
    any::{TypeId, type_name},
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

/// The type of a value, for checks and for texts.
#[derive(Clone, Copy)]
pub(super) struct ValueType {
    id: TypeId,
    name: &'static str,
}

impl ValueType {
    fn of<T: 'static>() -> Self {
        Self { id: TypeId::of::<T>(), name: type_name::<T>() }
    }
}

/// The inputs of a pipeline, in the order of declaration.
pub(super) type DeclaredInputs = Vec<(StepId, ValueType)>;

/// A value that is given to a run.
pub(super) struct Given<C: ?Sized> {
    key: GivenKey,
    value_type: ValueType,
    cell: Arc<C>,
}

/// The input that a value is given for.
pub(super) enum GivenKey {
    Handle { pipeline: u32, step: StepId },
    Name(String),
}

impl<C: ?Sized> Given<C> {
    pub(super) fn new<'env, T: 'static, K: Kind<'env, E, Cell = C> + HoldsResult<T, C>, E>(
        key: GivenKey,
        value: T,
    ) -> Self {
        Self { key, value_type: ValueType::of::<T>(), cell: K::cell(ResultSlot::fill(None, value)) }
    }

    /// The step, if there is one.
    fn step(&self, names: &Names) -> Option<StepId> {
        match &self.key {
            GivenKey::Handle { pipeline, step } => Some(*step).filter(|_| *pipeline == names.id()),
            GivenKey::Name(name) => names.find(name),
        }
    }

    /// The name of an input that does not exist.
    fn unknown(&self, names: &Names, suggestions: &mut Suggestions) -> PlanErrorKind {
        match &self.key {
            GivenKey::Handle { .. } => PlanErrorKind::ForeignInput { value_type: self.value_type.name },
            GivenKey::Name(name) => {
                let suggestion = suggestions.find(name, || names.iter());
                PlanErrorKind::UnknownInput { input: name.clone(), suggestion }
            }
        }
    }
}

/// All values that are given to a run. To most runs, which have none, it is a pointer.
pub(super) struct Arguments<C: ?Sized>(Option<Box<ArgumentList<C>>>);

struct ArgumentList<C: ?Sized> {
    list: Vec<Given<C>>,
}

impl<C: ?Sized> Arguments<C> {
    pub(super) const fn none() -> Self {
        Self(None)
    }

    pub(super) fn add(&mut self, given: Given<C>) {
        self.0.get_or_insert_with(|| Box::new(ArgumentList { list: Vec::new() })).list.push(given);
    }

    pub(super) fn list(&self) -> &[Given<C>] {
        self.0.as_ref().map_or(&[], |arguments| &arguments.list)
    }

    /// Puts the values into the results of the run, where the inputs find them.
    #[inline]
    pub(super) fn put(self, names: &Names, results: &mut [Option<Arc<C>>]) {
        let Some(arguments) = self.0 else { return };
        for given in arguments.list {
            if let Some(result) = given.step(names).and_then(|step| results.get_mut(step.index())) {
                *result = Some(given.cell);
            }
        }
    }
}

/// Finds what is wrong with what is given to a run of a pipeline with these inputs. O((I + G) log I).
pub(super) fn check<C: ?Sized>(
    given: &[Given<C>],
    names: &Names,
    inputs: &[(StepId, ValueType)],
    mistakes: &mut Vec<PlanErrorKind>,
) {
    let name = |step: StepId| String::from(names.name(step));
    let mut suggestions = Suggestions::new();
    let mut seen = BTreeSet::new();
    for value in given {
        let Some(step) = value.step(names) else {
            mistakes.push(value.unknown(names, &mut suggestions));
            continue;
        };
        let Ok(index) = inputs.binary_search_by_key(&step, |(input, _)| *input) else {
            mistakes.push(PlanErrorKind::NotAnInput { step: name(step) });
            continue;
        };
        if let Some((_, expected)) = inputs.get(index)
            && expected.id != value.value_type.id
        {
            let (expected, found) = (expected.name, value.value_type.name);
            mistakes.push(PlanErrorKind::InputOfOtherType { input: name(step), expected, found });
        }
        if !seen.insert(step) {
            mistakes.push(PlanErrorKind::InputGivenTwice { input: name(step) });
        }
    }
    for (step, value_type) in inputs.iter().filter(|(step, _)| !seen.contains(step)) {
        mistakes.push(PlanErrorKind::MissingInput { input: name(*step), value_type: value_type.name });
    }
}

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

    fn yield_cell(self: Pin<&mut Self>) -> Option<Arc<C>> {
        Some(K::cell(ResultSlot::empty()))
    }

    fn renew(self: Pin<&mut Self>, _: Option<Arc<C>>) {}
}
