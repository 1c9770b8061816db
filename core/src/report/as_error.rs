//! An error of any type as a `dyn Error`, which leads to its sources.
//!
//! A report shows the error of a step with its sources, and the owned errors made from it have it as their source. Both need
//! it as a `dyn Error`, and no single bound provides that: `anyhow::Error` and `Box<dyn Error>` do not implement `Error`, a
//! text does not, and a code need not. So the pipeline's constructor picks the conversion by a marker type that is inferred,
//! and the report holds a pointer to the conversion.

#[cfg(feature = "checkpoints")]
use crate::chain::Chain;
#[cfg(feature = "checkpoints")]
use alloc::string::ToString;
use alloc::{borrow::Cow, string::String};
use core::{error::Error, ops::Deref};

/// An error as a `dyn Error`, if it can be seen as one.
pub(crate) type AsError<E> = fn(&E) -> Option<&(dyn Error + 'static)>;

/// How errors of a type are seen, of which nothing else is known.
pub(crate) struct ErrorViews<E> {
    pub(crate) as_error: AsError<E>,
    /// The error with its sources in words, if it has any.
    #[cfg(feature = "checkpoints")]
    pub(crate) text: fn(&E) -> Option<String>,
}

impl<E> ErrorViews<E> {
    pub(crate) fn of<By>() -> Self
    where
        E: ErrorChain<By>,
    {
        Self {
            as_error: E::as_error,
            #[cfg(feature = "checkpoints")]
            text: E::text,
        }
    }

    /// Of errors of which nothing is known at all.
    pub(crate) fn of_codes() -> Self {
        Self {
            as_error: |_| None,
            #[cfg(feature = "checkpoints")]
            text: |_| None,
        }
    }
}

impl<E> Clone for ErrorViews<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for ErrorViews<E> {}

/// Errors that a report can follow to their sources: whatever is an `Error`, a box of one (also `anyhow::Error` and the
/// like), and texts, which have none.
///
/// `By` only tells these apart, and is always inferred. This is the bound of
/// [`Pipeline::with_error`](crate::PipelineOf::with_error). A function that is generic over the error passes it on:
///
/// ```
/// use rungs::{ErrorChain, Pipeline};
///
/// fn nightly<'a, By, E: ErrorChain<By>>() -> Pipeline<'a, E> {
///     Pipeline::with_error("nightly")
/// }
///
/// let mut p = nightly();
/// p.step("read").run(async || std::fs::read("data")); // fails with an `io::Error`
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither an `Error`, nor a box of one, nor a text",
    note = "implement `core::error::Error` for it, or use `with_code`, which takes errors of any type"
)]
pub trait ErrorChain<By> {
    /// The error itself, or what it boxes.
    fn as_error(&self) -> Option<&(dyn Error + 'static)>;

    /// The error with its sources in words.
    #[doc(hidden)]
    #[cfg(feature = "checkpoints")]
    fn text(&self) -> Option<String> {
        self.as_error().map(|error| Chain(error).to_string())
    }
}

/// An error that is an `Error`.
#[derive(Debug)]
pub enum IsError {}

/// A box of an error that may cross threads.
#[derive(Debug)]
pub enum Holds {}

/// A box of an error that may go to another thread.
#[derive(Debug)]
pub enum HoldsSend {}

/// A box of an error that stays on its thread.
#[derive(Debug)]
pub enum HoldsLocal {}

/// A text, which has no source.
#[derive(Debug)]
pub enum Text {}

#[diagnostic::do_not_recommend]
impl<E: Error + 'static> ErrorChain<IsError> for E {
    fn as_error(&self) -> Option<&(dyn Error + 'static)> {
        Some(self)
    }
}

#[diagnostic::do_not_recommend]
impl<E: Deref<Target = dyn Error + Send + Sync>> ErrorChain<Holds> for E {
    fn as_error(&self) -> Option<&(dyn Error + 'static)> {
        Some(&**self)
    }
}

#[diagnostic::do_not_recommend]
impl<E: Deref<Target = dyn Error + Send>> ErrorChain<HoldsSend> for E {
    fn as_error(&self) -> Option<&(dyn Error + 'static)> {
        Some(&**self)
    }
}

#[diagnostic::do_not_recommend]
impl<E: Deref<Target = dyn Error>> ErrorChain<HoldsLocal> for E {
    fn as_error(&self) -> Option<&(dyn Error + 'static)> {
        Some(&**self)
    }
}

impl ErrorChain<Text> for &str {
    fn as_error(&self) -> Option<&(dyn Error + 'static)> {
        None
    }

    #[cfg(feature = "checkpoints")]
    fn text(&self) -> Option<String> {
        Some(String::from(&**self))
    }
}

impl ErrorChain<Text> for String {
    fn as_error(&self) -> Option<&(dyn Error + 'static)> {
        None
    }

    #[cfg(feature = "checkpoints")]
    fn text(&self) -> Option<String> {
        Some(self.clone())
    }
}

impl ErrorChain<Text> for Cow<'_, str> {
    fn as_error(&self) -> Option<&(dyn Error + 'static)> {
        None
    }

    #[cfg(feature = "checkpoints")]
    fn text(&self) -> Option<String> {
        Some(String::from(&**self))
    }
}
