//! What a run begins with: the results that are given to it, and the steps that it is asked for.

use super::{
    plan_error::PlanErrorKind,
    selection::Selection,
    to_undo::{ReportToUndo, ToUndo},
};
#[cfg(feature = "checkpoints")]
use crate::{
    checkpoints::{AnyStore, OpenStore},
    steps::PlanWarning,
};
use crate::{
    diagram::StepNames,
    steps::{Errors, Handle, HoldsResult, Kind, Names, ResultSlot, Suggestions, UndoRun, ValueType},
};
use alloc::{boxed::Box, collections::VecDeque, string::String, sync::Arc, vec::Vec};
use rungs_scheduler::{Given, StepId};

/// A result that is given to a run.
pub(super) struct GivenResult<C: ?Sized> {
    of: StepRef,
    value_type: ValueType,
    cell: Arc<C>,
}

/// A step, as a caller names it.
pub(super) enum StepRef {
    Handle { pipeline: u32, step: StepId },
    Name(String),
}

impl StepRef {
    pub(super) fn of<T>(handle: Handle<T>) -> Self {
        Self::Handle { pipeline: handle.pipeline, step: handle.step }
    }

    /// The step, if there is one.
    fn find(&self, names: &Names) -> Option<StepId> {
        match self {
            Self::Handle { pipeline, step } => Some(*step).filter(|_| *pipeline == names.id()),
            Self::Name(name) => names.find(name),
        }
    }
}

/// What a run begins with. To most runs, which begin with nothing, it is a pointer.
pub(super) struct Beginning<C: ?Sized>(Option<Box<Statements<C>>>);

struct Statements<C: ?Sized> {
    results: Vec<GivenResult<C>>,
    targets: Option<Vec<StepRef>>,
    to_undo: Option<ToUndo<C>>,
    #[cfg(feature = "checkpoints")]
    store: Option<Arc<dyn AnyStore>>,
    #[cfg(feature = "checkpoints")]
    is_strict: bool,
}

impl<C: ?Sized> Default for Statements<C> {
    fn default() -> Self {
        Self {
            results: Vec::new(),
            targets: None,
            to_undo: None,
            #[cfg(feature = "checkpoints")]
            store: None,
            #[cfg(feature = "checkpoints")]
            is_strict: false,
        }
    }
}

impl<C: ?Sized> Beginning<C> {
    pub(super) const fn nothing() -> Self {
        Self(None)
    }

    #[inline]
    pub(super) const fn is_nothing(&self) -> bool {
        self.0.is_none()
    }

    fn state(&mut self) -> &mut Statements<C> {
        self.0.get_or_insert_default()
    }

    pub(super) fn give<'env, T: 'static, K, E>(&mut self, of: StepRef, value: T)
    where
        K: Kind<'env, E, Cell = C> + HoldsResult<T, C>,
    {
        let value_type = ValueType::of::<T>();
        self.state().results.push(GivenResult { of, value_type, cell: K::cell(ResultSlot::fill(None, value)) });
    }

    pub(super) fn undo(&mut self, what: ToUndo<C>) {
        self.state().to_undo = Some(what);
    }

    /// What the run is to undo.
    pub(super) fn to_undo(&self) -> Option<&ToUndo<C>> {
        self.0.as_ref()?.to_undo.as_ref()
    }

    /// Whether the run undoes what it has done if it fails.
    pub(super) fn undoes_itself(&self) -> bool {
        matches!(self.to_undo(), Some(ToUndo::Itself))
    }

    /// Whether the run undoes others.
    pub(super) fn undoes_others(&self) -> bool {
        self.to_undo().is_some_and(|to_undo| !matches!(to_undo, ToUndo::Itself))
    }

    /// Takes the report that is to be undone, if there is one.
    pub(super) fn take_report(&mut self) -> Option<ReportToUndo<C>> {
        match self.0.as_mut()?.to_undo.take()? {
            ToUndo::Report(report) => Some(report),
            _ => None,
        }
    }

    /// Whether the run is given results, or asked for some steps.
    pub(super) fn is_of_part(&self) -> bool {
        self.targets().is_some() || !self.results().is_empty()
    }

    pub(super) fn select(&mut self, targets: impl Iterator<Item = StepRef>) {
        self.state().targets.get_or_insert_default().extend(targets);
    }

