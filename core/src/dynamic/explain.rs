//! What a run would do, without running it.

use super::{PipelineError, Steps, beginning::Begun, runner::Runner, undoing::for_undo};
use crate::{
    diagram::StepNames,
    escape::StepName,
    report::Short,
    steps::{Kind, Names},
    time::Timer,
};
use alloc::{boxed::Box, collections::BTreeSet, sync::Arc, vec, vec::Vec};
use core::{fmt, future::Future, time::Duration};
use rungs_scheduler::{
    Action, Cause, Config, DynamicSetup, Given, Instant, Need, Outcome, Scheduler, StepId, StepState, Storage,
    StorageSize, TimerEntry,
};

impl<'p, 'env, E, K: Kind<'env, E>, O> Runner<'p, 'env, E, K, O> {
    /// What a run with these options would do, if every step succeeded at once after its expected time, and none skipped itself:
    /// which steps start, in which order, when, and which do not run and why. A step is expected to take what the run's
    /// [durations](Self::durations) tell, else what it [states](super::StepBuilder::expected), else no time. The steps' [checks](super::StepBuilder::done_if) are asked; nothing is
    /// started.
    ///
    /// What other runs hold of a [`SharedResource`](crate::SharedResource) is not considered, nor are time limits and tokens.
    /// O((V + E) log V), beside what the checks take.
    ///
    /// ```
    /// use std::time::Duration;
    /// use rungs::{NoClock, Pipeline};
    ///
    /// let mut p: Pipeline = Pipeline::new("site");
    /// let pages = p.step("pages").expected(Duration::from_secs(2)).run(async || Ok(3));
    /// let index = p.step("index").expected(Duration::from_secs(1)).needs(pages).run(async |pages| Ok(*pages));
    /// p.step("search").needs(pages).run(async |_| Ok(()));
    /// p.step("alarm").after(index).when_any_failed().run(async || Ok(()));
    /// let explanation = futures_lite::future::block_on(p.runner().only(index).explain(&NoClock))?;
    /// assert_eq!(explanation.to_string(), "\
    /// Run: site
    /// step       start  expected
    /// pages          0    2.00 s
    /// index     2.00 s    1.00 s
    /// search         -         -  not selected
    /// alarm          -         -  not needed
    /// 2 of 4 steps in 3.00 s");
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn explain<T: Timer>(self, timer: &T) -> impl Future<Output = Result<Explanation, PipelineError>> {
        let Self { steps, config, mut tokens, mut beginning, .. } = self;
        async move {
            steps.check_run::<T>(&config, &beginning)?;
            if beginning.undoes_others() {
                let others = Box::pin(steps.find_to_undo(&mut beginning)).await?;
                let (undo, _) = steps.plan_undo(others.steps)?;
                return Ok(undo.explain(&for_undo(&config), Vec::new()));
            }
            let mut given = Vec::new();
            if steps.leaves_out(&beginning) {
                let asked = Box::pin(steps.begin_run(&mut beginning, &config, &mut tokens, timer)).await;
                given = asked.map(|begun: Begun<E, K::Cell>| begun.given)?;
            }
            Ok(steps.explain(&config, given))
        }
    }
}

/// Longer names push their line out.
const WIDEST_NAME: usize = 32;

/// What a run would do: [`Runner::explain`], which has an example. Its `Display` is a table.
#[derive(Clone)]
pub struct Explanation {
    names: Arc<Names>,
    steps: Vec<Explained>,
    /// Where each step is among these.
    places: Vec<u32>,
    duration: Duration,
    graph: PlanGraph,
}

/// What a diagram needs to know of a plan beside its names.
#[derive(Clone)]
pub(super) struct PlanGraph {
    pub(super) rows: Vec<u32>,
    pub(super) list: Vec<Need>,
    pub(super) levels: Vec<u32>,
    pub(super) after_all: Vec<StepId>,
}

