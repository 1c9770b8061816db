//! Pipelines that are built at run time: typed handles, results of any type, any number of steps.

mod adding;
mod arity;
mod asking;
mod attempt_spawner;
mod beginning;
mod body;
mod builder;
mod check;
mod check_undos;
mod compiled;
mod cycles;
mod done_if;
mod draft;
mod durations;
#[cfg(feature = "checkpoints")]
mod ending;
mod errors;
mod explain;
mod explain_diagram;
#[cfg(feature = "checkpoints")]
mod fingerprint;
mod given;
mod input;
mod inputs;
mod keep;
#[cfg(feature = "checkpoints")]
mod kept;
mod mistakes;
mod needs;
mod owned;
mod owners;
mod ownership;
mod pipeline_error;
mod plan_error;
mod plans;
mod resolve;
mod rules;
mod run_storage;
mod runner;
mod selection;
mod steps;
#[cfg(feature = "checkpoints")]
mod stored;
mod task;
mod teardown;
mod to_undo;
mod undo;
#[cfg(feature = "checkpoints")]
mod undo_stored;
mod undo_work;
mod undoing;
mod undos;
mod uses;

pub use crate::driver::PanicSource;
pub use crate::report::{Holds as HoldsError, HoldsLocal, HoldsSend, IsError, Text};
pub use crate::steps::{
    Attempt, AttemptError, Cell, Emitted, Handle, Holds, HoldsResult, Kind, Local, LocalCell, Out, OutdatedCheckpoint,
    Owned, OwnedValue, PlanWarning, ResultSlot, Shared, SharedCell, StepWatch, Takes, ValueType, Warnings, WatchError,
    Work,
};
pub use adding::AddStep;
pub use attempt_spawner::AttemptSpawner;
pub use body::{Body, Plain, WithCx};
pub use builder::StepBuilder;
pub use explain::{ExplainedStep, Explanation};
pub use input::InputStep;
pub use inputs::{ByName, InputError, InputErrorKind, Inputs};
pub use keep::{Codec, Keep, KeptWith, Unkept};
#[cfg(feature = "checkpoints")]
pub use kept::{Kept, KeptWork};
pub use needs::{
    Element, Gather, Handles, Input, Joined, Lend, Mode, Needs, Own, Passing, Settled, Supply, Values, own,
};
pub use owned::{OwnedFuture, Owning};
pub use pipeline_error::PipelineError;
pub use plan_error::{PlanError, PlanErrorKind};
pub use runner::Runner;
pub use task::{End, Task};
pub use undo::{AddUndo, ResultToUndo, UndoBuilder};
pub use undo_work::UndoWork;
pub use uses::{Resource, Which};

use crate::{
    diagram::Diagram,
    plan_view::PlanView,
    report::{ErrorViews, Report},
    spawn::InPlace,
    time::Timer,
};
use alloc::boxed::Box;
use core::{
    fmt,
    sync::atomic::{AtomicU32, Ordering},
};
use rungs_scheduler::{Config, Settings};
pub(crate) use steps::Steps;

/// An error of any kind: the error of a pipeline's steps by default.
pub type BoxError = Box<dyn core::error::Error + Send + Sync>;

/// A list of async steps that may cross threads. The usual one; see [`PipelineOf`] for all it can do.
///
/// ```
/// use rungs::{NoClock, Pipeline};
///
/// let mut p = Pipeline::new("sum");
/// let a = p.step("a").run(async || Ok(1));
/// let b = p.step("b").run(async || Ok("41".parse::<i32>()?));
/// let sum = p.step("sum").needs((a, b)).run(async |a, b| Ok(*a + *b));
///
/// let report = futures_lite::future::block_on(p.run(&NoClock))?;
/// assert_eq!(*report.output(sum).unwrap(), 42);
/// # Ok::<(), rungs::PipelineError>(())
/// ```
pub type Pipeline<'env, E = BoxError, S = InPlace> = PipelineOf<'env, E, Shared, S>;

/// A list of async steps that stay on one thread: steps need not be `Send`, nor results.
///
/// ```
/// use std::rc::Rc;
/// use rungs::{LocalPipeline, NoClock};
///
/// let mut p = LocalPipeline::new("local");
/// let shared = p.step("shared").run(async || Ok(Rc::new(5)));
/// let next = p.step("next").needs(shared).run(async |n| Ok(**n + 1));
/// let report = futures_lite::future::block_on(p.run(&NoClock))?;
/// assert_eq!(*report.output(next).unwrap(), 6);
/// # Ok::<(), rungs::PipelineError>(())
/// ```
pub type LocalPipeline<'env, E = BoxError, S = InPlace> = PipelineOf<'env, E, Local, S>;

