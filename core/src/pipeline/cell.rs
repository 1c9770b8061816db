//! Results: written once by their step, shared with all that need them.

use alloc::sync::Arc;
use core::{any::Any, fmt, ops::Deref};

/// A step's result, shared: read it as a `&T`; a clone is the same result. Keeps it alive beyond report and pipeline.
///
/// ```
/// use rungs::{NoClock, Out, Pipeline};
///
/// async fn double(n: Out<u32>) -> Result<u32, std::io::Error> {
///     Ok(*n * 2)
/// }
///
/// let mut p = Pipeline::new("outs");
/// let n = p.step("n").run(|| async { Ok(21) });
/// let twice = p.step("twice").needs(n).run(double);
/// let report = futures_lite::future::block_on(p.run(&NoClock))?;
/// assert_eq!(*report.output(twice).unwrap(), 42);
/// # Ok::<(), rungs::PlanError>(())
/// ```
pub struct Out<T>(Arc<Slot<T>>);

/// Where a result goes.
#[derive(Debug)]
pub struct Slot<T> {
    value: Option<T>,
}

impl<T> Slot<T> {
    pub(crate) const EMPTY: Self = Self { value: None };
}

impl<T> Deref for Out<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // An `Out` is made in one place, of a slot that has a value; a slot is written only while nobody shares it.
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

/// A slot whose type is known to those who ask for it.
pub trait Cell: 'static {
    /// Writes itself into `out`, if that is an `Option<Out<T>>` of the right `T` and there is a value.
    fn lend(self: Arc<Self>, out: &mut dyn Any);

    /// The slot itself.
    fn slot(&mut self) -> &mut dyn Any;

    /// Whether results of the type of this `Option<Out<T>>` go here.
    fn is_for(&self, out: &dyn Any) -> bool;

    /// Drops the value.
    fn empty(&mut self);
}

impl<T: 'static> Cell for Slot<T> {
    #[inline]
    fn lend(self: Arc<Self>, out: &mut dyn Any) {
        if let Some(out) = out.downcast_mut::<Option<Out<T>>>()
            && self.value.is_some()
        {
            *out = Some(Out(self));
        }
    }

    #[inline]
    fn slot(&mut self) -> &mut dyn Any {
        self
    }

    fn is_for(&self, out: &dyn Any) -> bool {
        out.is::<Option<Out<T>>>()
    }

    fn empty(&mut self) {
        self.value = None;
    }
}

/// The result in a cell, if it is there and of this type.
#[inline]
pub(crate) fn lend<T: 'static, C: Cell + ?Sized>(cell: &Arc<C>) -> Option<Out<T>> {
    let mut out: Option<Out<T>> = None;
    cell.clone().lend(&mut out);
    out
}

/// Whether the cell takes results of this type.
pub(crate) fn is_for<T: 'static, C: Cell + ?Sized>(cell: &Arc<C>) -> bool {
    cell.is_for(&None::<Out<T>>)
}

/// Writes a result. A cell that somebody still shares is left to them, and `fresh` takes its place.
#[inline]
pub(crate) fn fill<T: 'static, C: Cell + ?Sized>(cell: &mut Arc<C>, value: T, fresh: fn(Slot<T>) -> Arc<C>) {
    let own = Arc::get_mut(cell).and_then(|own| own.slot().downcast_mut::<Slot<T>>());
    match own {
        Some(slot) => slot.value = Some(value),
        None => *cell = fresh(Slot { value: Some(value) }),
    }
}