#[derive(Clone, Copy)]
struct Explained {
    step: StepId,
    state: StepState,
}

impl Explanation {
    /// The steps that would start, in the order in which they do.
    ///
    /// ```
    /// use rungs::{NoClock, Pipeline};
    ///
    /// let mut p: Pipeline = Pipeline::new("pair");
    /// let first = p.step("first").run(async || Ok(1));
    /// p.step("second").needs(first).run(async |_| Ok(()));
    /// let explanation = futures_lite::future::block_on(p.runner().given(first, 7).explain(&NoClock))?;
    /// assert!(explanation.starts().map(|step| step.name()).eq(["second"]));
    /// let first = explanation.others().next().unwrap();
    /// assert_eq!((first.name(), first.is_given(), first.cause()), ("first", true, None));
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn starts(&self) -> impl Iterator<Item = ExplainedStep<'_>> {
        self.iter().filter(|step| step.start().is_some())
    }

    /// The steps that would not start, in the order of declaration.
    pub fn others(&self) -> impl Iterator<Item = ExplainedStep<'_>> {
        self.iter().filter(|step| step.start().is_none())
    }

    /// A step by its index in the order of declaration.
    pub(super) fn get(&self, step: StepId) -> Option<ExplainedStep<'_>> {
        let explained = self.steps.get(*self.places.get(step.index())? as usize)?;
        Some(ExplainedStep { names: &self.names, explained })
    }

    pub(super) fn names(&self) -> &Names {
        &self.names
    }

    pub(super) fn graph(&self) -> &PlanGraph {
        &self.graph
    }

    fn iter(&self) -> impl Iterator<Item = ExplainedStep<'_>> {
        self.steps.iter().map(|explained| ExplainedStep { names: &self.names, explained })
    }

    /// How long the run would take.
    pub fn duration(&self) -> Duration {
        self.duration
    }
}

/// A step in an [`Explanation`].
#[derive(Clone, Copy)]
pub struct ExplainedStep<'e> {
    names: &'e Names,
    explained: &'e Explained,
}

impl<'e> ExplainedStep<'e> {
    /// The step's name.
    pub fn name(&self) -> &'e str {
        self.names.name(self.explained.step)
    }

    /// The step, by its index in the order of declaration.
    pub fn id(&self) -> StepId {
        self.explained.step
    }

    /// When it would start, from the start of the run; `None` if it would not.
    pub fn start(&self) -> Option<Duration> {
        self.explained.state.started_at().map(|at| at - Instant::ZERO)
    }

    /// How long it is expected to take; zero if nothing is known or stated of that, or if it would not start.
    pub fn expected(&self) -> Duration {
        self.explained.state.duration()
    }

    /// Why it would not run; `None` if it would, or if it is given.
    pub fn cause(&self) -> Option<Cause> {
        self.explained.state.cause()
    }

    /// Whether its result is given to the run, or found by its check.
    pub fn is_given(&self) -> bool {
        self.explained.state.is_given()
    }
}

impl<'env, E, K: Kind<'env, E>> Steps<'env, E, K> {
    /// Goes through a run that begins with these steps ended.
    fn explain(&mut self, config: &Config, given: Vec<(StepId, Given)>) -> Explanation {
        // What is left out concerns failures, stops and time limits.
        let mut plain = Config::DEFAULT.order(config.get_order());
        if let Some(limit) = config.get_max_concurrent() {
            plain = plain.max_concurrent(limit);
        }
        self.draft.number(&plain);
        let compiled = self.draft.compiled.as_ref().expect("`check` has compiled the plan");
        let setup = DynamicSetup { plan: self.draft.plan(compiled), numbering: self.draft.numbering(), config: plain };
        let (steps, duration) = go_through(setup, given, |step| self.draft.expected(step));
        let graph = PlanGraph {
            rows: self.draft.need_rows.clone(),
            list: self.draft.needs.clone(),
            levels: compiled.levels(self.draft.edges()),
            after_all: self.draft.after_all.clone(),
        };
        let places = places(steps.iter().map(|explained| explained.step));
        Explanation { names: self.draft.names.clone(), steps, places, duration, graph }
    }
}

