//! The checked module: what parsing hands over to code generation.
//!
//! Steps are known everywhere by their place in the order of declaration.

use proc_macro2::Ident;
use syn::{Attribute, Expr, Generics, Item, Path, Type, Visibility};

/// A module under `#[pipeline]` without diagnostics.
pub(crate) struct Pipeline {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) ident: Ident,
    /// The user's items, without `#[step]` and `#[context]`.
    pub(crate) items: Vec<Item>,
    /// `name = ".."`, or else the module's own name.
    pub(crate) name: String,
    /// The path of the crate `rungs`, as it is seen from within the module.
    pub(crate) krate: Path,
    pub(crate) error: Type,
    pub(crate) config: ConfigArgs,
    /// The settings of steps that do not state them: neither `retry_if` nor a rule of clean-up steps is among them.
    pub(crate) defaults: StepArgs,
    pub(crate) resources: Vec<Resource>,
    pub(crate) context: Option<Context>,
    pub(crate) steps: Vec<Step>,
    /// How the result of each step is taken.
    pub(crate) results: Vec<Place>,
    pub(crate) graph: Graph,
    pub(crate) undo: Option<Box<Undo>>,
}

/// How the steps of a pipeline are taken back: a pipeline in which each undo has the name of its step.
pub(crate) struct Undo {
    pub(crate) pipeline: Pipeline,
    /// The step of each undo.
    pub(crate) steps: Vec<usize>,
}

/// The configuration of every run.
#[derive(Default, Clone)]
pub(crate) struct ConfigArgs {
    pub(crate) max_concurrent: Option<Expr>,
    pub(crate) deadline: Option<Expr>,
    pub(crate) clean_up_deadline: Option<Expr>,
    pub(crate) order: Option<Order>,
    pub(crate) on_failure: Option<OnFailure>,
    pub(crate) poll_budget: Option<Expr>,
}

/// The words for `rungs::Order`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Eager,
    Levels,
}

/// The words for `rungs::OnFailure`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnFailure {
    GoOn,
    Drain,
    Cancel,
}

/// A counted resource.
#[derive(Clone)]
pub(crate) struct Resource {
    pub(crate) name: Ident,
    pub(crate) units: Expr,
}

/// The struct whose fields steps borrow.
#[derive(Clone)]
pub(crate) struct Context {
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) fields: Vec<Field>,
}

/// A field of the context.
#[derive(Clone)]
pub(crate) struct Field {
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    pub(crate) place: Place,
}

/// How steps take a field of the context, or the result of a step.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place {
    pub(crate) access: Access,
    /// The steps that take it, in `Graph::order`. The step whose result it is comes first, unless all others only read it:
    /// then it is not among them.
    pub(crate) users: Vec<usize>,
    /// The last of the users, if they only read it and may do so together: the first of them publishes it for all.
    pub(crate) readers: Vec<usize>,
}

impl Place {
    /// Steps that must follow one another, and that are not all on one lane.
    pub(crate) fn sequences(&self) -> Vec<Vec<usize>> {
        if self.access != Access::HandedOver {
            return Vec::new();
        }
        let (turns, readers) = self.users.split_at(self.users.len() - self.readers.len());
        let each_after_turns = readers.iter().map(|&reader| [turns, &[reader]].concat());
        [turns.to_vec()].into_iter().chain(each_after_turns).collect()
    }
}

/// How the lanes of its users get hold of a field or a result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Access {
    /// All steps only read it.
    #[default]
    Shared,
    /// A step changes it, and all users are on one lane, which owns it.
    Owned,
    /// A step changes it, and its users are on several lanes, which hand it over.
    HandedOver,
}

impl Pipeline {
    /// The steps whose results are kept beyond the run, by their numbers.
    pub(crate) fn checkpoints(&self) -> impl Iterator<Item = (usize, &Step)> {
        self.steps.iter().enumerate().filter(|(_, step)| step.is_checkpoint)
    }

    /// Whether its steps are undos, and some of them remove stored results.
    pub(crate) fn removes_results(&self) -> bool {
        self.steps.iter().any(|step| !step.removes.is_empty())
    }

    /// Whether some step takes a context that lists its needs without a result.
    pub(crate) fn lists_unmet(&self) -> bool {
        self.steps.iter().any(Step::lists_unmet)
    }

    /// Whether errors of needs are handed on, which takes clones of them.
    pub(crate) fn hands_errors_on(&self) -> bool {
        self.steps.iter().flat_map(|step| &step.params).any(|param| param.is_unmet)
    }
}

/// One `#[step]`.
pub(crate) struct Step {
    pub(crate) ident: Ident,
    /// The function behind it, as generated code calls it.
    pub(crate) function: Path,
    pub(crate) generics: Generics,
    pub(crate) params: Vec<Param>,
    /// The whole return type: `Result<Imu, BringUp>`, an alias of such a one, or the plain value of a step that cannot fail.
    pub(crate) output: Type,
    /// The result borrows from a field of the context, so only the run itself can hold it.
    pub(crate) borrows: bool,
    /// It may find that there is nothing to do: its value is an `Option`.
    pub(crate) may_skip_itself: bool,
    /// Its result is kept beyond the run.
    pub(crate) is_checkpoint: bool,
    /// Of an undo: the steps whose results it removes from the store of its run.
    pub(crate) removes: Vec<Ident>,
    /// What its fingerprint counts beside what is seen of it.
    pub(crate) version: Option<Expr>,
    pub(crate) fallibility: Fallibility,
    pub(crate) settings: StepArgs,
    pub(crate) context_limits: ContextLimits,
    /// By index into `Pipeline::resources`; each at most once.
    pub(crate) uses: Vec<(usize, Expr)>,
}

