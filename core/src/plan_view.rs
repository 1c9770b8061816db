//! A read-only view of a plan, the same for both APIs.

#[cfg(feature = "alloc")]
use crate::shared::Want;
use core::fmt;
use rungs_scheduler::{Need, Plan, Settings, StepId, Use};

/// What a view reads from.
pub(crate) trait PlanSource {
    /// The number of a pipeline that has handles, which they hold as well.
    #[cfg(feature = "alloc")]
    fn id(&self) -> Option<u32>;
    fn pipeline(&self) -> &str;
    fn step_name(&self, step: StepId) -> &str;
    fn find(&self, name: &str) -> Option<StepId>;
    fn plan(&self) -> Plan<'_>;
    fn level(&self, step: StepId) -> u32;
    /// A resource and its units.
    fn resource(&self, resource: u32) -> Option<(&str, u32)>;
    /// Whether the step's result is given at the run.
    #[cfg(feature = "alloc")]
    fn is_input(&self, step: StepId) -> bool {
        let _ = step;
        false
    }
    /// What the step uses of shared resources.
    #[cfg(feature = "alloc")]
    fn shared_uses(&self, step: StepId) -> &[Want] {
        let _ = step;
        &[]
    }
    /// What the steps of a class use.
    fn uses(&self, class: u32) -> &[Use];
}

/// The plan of a pipeline: what it consists of, without running anything.
///
/// `pipeline.plan()?` gives one, and `module::plan()` that of a `#[pipeline]`.
///
/// ```
/// # #[cfg(feature = "alloc")] {
/// use rungs::{Pipeline, Settings};
///
/// let mut p: Pipeline = Pipeline::new("etl");
/// p.resource("db", 4);
/// let rows = p.step("fetch").retries(3).run(async || Ok(7));
/// p.step("store").needs(rows).uses("db", 1).run(async |_| Ok(()));
///
/// let plan = p.plan()?;
/// let fetch = plan.get(rows).unwrap(); // by handle, by name, by number
/// assert_eq!((fetch.name(), fetch.level(), fetch.settings().get_retries()), ("fetch", 0, 3));
/// let store = plan.get("store").unwrap();
/// assert!(store.needs().all(|need| need.step().id() == fetch.id() && need.has_result()));
/// assert!(store.uses().eq([("db", 1)]));
/// assert_eq!(fetch.dependents().count(), 1);
/// assert!(plan.level(1).map(|step| step.name()).eq(["store"]));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct PlanView<'p>(&'p (dyn PlanSource + Sync));

impl<'p> PlanView<'p> {
    pub(crate) const fn new(source: &'p (dyn PlanSource + Sync)) -> Self {
        Self(source)
    }

    /// The pipeline's name.
    pub fn name(&self) -> &'p str {
        self.0.pipeline()
    }

    /// How many steps there are.
    pub fn len(&self) -> usize {
        self.0.plan().len()
    }

    /// Whether there is no step.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All steps, in the order of declaration.
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = PlannedStep<'p>> + ExactSizeIterator + use<'p> {
        let plan = *self;
        self.0.plan().steps().map(move |step| PlannedStep { plan, step })
    }

    /// A step by its name, its handle or its number.
    pub fn get(&self, step: impl StepKey) -> Option<PlannedStep<'p>> {
        let step = step.find_in(*self).filter(|step| step.index() < self.len())?;
        Some(PlannedStep { plan: *self, step })
    }

    /// How many levels there are: steps of the longest path.
    pub fn depth(&self) -> usize {
        self.steps().map(|step| step.level() + 1).max().unwrap_or(0)
    }

    /// The steps of a level, in the order of declaration. O(V).
    pub fn level(&self, level: usize) -> impl Iterator<Item = PlannedStep<'p>> + use<'p> {
        self.steps().filter(move |step| step.level() == level)
    }

    /// The resources, each with its units.
    pub fn resources(&self) -> impl Iterator<Item = (&'p str, u32)> + use<'p> {
        let source = self.0;
        (0..).map_while(move |resource| source.resource(resource))
    }
}

impl fmt::Debug for PlanView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        f.debug_list().entries(self.steps()).finish()
    }
}

/// A step of a [`PlanView`].
#[derive(Clone, Copy)]
pub struct PlannedStep<'p> {
    plan: PlanView<'p>,
    step: StepId,
}

impl<'p> PlannedStep<'p> {
    /// Its index in the order of declaration.
    pub fn id(&self) -> StepId {
        self.step
    }