/// Where each step is in the list of all.
fn places(steps: impl ExactSizeIterator<Item = StepId>) -> Vec<u32> {
    let mut places = vec![0; steps.len()];
    for (place, step) in (0..).zip(steps) {
        if let Some(entry) = places.get_mut(step.index()) {
            *entry = place;
        }
    }
    places
}

/// The steps of a run whose attempts all succeed after their expected times: those that start, in their order, then the others.
fn go_through(
    setup: DynamicSetup<'_>,
    given: Vec<(StepId, Given)>,
    expected: impl Fn(StepId) -> Duration,
) -> (Vec<Explained>, Duration) {
    let size = StorageSize::for_run(&setup.plan, &setup.numbering, &setup.config);
    let (mut states, mut ready) = (vec![StepState::NEW; size.states], vec![0; size.ready]);
    let (mut timers, mut free, mut open) =
        (vec![TimerEntry::default(); size.timers], vec![0; size.free], vec![0; size.open]);
    let storage =
        Storage { states: &mut states, ready: &mut ready, timers: &mut timers, free: &mut free, open: &mut open };
    let mut run = Scheduler::resume_with(setup, storage, Instant::ZERO, given).expect("the storage has its size");
    let (mut starts, mut ends, mut now) = (Vec::new(), BTreeSet::new(), Instant::ZERO);
    loop {
        while let Some(action) = run.poll_action(now) {
            // A step that would be abandoned for a time limit succeeds nevertheless.
            let Action::Start(step) = action else { continue };
            starts.push(step);
            match expected(step) {
                Duration::ZERO => _ = run.handle_outcome(step, Outcome::Success, now),
                span => _ = ends.insert((now + span, step)),
            }
        }
        let Some(&(next, _)) = ends.first() else { break };
        now = next;
        while let Some((_, step)) = ends.first().copied().filter(|(end, _)| *end <= now) {
            ends.pop_first();
            run.handle_outcome(step, Outcome::Success, now);
        }
    }
    let others = setup.plan.steps().filter(|&step| run.state(step).is_none_or(|state| state.started_at().is_none()));
    let steps = starts.into_iter().chain(others);
    let explained = steps.filter_map(|step| Some(Explained { step, state: *run.state(step)? })).collect();
    (explained, now - Instant::ZERO)
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widest = self.iter().map(|step| StepName(step.name()).width()).max();
        let width = widest.unwrap_or(0).clamp(4, WIDEST_NAME);
        writeln!(f, "Run: {}", StepName(self.names.pipeline()))?;
        writeln!(f, "{:width$}     start  expected", "step")?;
        for step in self.iter() {
            StepName(step.name()).write_column(f, width)?;
            match (step.start(), step.cause()) {
                (Some(start), _) => writeln!(f, "  {:>8}  {:>8}", short(start), short(step.expected()))?,
                (None, cause) => {
                    write!(f, "         -         -  ")?;
                    match cause {
                        Some(cause) => writeln!(f, "{cause}")?,
                        None => f.write_str("given\n")?,
                    }
                }
            }
        }
        let (starts, total) = (self.starts().count(), self.steps.len());
        write!(f, "{starts} of {total} step{} in {}", if total == 1 { "" } else { "s" }, short(self.duration))
    }
}

/// As reports show times.
pub(super) fn short(span: Duration) -> Short {
    Short::between(Instant::ZERO, Instant::ZERO + span)
}

impl fmt::Debug for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl fmt::Debug for ExplainedStep<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("ExplainedStep");
        shown.field("name", &self.name()).field("start", &self.start()).field("expected", &self.expected());
        shown.field("cause", &self.cause()).field("is_given", &self.is_given()).finish()
    }
}