    #[cfg(feature = "checkpoints")]
    pub(super) fn keep_in(&mut self, store: Arc<dyn AnyStore>) {
        self.state().store = Some(store);
    }

    #[cfg(feature = "checkpoints")]
    pub(super) fn be_strict(&mut self) {
        self.state().is_strict = true;
    }

    #[cfg(feature = "checkpoints")]
    pub(super) fn take_store(&mut self) -> Option<Arc<dyn AnyStore>> {
        self.0.as_mut()?.store.take()
    }

    #[cfg(feature = "checkpoints")]
    pub(super) fn is_strict(&self) -> bool {
        self.0.as_ref().is_some_and(|stated| stated.is_strict)
    }

    pub(super) fn has_store(&self) -> bool {
        #[cfg(feature = "checkpoints")]
        return self.0.as_ref().is_some_and(|stated| stated.store.is_some());
        #[cfg(not(feature = "checkpoints"))]
        false
    }

    fn results(&self) -> &[GivenResult<C>] {
        self.0.as_ref().map_or(&[], |stated| &stated.results)
    }

    fn targets(&self) -> Option<&[StepRef]> {
        self.0.as_ref()?.targets.as_deref()
    }

    /// The targets, if the run states any.
    pub(super) fn target_steps(&self, names: &Names) -> Option<Vec<StepId>> {
        Some(self.targets()?.iter().filter_map(|target| target.find(names)).collect())
    }

    /// The steps with a body whose results are given.
    pub(super) fn given_steps(&self, names: &Names) -> Vec<StepId> {
        let steps = self.results().iter().filter_map(|result| result.of.find(names));
        steps.filter(|&step| !names.is_input(step)).collect()
    }

    /// Whether some steps may not run, though nothing goes wrong.
    pub(super) fn leaves_out(&self, names: &Names) -> bool {
        self.targets().is_some() || self.has_store() || self.results().iter().any(|result| is_of_body(result, names))
    }

    /// Puts the results into those of the run, where steps find them.
    #[inline]
    pub(super) fn put(self, names: &Names, results: &mut [Option<Arc<C>>]) {
        let Some(stated) = self.0 else { return };
        for given in stated.results {
            if let Some(result) = given.of.find(names).and_then(|step| results.get_mut(step.index())) {
                *result = Some(given.cell);
            }
        }
    }

    /// Finds what is wrong with it, in a pipeline with these inputs and with steps of these results. O((I + G) log (I + G)), and
    /// O(V + E) for a run that leaves steps out, for which `select` is called.
    pub(super) fn check<'p>(
        &self,
        names: &Names,
        inputs: &[(StepId, ValueType)],
        result_type: impl Fn(StepId) -> Option<ValueType>,
        select: impl FnOnce() -> Option<Selection<'p>>,
        mistakes: &mut Vec<PlanErrorKind>,
    ) {
        let mut suggestions = Suggestions::new();
        let mut given = Vec::new();
        for result in self.results() {
            match result.of.find(names) {
                Some(step) => {
                    result.check_type(names, step, result_type(step), mistakes);
                    given.push(step);
                }
                None => mistakes.push(match &result.of {
                    StepRef::Handle { .. } => PlanErrorKind::ForeignGiven { value_type: result.value_type.name },
                    StepRef::Name(name) => PlanErrorKind::UnknownGiven {
                        step: name.clone(),
                        suggestion: suggestions.find(name, || names.iter()),
                    },
                }),
            }
        }
        for target in self.targets().into_iter().flatten().filter(|target| target.find(names).is_none()) {
            mistakes.push(match target {
                StepRef::Handle { .. } => PlanErrorKind::ForeignTarget,
                StepRef::Name(name) => PlanErrorKind::UnknownTarget {
                    step: name.clone(),
                    suggestion: suggestions.find(name, || names.iter()),
                },
            });
        }
        given.sort_unstable();
        for twice in given.chunk_by(|a, b| a == b).filter(|same| same.len() > 1).filter_map(|same| same.first()) {
            mistakes.push(PlanErrorKind::GivenTwice { step: names.name(*twice).into() });
        }
        self.check_inputs(names, inputs, &given, select, mistakes);
    }

    /// Finds the inputs that are missing, among those that the run needs.
    fn check_inputs<'p>(
        &self,
        names: &Names,
        inputs: &[(StepId, ValueType)],
        given: &[StepId],
        select: impl FnOnce() -> Option<Selection<'p>>,
        mistakes: &mut Vec<PlanErrorKind>,
    ) {
        let mut missing = inputs.iter().filter(|(step, _)| given.binary_search(step).is_err()).peekable();
        if missing.peek().is_none() {
            return;
        }
        let mut left_out = Vec::new();
        if self.leaves_out(names)
            && let Some(mut selection) = select()
        {
            selection.follow(|_| false, &mut VecDeque::new());
            left_out = selection.ended();
        }
        for (step, value_type) in missing {
            if left_out.binary_search_by_key(step, |(step, _)| *step).is_err() {
                let input = names.name(*step).into();
                mistakes.push(PlanErrorKind::MissingInput { input, value_type: value_type.name });
            }
        }
    }
}