    /// Its name.
    pub fn name(&self) -> &'p str {
        self.plan.0.step_name(self.step)
    }

    /// Its level: 0 without needs, else one above the highest of those that it waits for.
    pub fn level(&self) -> usize {
        self.plan.0.level(self.step) as usize
    }

    /// Its settings, the pipeline's defaults among them.
    pub fn settings(&self) -> &'p Settings<'p> {
        self.plan.0.plan().settings(self.step)
    }

    /// Whether it is an [input](crate::PipelineOf::input), whose result is given at the run.
    #[cfg(feature = "alloc")]
    pub fn is_input(&self) -> bool {
        self.plan.0.is_input(self.step)
    }

    /// What it waits for, in the order in which that is stated.
    pub fn needs(&self) -> impl ExactSizeIterator<Item = PlannedNeed<'p>> + use<'p> {
        let plan = self.plan;
        plan.0.plan().needs(self.step).iter().map(move |&need| PlannedNeed { plan, need })
    }

    /// Whether it needs all steps before it, beside its [`needs`](Self::needs).
    pub fn is_after_all(&self) -> bool {
        self.plan.0.plan().waits_for_all(self.step)
    }

    /// Which steps wait for it, in the order of declaration; but for those that need [all steps before
    /// them](Self::is_after_all).
    pub fn dependents(&self) -> impl ExactSizeIterator<Item = PlannedNeed<'p>> + use<'p> {
        let plan = self.plan;
        plan.0.plan().dependents(self.step).iter().map(move |&need| PlannedNeed { plan, need })
    }

    /// The resources that it uses, each with the units: those of its pipeline first, and then the shared ones.
    pub fn uses(&self) -> impl Iterator<Item = (&'p str, u32)> + use<'p> {
        let source = self.plan.0;
        let uses = source.uses(self.settings().get_class()).iter();
        let own = uses.filter_map(move |used| Some((source.resource(used.resource)?.0, used.units)));
        #[cfg(feature = "alloc")]
        let own = own.chain(source.shared_uses(self.step).iter().map(|want| (want.resource.name(), want.units)));
        own
    }
}

impl fmt::Debug for PlannedStep<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlannedStep").field("name", &self.name()).field("level", &self.level()).finish_non_exhaustive()
    }
}

/// An edge of a [`PlannedStep`], to the step at its other end.
#[derive(Clone, Copy)]
pub struct PlannedNeed<'p> {
    plan: PlanView<'p>,
    need: Need,
}

impl<'p> PlannedNeed<'p> {
    /// The step at the other end: the one that is needed, or among dependents the one that waits.
    pub fn step(&self) -> PlannedStep<'p> {
        PlannedStep { plan: self.plan, step: self.need.step() }
    }

    /// Whether a result is passed on.
    pub fn has_result(&self) -> bool {
        self.need.has_result()
    }

    /// Whether this is no more than an order, which passes no failure on.
    pub fn is_order(&self) -> bool {
        self.need.is_order()
    }
}

impl fmt::Debug for PlannedNeed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PlannedNeed").field(&self.step().name()).finish()
    }
}

/// By what a step is found in a [`PlanView`]: its name, its handle, or its number.
///
/// ```
/// # #[cfg(feature = "alloc")] {
/// use rungs::{Pipeline, PlanView, StepKey};
///
/// fn retries(plan: PlanView<'_>, step: impl StepKey) -> Option<u32> {
///     Some(plan.get(step)?.settings().get_retries())
/// }
///
/// let mut p = Pipeline::new("keys");
/// let fetch = p.step("fetch").retries(3).run(async || Ok(7));
/// let plan = p.plan()?;
/// assert_eq!((retries(plan, fetch), retries(plan, "fetch"), retries(plan, fetch.id())), (Some(3), Some(3), Some(3)));
/// assert_eq!(retries(plan, "fetsh"), None);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait StepKey: sealed::Sealed {
    /// The step; `None` if there is none.
    #[doc(hidden)]
    fn find_in(self, plan: PlanView<'_>) -> Option<StepId>;
}

mod sealed {
    #[allow(unnameable_types, reason = "that is what seals it")]
    pub trait Sealed {}
    impl Sealed for &str {}
    impl Sealed for crate::StepId {}
    #[cfg(feature = "alloc")]
    impl<T> Sealed for crate::steps::Handle<T> {}
}

impl StepKey for &str {
    fn find_in(self, plan: PlanView<'_>) -> Option<StepId> {
        plan.0.find(self)
    }
}

impl StepKey for StepId {
    fn find_in(self, _: PlanView<'_>) -> Option<StepId> {
        Some(self)
    }
}

/// A handle of another pipeline finds nothing.
#[cfg(feature = "alloc")]
impl<T> StepKey for crate::steps::Handle<T> {
    fn find_in(self, plan: PlanView<'_>) -> Option<StepId> {
        (plan.0.id() == Some(self.pipeline)).then(|| self.id())
    }
}
