//! One run: its settings, and how it is carried out.

use super::{PlanError, Steps, kind::Kind, work::Work};
use crate::{
    cancel::CancelToken,
    drive::{Drive, DriveParts},
    observe::Observer,
    policy::{Config, OnFailure, Order},
    report::Report,
    scheduler::{AnySetup, Node, Scheduler},
    time::Timer,
};
use alloc::sync::Arc;
use core::time::Duration;

/// A run with settings of its own. `pipeline.run(&timer)` is short for `pipeline.runner().run(&timer)`.
///
/// ```
/// use rungs::{NoClock, OnFailure, Pipeline};
///
/// let mut p: Pipeline = Pipeline::new("watched");
/// p.step("only").run(|| async { Ok(()) });
/// let mut events = Vec::new();
/// let run = p
///     .runner()
///     .max_concurrent(2)
///     .on_failure(OnFailure::Drain)
///     .observe(|event: &rungs::Event<'_, _>| events.push(event.to_string()))
///     .run(&NoClock);
/// futures_lite::future::block_on(run)?;
/// assert_eq!(events, ["only: started", "only: success"]);
/// # Ok::<(), rungs::PlanError>(())
/// ```
#[must_use = "nothing runs until `run` is awaited"]
pub struct Runner<'p, 'env, E, K: Kind<'env, E>, O = ()> {
    steps: &'p mut Steps<'env, E, K>,
    config: Config,
    token: Option<CancelToken>,
    observer: O,
}

impl<'p, 'env, E, K: Kind<'env, E>> Runner<'p, 'env, E, K> {
    pub(super) fn new(steps: &'p mut Steps<'env, E, K>) -> Self {
        Self { steps, config: Config::DEFAULT, token: None, observer: () }
    }
}

impl<'p, 'env, E, K: Kind<'env, E>, O> Runner<'p, 'env, E, K, O> {
    /// All settings at once.
    pub fn config(mut self, config: Config) -> Self {
        self.config = config;
        self
    }

    /// At most this many attempts in flight.
    pub fn max_concurrent(mut self, attempts: u32) -> Self {
        self.config = self.config.max_concurrent(attempts);
        self
    }

    /// Where jitter comes from; see [`Config::seed`].
    pub fn seed(mut self, seed: u64) -> Self {
        self.config = self.config.seed(seed);
        self
    }

    /// How long the run may take; then it is cancelled, and clean-up steps still run.
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.config = self.config.deadline(limit);
        self
    }

    /// When a step may start.
    pub fn order(mut self, order: Order) -> Self {
        self.config = self.config.order(order);
        self
    }

    /// What the failure of a required step does to the others: nothing, if not said; or it stops the run, which lets
    /// attempts in flight end ([`OnFailure::Drain`]) or abandons them ([`OnFailure::Cancel`]).
    pub fn on_failure(mut self, on_failure: OnFailure) -> Self {
        self.config = self.config.on_failure(on_failure);
        self
    }

    /// A token that stops the run from outside.
    pub fn cancel(mut self, token: &CancelToken) -> Self {
        self.token = Some(token.clone());
        self
    }

    /// Is told what happens as it happens.
    pub fn observe<O2: Observer<E>>(self, observer: O2) -> Runner<'p, 'env, E, K, O2> {
        let Self { steps, config, token, .. } = self;
        Runner { steps, config, token, observer }
    }

    /// Runs all steps, and reports.
    ///
    /// Dropping the future drops every step that runs in place and cancels every spawned one.
    ///
    /// # Errors
    /// The plan is wrong, and nothing was started. What goes wrong in steps is in the report.
    pub async fn run<T: Timer>(self, timer: &T) -> Result<Report<E, K::Cell>, PlanError>
    where
        O: Observer<E>,
    {
        let Self { steps, config, token, observer } = self;
        steps.draft.check(&config, T::TICKS)?;
        steps.prepare(&config);
        steps.renew();
        #[cfg(feature = "std")]
        let wall_clock = std::time::SystemTime::now();
        let started = timer.now();
        let errors = steps.drive(config, token, observer, started).run(timer).await;
        let finished = timer.now();
        Ok(Report {
            pipeline: steps.draft.id,
            names: steps.draft.names.clone(),
            ran: steps.ran.clone(),
            errors,
            started,
            finished,
            #[cfg(feature = "std")]
            wall_clock,
        })
    }
}

impl<'env, E, K: Kind<'env, E>> Steps<'env, E, K> {
    /// Sets back what the run before has left: its results, and attempts if it was forgotten rather than dropped.
    fn renew(&mut self) {
        if core::mem::replace(&mut self.store.is_running, false) {
            self.works.iter_mut().for_each(|work| work.as_mut().discard());
            if let Some(seats) = &mut self.store.seats {
                seats.clear();
            }
        }
        if !core::mem::replace(&mut self.store.is_used, true) {
            return;
        }
        let Some(ran) = Arc::get_mut(&mut self.ran) else { return };
        ran.nodes.fill(Node::NEW);
        for (work, result) in self.works.iter_mut().zip(&mut ran.results) {
            work.as_mut().renew(result.take());
        }
    }

    /// Begins a run of a plan that was checked and prepared for it.
    fn drive<O: Observer<E>>(
        &mut self,
        config: Config,
        token: Option<CancelToken>,
        observer: O,
        now: crate::Instant,
    ) -> Drive<'_, 'env, E, K, O> {
        let Self { draft, works, judges, ran, store, .. } = self;
        let ran = Arc::get_mut(ran).expect("`prepare` has made one that nobody shares");
        let compiled = draft.compiled.as_ref().expect("`check` has compiled the plan");
        let plan = draft.plan(compiled);
        store.is_running = true;
        let (state, seats, seat_of, is_running) = store.lend(&mut ran.nodes);
        // Its nodes are new: they have just been made, or set back.
        let setup = AnySetup { plan, numbering: draft.numbering(), config };
        let scheduler = Scheduler::after(setup, state, now, 0);
        Drive::new(DriveParts {
            scheduler: scheduler.expect("`prepare` has made the storage for this plan"),
            works,
            results: &mut ran.results,
            judges,
            names: &draft.names,
            seats: seats.as_mut().expect("`prepare` has made the seats"),
            seat_of,
            is_running,
            token,
            observer,
        })
    }
}
