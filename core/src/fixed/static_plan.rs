//! A plan that is known at compile time.

use super::sealed::Generated;
use crate::{
    diagram::{DiagramData, StepNames, dot, mermaid, text},
    plan_view::{PlanSource, PlanView},
};
use core::fmt;
use rungs_scheduler::{__private::allows_fast_path, Config, Numbering, Plan, Requirements, StepId, Use};

/// All that is known of a pipeline before it runs: a constant, which lies in flash.
///
/// ```
/// use rungs::fixed::StaticPlan;
///
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
/// let plan: &StaticPlan = &boot::STATIC_PLAN;
/// assert_eq!(plan.plan.len(), 2);
/// assert!(plan.diagram().to_string().ends_with("  - radio <- [power]\n"));
/// ```
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
    lane_of: &'static [u32],
    resources: &'static [&'static str],
    pub(super) config: Config,
    /// Whether steps that succeed at their first poll start in the order of declaration, if no permit is scarce.
    pub(super) fast_path_by_declaration: bool,
    /// Whether some step may skip itself.
    pub(super) may_skip_itself: bool,
}

/// A pipeline that is known at compile time: the type `Pipeline` of a module under the attribute `pipeline`.
///
/// The attribute implements it; nothing else does.
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
pub trait StaticPipeline: Generated {
    /// All that is known before a run.
    const STATIC_PLAN: &'static StaticPlan;
}

/// A pipeline's error.
///
/// ```
/// use rungs::fixed::Fallible;
///
/// #[rungs::pipeline(error = &'static str)]
/// mod boot {
///     #[step]
///     async fn power() -> Result<(), &'static str> {
///         Ok(())
///     }
/// }
///
/// let error: <boot::Pipeline as Fallible>::Error = "brown-out";
/// assert_eq!(error.len(), 9);
/// ```
pub trait Fallible: StaticPipeline {
    /// The error of its steps.
    type Error;
}

/// What a [`StaticPlan`] is made of.
#[allow(missing_debug_implementations, clippy::exhaustive_structs, reason = "only generated code writes it, once")]
pub struct StaticPlanParts {
    /// The pipeline's name.
    pub name: &'static str,
    /// The steps' names.
    pub names: &'static [&'static str],
    /// The graph and the settings.
    pub plan: Plan<'static>,
    /// Which ready step starts first if permits are not limited.
    pub numbering: Numbering<'static>,
    /// Which ready step starts first if they are.
    pub by_priority: Numbering<'static>,
    /// Each step's level, for diagrams.
    pub levels: &'static [u32],
    /// Each step's lane.
    pub lane_of: &'static [u32],
    /// The names of the resources.
    pub resources: &'static [&'static str],
    /// The configuration of a run without options of its own.
    pub config: Config,
    /// Whether some step may skip itself.
    pub may_skip_itself: bool,
}

impl StaticPlanParts {
    /// Puts the plan together.
    pub const fn build(self) -> StaticPlan {
        let Self { name, names, plan, numbering, by_priority, levels, lane_of, resources, config, may_skip_itself } =
            self;
        let fast_path_by_declaration = allows_fast_path(&plan, &numbering) && numbering.order.is_empty();
        StaticPlan {
            name,
            names,
            plan,
            numbering,
            by_priority,
            levels,
            lane_of,
            resources,
            config,
            fast_path_by_declaration,
            may_skip_itself,
        }
    }
}

impl StaticPlan {
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

    /// The diagram of the plan: its `Display` is the text form.
    pub const fn diagram(&self) -> Diagram<'_> {
        Diagram { plan: self, form: Form::Text }
    }

    /// Whether a run with this configuration starts steps that succeed at their first poll in the order of declaration, and
    /// nothing within the run can stop it.
    #[inline]
    pub(super) fn may_use_fast_path(&self, config: &Config) -> bool {
        self.fast_path_by_declaration && config.get_max_concurrent().is_none() && !config.has_deadline()
    }

    /// What a run of the plan may require, whatever its options.
    pub(super) const fn requirements(&self) -> Requirements {
        let requirements = Requirements::of(&self.plan, &self.by_priority);
        if self.may_skip_itself { requirements } else { requirements.without_self_skips() }
    }

    /// How many timers may be armed at once.
    #[doc(hidden)]
    pub const fn timers(&self) -> usize {
        self.plan.timers(&self.config)
    }

    #[inline]
    pub(super) const fn numbering_for(&self, config: &Config) -> &Numbering<'static> {
        if config.get_max_concurrent().is_some() { &self.by_priority } else { &self.numbering }
    }

    pub(crate) fn name(&self, step: StepId) -> &'static str {
        self.names.get(step.index()).copied().unwrap_or("")
    }

    #[inline]
    pub(super) const fn lane_of(&self, step: StepId) -> usize {
        if step.index() < self.lane_of.len() { self.lane_of[step.index()] as usize } else { usize::MAX }
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

/// A plan as text, Mermaid or DOT. Nothing is executed or allocated for it.
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
#[must_use = "a diagram is shown by its `Display`"]
#[derive(Clone, Copy, Debug)]
pub struct Diagram<'b> {
    plan: &'b StaticPlan,
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
        let StaticPlan { name, names, plan, levels, .. } = self.plan;
        let data = DiagramData { pipeline: name, names, needs: plan.all_needs(), levels };
        match self.form {
            Form::Text => text(&data, f),
            Form::Mermaid => mermaid(&data, f),
            Form::Dot => dot(&data, f),
        }
    }
}
