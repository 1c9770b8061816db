//! The context of an attempt.

use crate::plan_names::PlanNames;
#[cfg(feature = "alloc")]
use crate::{
    steps::{Emission, Emissions, Emitted},
    unmet::Unmet,
};
#[cfg(feature = "alloc")]
use alloc::sync::Arc;
#[cfg(feature = "alloc")]
use core::sync::atomic::{AtomicBool, Ordering};
use core::{convert::Infallible, fmt, marker::PhantomData, time::Duration};
use rungs_scheduler::{Instant, StepId};

/// The context of an attempt: taken by steps added with `run_with`, and by the parameter `cx` of a
/// step in a `#[pipeline]`.
///
/// `E` is the error of the needs that `unmet` lists: in a step `when_all_done` or `when_any_failed` of a `Pipeline` it is that
/// of the pipeline, and all others have none.
///
/// ```
/// # #[cfg(feature = "alloc")] {
/// use rungs::{NoClock, Pipeline, StepCx};
///
/// let mut p = Pipeline::with_error("stubborn");
/// let third = p.step("third time").retries(2).run_with(async |cx: StepCx| {
///     println!("{}: attempt {} of step {}", cx.pipeline(), cx.attempt(), cx.name());
///     if cx.attempt() < 3 { Err("not yet") } else { Ok(cx.attempt()) }
/// });
/// let report = futures_lite::future::block_on(p.run(&NoClock))?;
/// assert_eq!(*report.output(third).unwrap(), 3);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct StepCx<E = Infallible> {
    names: PlanNames,
    step: StepId,
    attempt: u32,
    started: Instant,
    /// [`Instant::NEVER`] without a limit: eight bytes less than an `Option` on a board.
    limit: Instant,
    #[cfg(feature = "alloc")]
    shared: Option<Arc<CxShared>>,
    #[cfg(feature = "alloc")]
    unmet: Option<Arc<[Unmet<E>]>>,
    types: PhantomData<fn() -> E>,
}

/// What an attempt shares with its run.
#[cfg(feature = "alloc")]
pub(crate) struct CxShared {
    is_cancelled: AtomicBool,
    emissions: Option<Arc<Emissions>>,
    /// Of the store of the run.
    #[cfg(feature = "checkpoints")]
    run_id: Option<Arc<alloc::string::String>>,
}

#[cfg(feature = "alloc")]
impl CxShared {
    pub(crate) fn new(emissions: Option<Arc<Emissions>>) -> Self {
        Self {
            is_cancelled: AtomicBool::new(false),
            emissions,
            #[cfg(feature = "checkpoints")]
            run_id: None,
        }
    }

    #[cfg(feature = "checkpoints")]
    pub(crate) fn with_run_id(mut self, id: Option<Arc<alloc::string::String>>) -> Self {
        self.run_id = id;
        self
    }

    /// Asks the attempt to end.
    pub(crate) fn cancel(&self) {
        self.is_cancelled.store(true, Ordering::Release);
    }
}

impl<E> StepCx<E> {
    pub(crate) fn new(names: PlanNames, step: StepId, attempt: u32, started: Instant, limit: Option<Instant>) -> Self {
        Self {
            names,
            step,
            attempt,
            started,
            limit: limit.unwrap_or(Instant::NEVER),
            #[cfg(feature = "alloc")]
            shared: None,
            #[cfg(feature = "alloc")]
            unmet: None,
            types: PhantomData,
        }
    }

    #[cfg(feature = "alloc")]
    pub(crate) fn sharing(mut self, shared: Arc<CxShared>) -> Self {
        self.shared = Some(shared);
        self
    }

    #[cfg(feature = "alloc")]
    pub(crate) fn with_unmet(mut self, unmet: Option<Arc<[Unmet<E>]>>) -> Self {
        self.unmet = unmet;
        self
    }

    /// The step's name.
    pub fn name(&self) -> &str {
        self.names.step(self.step)
    }

    /// The step, by its index in the order of declaration, the same as in handles and reports.
    pub fn id(&self) -> StepId {
        self.step
    }

    /// The name of its pipeline.
    pub fn pipeline(&self) -> &str {
        self.names.pipeline()
    }

    /// Which attempt this is, from 1.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// When the attempt began.
    pub fn started_at(&self) -> Instant {
        self.started
    }

    /// When the attempt will be cut off by its timeout or the step's deadline, whichever comes first.
    pub fn deadline(&self) -> Option<Instant> {
        (self.limit < Instant::NEVER).then_some(self.limit)
    }

    /// How much of its time is left at `now`, by the run's timer; `None` if there is no limit.
    pub fn time_left(&self, now: Instant) -> Option<Duration> {
        self.deadline().map(|limit| limit - now)
    }

