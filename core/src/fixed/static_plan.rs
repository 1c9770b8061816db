//! A plan that is known at compile time, and the storage of its runs.

use super::settings::RunSettings;
use crate::{
    diagram::{DiagramData, StepNames, dot, mermaid, text},
    plan_view::{PlanSource, PlanView},
};
use core::fmt;
use rungs_scheduler::{__private::allows_fast_path, Config, Numbering, Plan, StepId, Use};

/// All that is known of a pipeline before it runs, for a `const` or a `static`: it lies in flash.
///
/// ```
/// use rungs::fixed::{StaticPlan, step_id};
/// use rungs::scheduler::{Edges, Need, Plan};
/// use rungs::Settings;
///
/// const NEEDS: Edges<'static> = Edges::new(&[0, 0, 1], &[Need::result(step_id(0))]);
/// const WAITING: Edges<'static> = Edges::new(&[0, 1, 1], &[Need::result(step_id(1))]);
/// static STATIC_PLAN: StaticPlan =
///     StaticPlan::new("two", &["a", "b"], Plan::new(NEEDS, WAITING, &[Settings::DEFAULT], &[])).levels(&[0, 1]);
/// assert!(STATIC_PLAN.picture().to_string().ends_with("  - b <- [a]\n"));
/// ```
///
/// The [module](super) has a whole pipeline that is made of one.
#[must_use = "a blueprint does nothing until a pipeline has it"]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct StaticPlan {
    pub(crate) name: &'static str,
    pub(super) names: &'static [&'static str],
    /// The graph and the settings.
    pub plan: Plan<'static>,
    numbering: Numbering<'static>,
    pub(super) by_priority: Numbering<'static>,
    levels: &'static [u32],
    path_of: &'static [u32],
    resources: &'static [&'static str],
    pub(super) config: Config,
    /// Whether steps that succeed at once start in the order of declaration where places are not short.
    pub(super) fast_path_by_declaration: bool,
}

/// What has a blueprint: a pipeline, and what its runs leave behind.
///
/// ```
/// use rungs::fixed::StaticPipeline;
///
/// #[rungs::pipeline(error = &'static str)]
/// mod boot {
///     #[step]
///     async fn power() -> Result<(), &'static str> {
///         Ok(())
///     }
/// }
///
/// /// Of any pipeline.
/// fn steps<P: StaticPipeline>() -> usize {
///     P::STATIC_PLAN.plan.len()
/// }
/// assert_eq!(steps::<boot::Pipeline>(), 1);
/// ```
pub trait StaticPipeline {
    /// All that is known before a run.
    const STATIC_PLAN: &'static StaticPlan;
}

impl StaticPlan {
    /// A plan with the names of its steps.
    pub const fn new(name: &'static str, names: &'static [&'static str], plan: Plan<'static>) -> Self {
        let numbering = Numbering::declared(&plan);
        Self {
            name,
            names,
            plan,
            numbering,
            by_priority: numbering,
            levels: &[],
            path_of: &[],
            resources: &[],
            config: Config::DEFAULT,
            fast_path_by_declaration: allows_fast_path(&plan, &numbering),
        }
    }

    /// The paths: on which each step lies.
    pub const fn paths(mut self, path_of: &'static [u32]) -> Self {
        self.path_of = path_of;
        self
    }

    /// Each step's level, for pictures.
    pub const fn levels(mut self, levels: &'static [u32]) -> Self {
        self.levels = levels;
        self
    }

    /// The names of the resources.
    pub const fn resources(mut self, names: &'static [&'static str]) -> Self {
        self.resources = names;
        self
    }

    /// Which ready step goes first where places are not short, and where they are.
    pub const fn numbered(mut self, numbering: Numbering<'static>, by_priority: Numbering<'static>) -> Self {
        self.fast_path_by_declaration = allows_fast_path(&self.plan, &numbering) && numbering.order.is_empty();
        self.numbering = numbering;
        self.by_priority = by_priority;
        self
    }

    /// How it is run if nothing else is said.
    pub const fn config(mut self, config: Config) -> Self {
        self.config = config;
        self
    }