fn is_of_body<C: ?Sized>(result: &GivenResult<C>, names: &Names) -> bool {
    result.of.find(names).is_some_and(|step| !names.is_input(step))
}

impl<C: ?Sized> GivenResult<C> {
    fn check_type(&self, names: &Names, step: StepId, of: Option<ValueType>, mistakes: &mut Vec<PlanErrorKind>) {
        if let Some(of) = of
            && of.id != self.value_type.id
        {
            let (step, expected, found) = (names.name(step).into(), of.name, self.value_type.name);
            mistakes.push(PlanErrorKind::GivenOfOtherType { step, expected, found });
        }
    }
}

/// How a run begins: the steps that have ended before it, and what is to be kept of them.
pub(super) struct Begun<E, C: ?Sized> {
    pub(super) given: Vec<(StepId, Given)>,
    /// The results that checks have found.
    pub(super) results: Vec<(StepId, Arc<C>)>,
    /// The errors of checks.
    pub(super) errors: Errors<E>,
    /// If the run is an undo.
    pub(super) undo: Option<Arc<UndoRun>>,
    /// What earlier runs have stored.
    #[cfg(feature = "checkpoints")]
    pub(super) stored: Option<Box<Stored<C>>>,
}

/// A step that has ended in an earlier run, and its result; without one it had skipped itself.
#[cfg(feature = "checkpoints")]
pub(super) type Ended<C> = (StepId, Option<Arc<C>>);

/// What a run begins with of a store.
#[cfg(feature = "checkpoints")]
pub(super) struct Stored<C: ?Sized> {
    pub(super) store: Arc<OpenStore>,
    pub(super) ended: Vec<Ended<C>>,
    pub(super) warnings: Vec<PlanWarning>,
}

#[cfg(feature = "checkpoints")]
impl<C: ?Sized> Stored<C> {
    /// How the steps have ended.
    pub(super) fn given(&self) -> impl Iterator<Item = (StepId, Given)> {
        let end = |result: &Option<Arc<C>>| if result.is_some() { Given::Success } else { Given::SkippedItself };
        self.ended.iter().map(move |(step, result)| (*step, end(result)))
    }
}

/// In most runs, in which no step has ended before, it is none.
pub(super) type MaybeBegun<E, C> = Option<Box<Begun<E, C>>>;

impl<E, C: ?Sized> Begun<E, C> {
    /// An undo begins with no step that has ended.
    pub(super) fn of_undo(run: UndoRun) -> Self {
        Self {
            given: Vec::new(),
            results: Vec::new(),
            errors: Errors::new(),
            undo: Some(Arc::new(run)),
            #[cfg(feature = "checkpoints")]
            stored: None,
        }
    }

    /// Puts the results that checks have found, and those that are stored, into those of the run.
    pub(super) fn put(&mut self, results: &mut [Option<Arc<C>>]) {
        #[cfg(feature = "checkpoints")]
        if let Some(stored) = &mut self.stored {
            self.results.extend(stored.ended.drain(..).filter_map(|(step, result)| Some((step, result?))));
        }
        for (step, found) in self.results.drain(..) {
            if let Some(result) = results.get_mut(step.index()) {
                *result = Some(found);
            }
        }
    }
}