impl Step {
    /// Whether its context lists its needs without a result.
    pub(crate) fn lists_unmet(&self) -> bool {
        self.params.iter().any(|param| param.kind == ParamKind::Context && param.is_unmet)
    }

    /// How many of its needs it is told of: why they have no result.
    pub(crate) fn told_needs(&self, needs: &[Edge]) -> usize {
        let is_told = |edge: &&Edge| match edge.kind {
            EdgeKind::Result => self.lists_unmet() || self.settings.when.is_clean_up(),
            EdgeKind::After | EdgeKind::AfterAll => self.lists_unmet(),
            EdgeKind::Order => false,
        };
        needs.iter().filter(is_told).count()
    }
}

/// The limits of a step that are values of the context: places of fields in it. The settings have their upper bound.
#[derive(Default)]
pub(crate) struct ContextLimits {
    pub(crate) timeout: Option<Expr>,
    pub(crate) deadline: Option<Expr>,
}

/// Whether a step can fail: whether its return type is a `Result`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fallibility {
    Fallible,
    /// The compiler checks it where the type could be an alias.
    Infallible,
    /// The type has another name, and only the compiler knows whether it is an alias.
    ByType,
}

/// A parameter of a step.
pub(crate) struct Param {
    pub(crate) ident: Ident,
    /// As written, the reference included.
    pub(crate) ty: Type,
    pub(crate) kind: ParamKind,
    /// The step's result borrows from what the parameter is given.
    pub(crate) is_kept: bool,
    /// A need without a result is given as an `Unmet`, with its error, and not as a `Cause`. Of the context: it lists all such needs.
    pub(crate) is_unmet: bool,
}

impl Param {
    /// Whether an attempt uses up what the parameter is given, so that there can be only one.
    pub(crate) fn is_used_up(&self) -> bool {
        match self.kind {
            ParamKind::Result { by, .. } => by == By::Value,
            ParamKind::Field { by, .. } => by == By::Mut && self.is_kept,
            ParamKind::Context | ParamKind::Undone => false,
        }
    }
}

/// How a step takes a result or a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum By {
    Ref,
    Mut,
    /// Results only.
    Value,
}

/// What a parameter is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ParamKind {
    /// A step's result: `&T`, `&mut T` or `T`. For a [clean-up step](When::is_clean_up) a `Result` of it, and for a
    /// [join](When::NoneFailed) an `Option`.
    Result { step: usize, by: By },
    /// A field of the context, by index into `Context::fields`.
    Field { field: usize, by: By },
    /// `cx`.
    Context,
    /// Of an undo: the result of its step, in the report.
    Undone,
}

/// The arguments of `#[step(..)]` except those that name other steps or resources, and `maybe`.
#[derive(Default)]
pub(crate) struct StepArgs {
    /// A `rungs::Settings`, for what is not stated beside it.
    pub(crate) settings: Option<Expr>,
    pub(crate) retries: Option<Expr>,
    /// Never together with `retries`.
    pub(crate) retry_forever: bool,
    /// Never together with `retry_delay`.
    pub(crate) backoff: Option<Expr>,
    pub(crate) retry_delay: Option<Expr>,
    /// A path or a closure.
    pub(crate) retry_if: Option<Expr>,
    pub(crate) timeout: Option<Expr>,
    pub(crate) retry_on_timeout: Option<Expr>,
    pub(crate) deadline: Option<Expr>,
    /// The upper bound of limits that are values of the context.
    pub(crate) at_most: Option<Expr>,
    pub(crate) expected: Option<Expr>,
    pub(crate) when: When,
    /// `optional` or `required`, if one of them is stated.
    pub(crate) optional: Option<bool>,
    pub(crate) never_cancel: bool,
}

/// The words for `rungs::When`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum When {
    #[default]
    AllSucceeded,
    SkipOnError,
    AllDone,
    AnyFailed,
    NoneFailed,
}

impl When {
    /// Whether the step runs whatever its needs came to, and also after a stop.
    pub(crate) fn is_clean_up(self) -> bool {
        matches!(self, Self::AllDone | Self::AnyFailed)
    }

    /// Whether the step may run though a need has no result.
    pub(crate) fn may_lack_results(self) -> bool {
        self.is_clean_up() || self == Self::NoneFailed
    }
}

/// Who waits for whom; free of cycles.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    /// What each step waits for: results in the order of its parameters, then `after`, `follows` and `after_all`, then what
    /// follows from fields and results.
    pub(crate) needs: Vec<Vec<Edge>>,
    /// Each step after all that it waits for; by declaration where that leaves a choice.
    pub(crate) order: Vec<usize>,
    /// Every step once; each lane in `order`. Whenever a step starts, all before it on its lane have ended or will never
    /// start, also where one between them was skipped. So a lane needs memory for one step at a time.
    pub(crate) lanes: Vec<Vec<usize>>,
    /// Each step's level: 0 without needs, else one above the highest need.
    pub(crate) levels: Vec<usize>,
}

/// A step that another waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Edge {
    pub(crate) step: usize,
    pub(crate) kind: EdgeKind,
}

/// What an edge passes on: see `rungs::scheduler::Need`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EdgeKind {
    Result,
    After,
    /// As `After`, for one of all the steps before a step with `after_all`. In the plan one mark stands for these edges.
    AfterAll,
    /// The step follows the other, or both take a field or a result that one of them changes.
    Order,
}