/// A list of async steps: what [`Pipeline`] and [`LocalPipeline`] have in common.
///
/// Steps may borrow (`'env`) what was declared before the pipeline. `E` is the error of its steps, and `S` runs them.
///
/// ```
/// use rungs::{Kind, LocalPipeline, Pipeline, PipelineOf};
///
/// /// For pipelines of both kinds.
/// fn describe<'env, E, K: Kind<'env, E>, S>(p: &PipelineOf<'env, E, K, S>) -> String {
///     format!("{}: {} steps", p.name(), p.len())
/// }
///
/// assert_eq!(describe(&Pipeline::new("etl")), "etl: 0 steps");
/// assert_eq!(describe(&LocalPipeline::new("gui")), "gui: 0 steps");
/// ```
#[must_use = "a pipeline does nothing until it is run"]
pub struct PipelineOf<'env, E, K: Kind<'env, E>, S = InPlace> {
    /// In a box, so that a pipeline is small to move.
    steps: Box<Steps<'env, E, K>>,
    spawner: S,
}

impl<'env, E, K: Kind<'env, E>, S> fmt::Debug for PipelineOf<'env, E, K, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pipeline").field("name", &self.name()).field("steps", &self.len()).finish_non_exhaustive()
    }
}

impl<'env, K: Kind<'env, BoxError>> PipelineOf<'env, BoxError, K> {
    /// A pipeline without steps, which run in place and fail with any error: `?` turns each into a [`BoxError`]. For
    /// another type there is [`with_error`](Self::with_error).
    pub fn new(name: &str) -> Self {
        Self::build(name, ErrorViews::of::<HoldsError>())
    }
}

impl<'env, E, K: Kind<'env, E>> PipelineOf<'env, E, K> {
    fn build(name: &str, errors: ErrorViews<E>) -> Self {
        static PIPELINES: AtomicU32 = AtomicU32::new(0);
        // Numbers only distinguish pipelines: one that recurs after 2^32 pipelines does no harm.
        let steps = Steps::new(PIPELINES.fetch_add(1, Ordering::Relaxed), name, errors);
        Self { steps: Box::new(steps), spawner: InPlace }
    }
}