    /// The plan, to ask what it consists of.
    ///
    /// ```
    /// #[rungs::pipeline(error = &'static str, resources(bus = 1))]
    /// mod boot {
    ///     #[step]
    ///     async fn power() -> Result<u32, &'static str> {
    ///         Ok(3_300)
    ///     }
    ///     #[step(retries = 2, uses(bus = 1))]
    ///     async fn imu(power: &u32) -> Result<bool, &'static str> {
    ///         Ok(*power > 3_000)
    ///     }
    /// }
    ///
    /// let imu = boot::plan().get("imu").unwrap();
    /// assert_eq!((imu.level(), imu.settings().get_retries()), (1, 2));
    /// assert!(imu.uses().eq([("bus", 1)]));
    /// assert!(imu.needs().all(|need| need.step().name() == "power"));
    /// ```
    pub const fn view(&self) -> PlanView<'_> {
        PlanView::new(self)
    }

    /// The picture of the plan: its `Display` is the text form.
    pub const fn picture(&self) -> Diagram<'_> {
        Diagram { blueprint: self, form: Form::Text }
    }

    /// Whether steps that succeed at once start in the order of declaration, and nothing can stop them.
    #[inline]
    pub(super) fn may_use_fast_path<S: RunSettings>(&self, settings: &S) -> bool {
        let config = settings.config(&self.config);
        let is_free = config.get_max_concurrent().is_none() && !config.has_deadline() && !S::HAS_SIGNAL;
        self.fast_path_by_declaration && is_free
    }

    #[inline]
    pub(super) const fn numbering_for(&self, config: &Config) -> &Numbering<'static> {
        if config.get_max_concurrent().is_some() { &self.by_priority } else { &self.numbering }
    }

    pub(crate) fn name(&self, step: StepId) -> &'static str {
        self.names.get(step.index()).copied().unwrap_or("")
    }

    #[inline]
    pub(super) const fn path_of(&self, step: StepId) -> usize {
        if step.index() < self.path_of.len() { self.path_of[step.index()] as usize } else { usize::MAX }
    }
}

impl PlanSource for StaticPlan {
    #[cfg(feature = "alloc")]
    fn id(&self) -> Option<u32> {
        None
    }

    fn pipeline(&self) -> &str {
        self.name
    }

    fn step_name(&self, step: StepId) -> &str {
        self.name(step)
    }

    fn find(&self, name: &str) -> Option<StepId> {
        self.names.iter().position(|other| *other == name).and_then(StepId::new)
    }

    fn plan(&self) -> Plan<'_> {
        self.plan
    }

    fn level(&self, step: StepId) -> u32 {
        self.levels.get(step.index()).copied().unwrap_or(0)
    }

    fn resource(&self, resource: u32) -> Option<(&str, u32)> {
        let units = *self.by_priority.capacities.get(resource as usize)?;
        Some((self.resources.get(resource as usize)?, units))
    }

    fn uses(&self, class: u32) -> &[Use] {
        let Numbering { use_rows, uses, .. } = self.by_priority;
        let bound = |row: u32| use_rows.get(row as usize).map(|&bound| bound as usize);
        bound(class).zip(bound(class + 1)).and_then(|(from, to)| uses.get(from..to)).unwrap_or(&[])
    }
}

impl StepNames for &[&str] {
    fn name(&self, step: StepId) -> &str {
        self.get(step.index()).copied().unwrap_or("")
    }
}

/// A plan's picture, in one of three forms. Nothing is executed or allocated for it.
///
/// ```
/// #[rungs::pipeline(error = &'static str)]
/// mod boot {
///     #[step]
///     async fn power() -> Result<u32, &'static str> {
///         Ok(3_300)
///     }
///     #[step]
///     async fn radio(power: &u32) -> Result<bool, &'static str> {
///         Ok(*power > 3_000)
///     }
/// }
///
/// assert!(boot::visualize().to_string().ends_with("  - radio <- [power]\n"));
/// assert!(boot::visualize().mermaid().to_string().contains("s0 --> s1"));
/// assert!(boot::visualize().dot().to_string().starts_with("digraph"));
/// ```
#[must_use = "a picture is shown by its `Display`"]
#[derive(Clone, Copy, Debug)]
pub struct Diagram<'b> {
    blueprint: &'b StaticPlan,
    form: Form,
}

#[derive(Clone, Copy, Debug)]
enum Form {
    Text,
    Mermaid,
    Dot,
}

impl Diagram<'_> {
    /// As a Mermaid flowchart.
    pub const fn mermaid(mut self) -> Self {
        self.form = Form::Mermaid;
        self
    }

    /// As a Graphviz digraph.
    pub const fn dot(mut self) -> Self {
        self.form = Form::Dot;
        self
    }
}

impl fmt::Display for Diagram<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let StaticPlan { name, names, plan, levels, .. } = self.blueprint;
        let sketch = DiagramData { pipeline: name, names, needs: plan.all_needs(), levels };
        match self.form {
            Form::Text => text(&sketch, f),
            Form::Mermaid => mermaid(&sketch, f),
            Form::Dot => dot(&sketch, f),
        }
    }
}
