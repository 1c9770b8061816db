//! The context of an attempt that lists the needs without a result.

use crate::{step_cx::StepCx, unmet::Unmet};
use core::{fmt, ops::Deref};
use rungs_scheduler::Cause;

/// The context of an attempt of a step that runs though a need has no result: a [`StepCx`] that lists these needs, those of
/// `after` and `after_all` included.
///
/// A step `when_all_done`, `when_any_failed` or `when_none_failed` takes it as the parameter `cx: &UnmetCx<'_, E>`; `E` is the
/// error of the pipeline. Each attempt is given clones of the errors, so `E` is `Clone`, and `Sync` where the run is to be
/// `Send`. A pipeline none of whose steps takes it has no room for them.
///
/// ```
/// #[rungs::pipeline(error = Fault)]
/// mod boot {
///     use rungs::fixed::UnmetCx;
///
///     #[derive(Clone)]
///     pub enum Fault {
///         NoAnswer(u8),
///     }
///
///     #[step]
///     async fn imu() -> Result<u16, Fault> {
///         Err(Fault::NoAnswer(0x68))
///     }
///     #[step]
///     async fn radio() -> Result<u16, Fault> {
///         Ok(7)
///     }
///     #[step(after(imu))]
///     async fn calibrate() -> Result<(), Fault> {
///         Ok(())
///     }
///     #[step(when_any_failed, after_all)]
///     async fn alarm(cx: &UnmetCx<'_, Fault>) -> (u32, [Option<&'static str>; 2]) {
///         let mut roots = cx.unmet().map(|unmet| match unmet.root() {
///             "imu" => "the sensor does not answer",
///             _ => "something else",
///         });
///         (cx.attempt(), [roots.next(), roots.next()])
///     }
/// }
///
/// let report = futures_lite::future::block_on(boot::run(&rungs::NoClock));
/// let told = Some("the sensor does not answer");
/// assert_eq!(report.outputs.alarm, Some((1, [told, told])), "of `imu`, and of `calibrate` which needs it");
/// ```
pub struct UnmetCx<'a, E> {
    cx: &'a StepCx,
    unmet: &'a [Option<Unmet<E>>],
}

impl<'a, E> UnmetCx<'a, E> {
    /// The needs without a result: those that are parameters, in their order, then those of `after`, then the others of
    /// `after_all` in the order of declaration.
    pub fn unmet(&self) -> impl Iterator<Item = &'a Unmet<E>> + use<'a, E> {
        self.unmet.iter().flatten()
    }
}

impl<E> Deref for UnmetCx<'_, E> {
    type Target = StepCx;

    fn deref(&self) -> &StepCx {
        self.cx
    }
}

impl<E: fmt::Debug> fmt::Debug for UnmetCx<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnmetCx").field("cx", self.cx).field("unmet", &self.unmet).finish()
    }
}

/// What an attempt is lent as its [`UnmetCx`], and what its parameters are given of it. `N` is the number of the step's needs.
#[allow(missing_debug_implementations, reason = "only generated code has it")]
pub struct HeldUnmet<E, const N: usize> {
    pub(super) cx: StepCx,
    pub(super) unmet: [Option<Unmet<E>>; N],
}

impl<E: Clone, const N: usize> HeldUnmet<E, N> {
    /// The context, as the step takes it.
    pub fn cx(&self) -> UnmetCx<'_, E> {
        UnmetCx { cx: &self.cx, unmet: &self.unmet }
    }

    /// The step's `nth` need if it has no result.
    pub fn unmet(&self, nth: usize) -> Option<Unmet<E>> {
        self.unmet.get(nth)?.clone()
    }

    /// Why the step's `nth` need has no result; `None` if it has one.
    pub fn cause(&self, nth: usize) -> Option<Cause> {
        self.unmet.get(nth)?.as_ref().map(Unmet::cause)
    }
}
