//! The typed name of a step's result.

use core::{
    fmt,
    hash::{Hash, Hasher},
    marker::PhantomData,
};
use rungs_scheduler::StepId;

/// A step that was added, and the type of its result. Needs of later steps are named by it, and results looked up.
///
/// ```
/// use rungs::{Handle, NoClock, Pipeline};
///
/// let mut p = Pipeline::new("fan-in");
/// let parts: Vec<Handle<u32>> =
///     ["1", "2", "39"].iter().map(|&text| p.step(text).run(move || async move { Ok(text.parse()?) })).collect();
/// let sum = p.step("sum").needs(parts).run(async |parts| Ok(parts.iter().map(|part| **part).sum::<u32>()));
/// let report = futures_lite::future::block_on(p.run(&NoClock))?;
/// assert_eq!(*report.output(sum).unwrap(), 42);
/// # Ok::<(), rungs::PipelineError>(())
/// ```
pub struct Handle<T> {
    pub(crate) pipeline: u32,
    pub(crate) step: StepId,
    result: PhantomData<fn() -> T>,
}

impl<T> Handle<T> {
    pub(crate) fn new(pipeline: u32, step: StepId) -> Self {
        Self { pipeline, step, result: PhantomData }
    }

    /// The step, by its index in the order of declaration.
    pub fn id(self) -> StepId {
        self.step
    }
}

impl<T> Clone for Handle<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Handle<T> {}

impl<T> PartialEq for Handle<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.pipeline, self.step) == (other.pipeline, other.step)
    }
}

impl<T> Eq for Handle<T> {}

impl<T> Hash for Handle<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.pipeline, self.step).hash(state);
    }
}

impl<T> fmt::Debug for Handle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Handle").field(&self.step.index()).finish()
    }
}