    /// The needs without a result, those of [`after`](crate::StepBuilder::after) and
    /// [`after_all`](crate::StepBuilder::after_all) included, of a step that runs nevertheless, in a
    /// [`Pipeline`](crate::Pipeline): with their errors in one that is
    /// [`when_all_done`](crate::StepBuilder::when_all_done) or [`when_any_failed`](crate::StepBuilder::when_any_failed); of one
    /// that is [`when_none_failed`](crate::StepBuilder::when_none_failed) there are needs that were pruned, and those have
    /// none. A step of a `#[pipeline]` takes the needs themselves as [`Unmet`](crate::Unmet), or their list as
    /// `UnmetCx`.
    ///
    /// ```
    /// use rungs::{NoClock, Pipeline};
    ///
    /// let mut p = Pipeline::new("nightly");
    /// p.step("fetch").run(async || Ok("x".parse::<u16>()?));
    /// p.step("tidy").run(async || Ok(()));
    /// let failed = p.step("alarm").after_all().when_any_failed().run_with(async |cx| {
    ///     Ok(cx.unmet().map(|unmet| unmet.to_string()).collect::<Vec<_>>())
    /// });
    /// let report = futures_lite::future::block_on(p.run(&NoClock))?;
    /// assert_eq!(*report.output(failed).unwrap(), ["`fetch` failed: invalid digit found in string"]);
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    #[cfg(feature = "alloc")]
    pub fn unmet(&self) -> impl ExactSizeIterator<Item = &Unmet<E>> {
        self.unmet.as_deref().unwrap_or_default().iter()
    }

    /// Whether the attempt has been asked to end. A step in place is dropped and never sees it; work on a thread of its
    /// own should check this from time to time.
    #[cfg(feature = "alloc")]
    pub fn is_cancelled(&self) -> bool {
        self.shared.as_ref().is_some_and(|shared| shared.is_cancelled.load(Ordering::Acquire))
    }

    /// What tells this step of this run apart from all others, and stays the same in all its attempts and when the run goes on
    /// after a crash: the id of the run, as its store tells it ([`Checkpoints::run_id`](crate::Checkpoints::run_id)), and the
    /// name of the step. `None` in a run without a store, or if that tells no id. An undo has a key of its own.
    ///
    /// Effects are there at least once: a process that ends after a payment, and before its result is stored, pays again. A
    /// service that takes such a key does it once.
    ///
    /// ```
    /// use std::{cell::RefCell, collections::BTreeMap};
    /// use rungs::{LocalPipeline, MemoryCheckpoints, NoClock};
    ///
    /// // A service that books once for each key, and loses its first answer.
    /// let bookings = RefCell::new(BTreeMap::new());
    /// let book = async |key: String| {
    ///     let is_first = bookings.borrow().is_empty();
    ///     let seat = *bookings.borrow_mut().entry(key).or_insert("7A");
    ///     if is_first { Err("connection reset") } else { Ok(seat.to_owned()) }
    /// };
    /// let checkpoints = MemoryCheckpoints::new().with_run_id("order-17");
    /// for is_success in [false, true] {
    ///     let mut p = LocalPipeline::with_error("trip");
    ///     p.step("flight").checkpoint().run_with(async |cx| {
    ///         book(cx.idempotency_key().ok_or("the store tells no id")?).await
    ///     });
    ///     let run = p.runner().checkpoints(checkpoints.clone()).run(&NoClock);
    ///     assert_eq!(futures_lite::future::block_on(run)?.is_success(), is_success);
    /// }
    /// assert!(bookings.borrow().keys().eq(["order-17/flight"]));
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    #[cfg(feature = "checkpoints")]
    pub fn idempotency_key(&self) -> Option<alloc::string::String> {
        let run = self.shared.as_ref()?.run_id.as_ref()?;
        let undo = if self.names.is_undo() { "undo/" } else { "" };
        Some(alloc::format!("{run}/{undo}{}", self.name()))
    }

    /// Tells the observers of the run a text, a number, or how much is done, as
    /// [`EventKind::Emitted`](crate::EventKind::Emitted). Without observers it does nothing.
    ///
    /// Observers are told between the polls of the run, in the order of what is emitted, and before the end of the step.
    /// What has been emitted and not told is kept, so a step should not emit more often than anybody looks. A step of a
    /// `#[pipeline]` has no observers in this sense: nothing comes of what it emits.
    ///
    /// ```
    /// use rungs::{NoClock, Pipeline, StepCx};
    ///
    /// let mut p: Pipeline = Pipeline::new("copy");
    /// p.step("rows").run_with(async |cx: StepCx| {
    ///     cx.emit("connected");
    ///     for row in 1..=2 {
    ///         cx.emit((row, 2));
    ///     }
    ///     Ok(())
    /// });
    /// let mut log = Vec::new();
    /// let run = p.runner().on_event(|event| log.push(event.to_string())).run(&NoClock);
    /// assert!(futures_lite::future::block_on(run)?.is_success());
    /// assert_eq!(log[1..6], ["rows: started", "rows: connected", "rows: 1 of 2", "rows: 2 of 2", "rows: success"]);
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    #[cfg(feature = "alloc")]
    pub fn emit(&self, value: impl Into<Emitted>) {
        if let Some(emissions) = self.shared.as_ref().and_then(|shared| shared.emissions.as_ref()) {
            emissions.push(Emission { step: self.step, attempt: self.attempt, value: value.into() });
        }
    }
}

impl<E> Clone for StepCx<E> {
    fn clone(&self) -> Self {
        Self {
            names: self.names.clone(),
            #[cfg(feature = "alloc")]
            shared: self.shared.clone(),
            #[cfg(feature = "alloc")]
            unmet: self.unmet.clone(),
            ..*self
        }
    }
}

impl<E> fmt::Debug for StepCx<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StepCx")
            .field("name", &self.name())
            .field("attempt", &self.attempt)
            .field("started_at", &self.started)
            .field("deadline", &self.deadline())
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "defmt")]
impl<E> defmt::Format for StepCx<E> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "attempt {=u32} at {}", self.attempt, self.started);
        if let Some(limit) = self.deadline() {
            defmt::write!(f, ", until {}", limit);
        }
    }
}
