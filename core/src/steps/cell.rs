//! Results: written once by their step, shared with all that need them.

use crate::panics::drop_caught;
use alloc::sync::Arc;
use core::{
    any::{Any, TypeId, type_name},
    fmt,
    ops::Deref,
};

/// A step's result, shared: read it as a `&T`; a clone is the same result. Keeps it alive beyond report and pipeline.
///
/// ```
/// use rungs::{NoClock, Out, Pipeline};
///
/// async fn double(n: Out<u32>) -> Result<u32, std::io::Error> {
///     Ok(*n * 2)
/// }
///
/// let mut p = Pipeline::with_error("outs");
/// let n = p.step("n").run(async || Ok(21));
/// let twice = p.step("twice").needs(n).run(double);
/// let report = futures_lite::future::block_on(p.run(&NoClock))?;
/// assert_eq!(*report.output(twice).unwrap(), 42);
/// # Ok::<(), rungs::PipelineError>(())
/// ```
pub struct Out<T>(Arc<ResultSlot<T>>);

/// The memory of a result.
#[derive(Debug)]
pub struct ResultSlot<T> {
    value: Option<T>,
}

impl<T> ResultSlot<T> {
    /// One without a result.
    #[inline]
    pub(crate) fn empty() -> Arc<Self> {
        Arc::new(Self { value: None })
    }

    /// Writes the result into a slot; a slot that is missing or shared is replaced by another.
    #[inline]
    pub(crate) fn fill(slot: Option<Arc<Self>>, value: T) -> Arc<Self> {
        if let Some(mut slot) = slot
            && let Some(own) = Arc::get_mut(&mut slot)
        {
            own.value = Some(value);
            return slot;
        }
        Arc::new(Self { value: Some(value) })
    }

    /// The same slot without its result; `None` if it is still shared.
    pub(crate) fn emptied(mut self: Arc<Self>) -> Option<Arc<Self>> {
        drop_caught(Arc::get_mut(&mut self)?.value.take());
        Some(self)
    }

    /// Whether there is a result.
    #[inline]
    pub(crate) fn has_value(&self) -> bool {
        self.value.is_some()
    }

    /// The result, if there is one.
    #[inline]
    pub(crate) fn lend(self: Arc<Self>) -> Option<Out<T>> {
        if self.has_value() { Some(Out(self)) } else { None }
    }
}

impl<T> Drop for ResultSlot<T> {
    #[inline]
    fn drop(&mut self) {
        drop_caught(self.value.take());
    }
}

impl<T> Deref for Out<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // An `Out` is made in one place, of a slot that has a value; a slot is written only while it is not shared.
        self.0.value.as_ref().expect("an Out is only made of a filled slot")
    }
}

impl<T> Clone for Out<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: fmt::Debug> fmt::Debug for Out<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: fmt::Display> fmt::Display for Out<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

#[cfg(feature = "defmt")]
impl<T: defmt::Format> defmt::Format for Out<T> {
    fn format(&self, f: defmt::Formatter<'_>) {
        (**self).format(f);
    }
}

/// A slot with its type erased. It is found again by the type of its result.
pub trait Cell: 'static {
    /// Puts itself into `out`, if that is an `Option<Arc<ResultSlot<T>>>` of the right `T`.
    fn give(self: Arc<Self>, out: &mut dyn Any);

    /// The name of its result's type.
    fn type_name(&self) -> &'static str;

    /// Whether there is a result in it.
    fn is_filled(&self) -> bool;

    /// Drops its result.
    fn clear(&mut self);

    /// Itself, for a caller that knows its type.
    fn as_any_mut(&mut self) -> &mut dyn Any;
}

impl<T: 'static> Cell for ResultSlot<T> {
    #[inline]
    fn give(self: Arc<Self>, out: &mut dyn Any) {
        if let Some(out) = out.downcast_mut::<Option<Arc<Self>>>() {
            *out = Some(self);
        }
    }

    fn type_name(&self) -> &'static str {
        type_name::<T>()
    }

    fn is_filled(&self) -> bool {
        self.has_value()
    }

    fn clear(&mut self) {
        drop_caught(self.value.take());
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

/// The type of a result, for checks and for texts.
#[derive(Clone, Copy, Debug)]
pub struct ValueType {
    pub(crate) id: TypeId,
    pub(crate) name: &'static str,
}

impl ValueType {
    pub(crate) fn of<T: 'static>() -> Self {
        Self { id: TypeId::of::<T>(), name: type_name::<T>() }
    }
}

/// A result that was asked for as another type than it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(crate) struct OtherType {
    found: &'static str,
    asked: &'static str,
}

impl OtherType {
    /// The types of a cell's result and of the one that was asked for.
    pub(crate) fn new<T, C: Cell + ?Sized>(cell: &C) -> Self {
        Self { found: cell.type_name(), asked: type_name::<T>() }
    }
}

impl fmt::Display for OtherType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { found, asked } = self;
        write!(f, "is of type `{found}`, and was asked for as `{asked}`")
    }
}

/// Why a result cannot be moved out of its cell.
pub(crate) enum TakeError {
    /// Somebody shares it.
    Shared,
    /// It has another type.
    OtherType(OtherType),
    /// There is none.
    Empty,
}

/// Moves the result out of a cell that nobody shares.
pub(crate) fn take<T: 'static, C: Cell + ?Sized>(cell: &mut Arc<C>) -> Result<T, TakeError> {
    let types = OtherType::new::<T, C>(cell);
    let cell = Arc::get_mut(cell).ok_or(TakeError::Shared)?;
    let slot = cell.as_any_mut().downcast_mut::<ResultSlot<T>>().ok_or(TakeError::OtherType(types))?;
    slot.value.take().ok_or(TakeError::Empty)
}

/// Results that may cross threads.
pub type SharedCell = dyn Cell + Send + Sync;
/// Results that stay on one thread.
pub type LocalCell = dyn Cell;

/// The slot that a cell is, if it is for results of this type.
#[inline]
pub(crate) fn slot<T: 'static, C: Cell + ?Sized>(cell: Arc<C>) -> Option<Arc<ResultSlot<T>>> {
    let mut out: Option<Arc<ResultSlot<T>>> = None;
    cell.give(&mut out);
    out
}
