//! The outputs of a report: shared with the caller, or moved out.

use super::{
    Report,
    error::{OutputError, OutputErrorKind},
};
use crate::steps::{Cell, Handle, OtherType, Out, OwnedValue, TakeError, Takes, slot, take};
use alloc::sync::Arc;
use rungs_scheduler::{Status, StepId};

impl<E, C: Cell + ?Sized> Report<E, C> {
    /// A step's output.
    ///
    /// # Errors
    /// How the step ended instead; or the handle is of another pipeline. The error owns its texts, so that `?`
    /// passes it on.
    ///
    /// ```
    /// use rungs::{NoClock, Pipeline};
    ///
    /// fn parsed(text: &str) -> Result<u16, Box<dyn std::error::Error>> {
    ///     let mut p = Pipeline::with_error("parsed");
    ///     let port = p.step("port").run(|| async { text.parse::<u16>() });
    ///     let report = futures_lite::future::block_on(p.run(&NoClock))?;
    ///     Ok(*report.output(port)?)
    /// }
    ///
    /// assert_eq!(parsed("80").unwrap(), 80);
    /// let error = parsed("eighty").unwrap_err();
    /// assert_eq!(error.to_string(), "`port` has no result");
    /// assert_eq!(error.source().unwrap().to_string(), "invalid digit found in string");
    /// ```
    pub fn output<T: 'static>(&self, handle: Handle<T>) -> Result<Out<T>, OutputError<E>> {
        if handle.pipeline != self.names.id() {
            return Err(OutputError::no_such_step());
        }
        self.output_of(handle.id())
    }

    /// The output of the step of this name.
    ///
    /// # Errors
    /// There is no such step, its result has another type, or how the step ended instead.
    pub fn output_named<T: 'static>(&self, name: &str) -> Result<Out<T>, OutputError<E>> {
        self.output_of(self.names.find(name).ok_or_else(OutputError::no_such_step)?)
    }

    fn output_of<T: 'static>(&self, step: StepId) -> Result<Out<T>, OutputError<E>> {
        let result = self.record.results.get(step.index()).ok_or_else(OutputError::no_such_step)?;
        let cell = result.clone().ok_or_else(|| self.no_output(step, OutputErrorKind::Released))?;
        let types = OtherType::new::<T, C>(&cell);
        if let Some(slot) = slot(cell.clone()) {
            return slot.lend().ok_or_else(|| self.no_output(step, OutputErrorKind::Taken));
        }
        Err(match slot::<OwnedValue<T>, C>(cell) {
            Some(slot) if slot.has_value() => self.no_output(step, OutputErrorKind::HasOwner),
            Some(_) => self.no_output(step, OutputErrorKind::Taken),
            None => OutputError::other_type(self.names.clone(), step, types),
        })
    }

    /// Why a step has no output: how it ended, or, if it succeeded, what became of its result.
    fn no_output(&self, step: StepId, became: OutputErrorKind) -> OutputError<E> {
        match self.record.states.get(step.index()).map(|state| state.status()) {
            Some(Status::Success) => OutputError::gone(self.names.clone(), step, became),
            _ => OutputError::no_success(self.ending(step)),
        }
    }

    /// Moves a step's result out of the report, by its [`Handle`] or its [`Owned`](crate::Owned): to send it elsewhere, to
    /// change it, or to close it. O(1).
    ///
    /// # Errors
    /// How the step ended instead; the result was taken before, by a step or from the report; it is still shared, as an
    /// [`Out`] of it is alive; or it was released.
    ///
    /// ```
    /// use rungs::{NoClock, OutputErrorKind, Pipeline};
    ///
    /// let mut p = Pipeline::new("rows");
    /// let rows = p.step("fetch").run(async || Ok(vec![3, 1, 2]));
    /// let mut report = futures_lite::future::block_on(p.run(&NoClock))?;
    ///
    /// let shared = report.output(rows).unwrap();
    /// assert_eq!(report.take(rows).unwrap_err().to_string(), "the result of `fetch` is in use: an `Out` of it is alive");
    /// drop(shared);
    /// let mut rows_of_my_own: Vec<i32> = report.take(rows).unwrap();
    /// rows_of_my_own.sort();
    /// assert_eq!(report.output(rows).unwrap_err().kind(), OutputErrorKind::Taken);
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn take<H: Takes>(&mut self, result: H) -> Result<H::Result, OutputError<E>> {
        if result.pipeline() != self.names.id() {
            return Err(OutputError::no_such_step());
        }
        self.take_by(result.step(), |cell| take::<H::Kept, C>(cell).map(H::result))
    }

    /// As [`take`](Self::take), by the step's name: also an owned result that the step which was to take it did not take.
    ///
    /// # Errors
    /// As [`take`](Self::take); or there is no such step, or its result has another type.
    ///
    /// ```
    /// use rungs::{NoClock, Pipeline};
    ///
    /// let mut p = Pipeline::new("unused");
    /// let socket = p.step("connect").run_owned(async || Ok(String::from("a socket")));
    /// let bad = p.step("bad").run(async || Err::<(), _>("out of paper".into()));
    /// p.step("print").needs((socket, bad)).run(async |_socket, _| Ok(()));
    /// let mut report = futures_lite::future::block_on(p.run(&NoClock))?;
    /// let socket: String = report.take_named("connect").unwrap();
    /// assert_eq!(socket, "a socket");
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn take_named<T: 'static>(&mut self, name: &str) -> Result<T, OutputError<E>> {
        let step = self.names.find(name).ok_or_else(OutputError::no_such_step)?;
        self.take_by(step, |cell| match take::<T, C>(cell) {
            Err(other @ TakeError::OtherType(_)) => match take::<OwnedValue<T>, C>(cell) {
                Err(TakeError::OtherType(_)) => Err(other),
                taken => taken.map(OwnedValue::into_inner),
            },
            taken => taken,
        })
    }

    fn take_by<T>(
        &mut self,
        step: StepId,
        take: impl FnOnce(&mut Arc<C>) -> Result<T, TakeError>,
    ) -> Result<T, OutputError<E>> {
        let result = self.record.results.get_mut(step.index()).ok_or_else(OutputError::no_such_step)?;
        let Some(cell) = result else { return Err(self.no_output(step, OutputErrorKind::Released)) };
        take(cell).map_err(|error| match error {
            TakeError::Shared => self.no_output(step, OutputErrorKind::InUse),
            TakeError::Empty => self.no_output(step, OutputErrorKind::Taken),
            TakeError::OtherType(types) => OutputError::other_type(self.names.clone(), step, types),
        })
    }
}