impl<'env, E, K: Kind<'env, E>, S> PipelineOf<'env, E, K, S> {
    /// Runs the steps that are added from now on by this spawner, unless they have one of their own: with one call, a
    /// whole pipeline uses the spawner's threads. How many these are is up to the spawner.
    ///
    /// ```
    /// use rungs::{InPlace, NoClock, Pipeline};
    ///
    /// let mut p = Pipeline::new("spread").spawn_on(InPlace); // or an adapter's: `AllCores`, `On(&executor)`
    /// p.step("one").run(async || Ok(()));
    /// assert!(futures_lite::future::block_on(p.run(&NoClock))?.is_success());
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn spawn_on<S2>(self, spawner: S2) -> PipelineOf<'env, E, K, S2> {
        PipelineOf { steps: self.steps, spawner }
    }

    /// What the steps that are added from now on have if they do not state it themselves, setting by setting.
    ///
    /// ```
    /// use core::time::Duration;
    /// use rungs::{Pipeline, Settings};
    ///
    /// let mut p: Pipeline = Pipeline::new("nightly");
    /// p.defaults(Settings::DEFAULT.retries(3).timeout(Duration::from_secs(30)));
    /// p.step("fetch").run(async || Ok(()));
    /// p.step("patient").timeout(Duration::from_secs(300)).run(async || Ok(())); // 3 retries as well
    /// p.step("once").retries(0).run(async || Ok(()));
    /// p.check()?;
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn defaults(&mut self, settings: Settings<'env>) -> &mut Self {
        self.steps.defaults(settings);
        self
    }

    /// How each run is to be carried out, unless its [runner](Self::runner) states something else: what the arguments of a
    /// `#[pipeline]` state.
    ///
    /// ```
    /// use rungs::{Config, NoClock, OnFailure, Pipeline};
    ///
    /// let mut p: Pipeline = Pipeline::new("polite");
    /// p.config(Config::DEFAULT.max_concurrent(2).on_failure(OnFailure::Drain));
    /// p.step("one").run(async || Ok(()));
    /// assert!(futures_lite::future::block_on(p.run(&NoClock))?.is_success());
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn config(&mut self, config: Config) -> &mut Self {
        self.steps.config = Some(Box::new(config));
        self
    }

    /// Begins a step: first its settings, then [`run`](StepBuilder::run) with what it does.
    #[inline]
    pub fn step<'p>(&'p mut self, name: &'p str) -> StepBuilder<'p, 'env, E, K, S>
    where
        S: Clone,
    {
        StepBuilder::new(&mut self.steps, self.spawner.clone(), name)
    }

    /// Declares a resource with this many units, which steps [use](StepBuilder::uses): a bus, a licence, a pool.
    ///
    /// ```
    /// use rungs::Pipeline;
    ///
    /// let mut p = Pipeline::new("sensors");
    /// p.resource("i2c", 1);
    /// for sensor in ["imu", "light", "gas"] {
    ///     p.step(sensor).uses("i2c", 1).run(async || Ok(())); // one after another
    /// }
    /// p.check()?;
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn resource(&mut self, name: &str, units: u32) -> &mut Self {
        self.steps.draft.resource(name, units);
        self
    }

    /// The pipeline's name.
    pub fn name(&self) -> &str {
        self.steps.draft.names.pipeline()
    }

    /// How many steps it has.
    pub fn len(&self) -> usize {
        self.steps.draft.len()
    }

    /// Whether it has no step.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Looks for mistakes in the plan, prepares it for runs, and returns what is hardly meant ([`Warnings`] has an example).
    /// Run options (seed, clock, limits) are checked when the run starts. O(V + E), and O(n log n) for n names, uses of
    /// resources and warnings; after that only warnings are looked for, until something is added.
    ///
    /// # Errors
    /// All mistakes at once. [`PlanError`] has an example.
    pub fn check(&mut self) -> Result<Warnings, PlanError> {
        self.steps.check_plan()?;
        let config = self.steps.config.as_deref().copied().unwrap_or_default();
        self.steps.prepare(&config);
        Ok(self.steps.record.as_ref().map(|record| record.warnings.clone()).unwrap_or_default())
    }

    /// The plan and what it consists of: names, needs and dependents, levels, settings, resources. [`PlanView`] has an
    /// example.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn plan(&mut self) -> Result<PlanView<'_>, PlanError> {
        self.steps.draft.view()
    }

    /// The diagram of the plan: as text, [Mermaid](Diagram::mermaid) or [DOT](Diagram::dot). Nothing is executed
    /// for it, and a wrong plan has a diagram, too.
    ///
    /// ```
    /// use rungs::Pipeline;
    ///
    /// let mut p = Pipeline::new("my-pipeline");
    /// let rows = p.step("extract").run(async || Ok(2));
    /// let config = p.step("fetch_config").run(async || Ok(21));
    /// let product = p.step("transform").needs((rows, config)).run(async |rows, config| Ok(*rows * *config));
    /// p.step("load").needs(product).run(async |_| Ok(()));
    /// assert_eq!(p.visualize().to_string(), "\
    /// Pipeline: my-pipeline
    /// ========================================
    /// Level 0:
    ///   - extract
    ///   - fetch_config
    /// Level 1:
    ///   - transform <- [extract, fetch_config]
    /// Level 2:
    ///   - load <- [transform]
    /// ");
    /// ```
    pub fn visualize(&mut self) -> Diagram<'_> {
        self.steps.draft.diagram()
    }

    /// A run with settings of its own. [`Runner`] has an example.
    pub fn runner(&mut self) -> Runner<'_, 'env, E, K> {
        let config = self.steps.config.as_deref().copied().unwrap_or_default();
        Runner::new(&mut self.steps).config(config)
    }

    /// Runs all steps, and reports.
    ///
    /// Dropping the future drops every step that runs in place and cancels every spawned one.
    ///
    /// # Errors
    /// The plan is wrong, and nothing was started; or the timer panicked, and the attempts in flight were dropped. Step
    /// failures appear only in the report; check it.
    pub async fn run<T: Timer>(&mut self, timer: &T) -> Result<Report<E, K::Cell>, PipelineError> {
        self.runner().run(timer).await
    }
}
