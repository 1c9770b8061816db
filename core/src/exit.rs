//! The exit of a program.

use crate::{dynamic::PlanError, report::Report, steps::Cell};
use std::{
    eprintln,
    process::{ExitCode, Termination},
};

/// The exit of a program that runs one pipeline: `main` returns it. A report exits with its
/// [exit code](Report::exit_code); a wrong plan is written to standard error and exits with
/// [3](PlanError::EXIT_CODE).
///
/// ```
/// use rungs::{BoxError, Exit, NoClock, Pipeline, PlanError, Report};
///
/// fn run() -> Result<Report<BoxError>, PlanError> {
///     let mut p = Pipeline::new("nightly");
///     p.step("hen").depends_on(["egg"]).run(|_| async { Ok(()) });
///     futures_lite::future::block_on(p.run(&NoClock))
/// }
///
/// fn main() -> Exit {
///     # assert_eq!(Exit::from(run()).code(), 3);
///     # let run = || Ok::<(), PlanError>(());
///     run().into()
/// }
/// ```
#[derive(Debug)]
#[must_use = "return it from `main`"]
pub struct Exit(Result<u8, PlanError>);

impl Exit {
    /// The exit code.
    pub fn code(&self) -> u8 {
        match &self.0 {
            Ok(code) => *code,
            Err(error) => error.exit_code(),
        }
    }
}

impl<E, C: Cell + ?Sized> From<Report<E, C>> for Exit {
    fn from(report: Report<E, C>) -> Self {
        Self(Ok(report.exit_code()))
    }
}

impl From<PlanError> for Exit {
    fn from(error: PlanError) -> Self {
        Self(Err(error))
    }
}

impl<E, C: Cell + ?Sized> From<Result<Report<E, C>, PlanError>> for Exit {
    fn from(result: Result<Report<E, C>, PlanError>) -> Self {
        result.map_or_else(Self::from, Self::from)
    }
}

/// For a program that exits with an error only if the plan is wrong.
impl From<Result<(), PlanError>> for Exit {
    fn from(result: Result<(), PlanError>) -> Self {
        Self(result.map(|()| 0))
    }
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        if let Err(error) = &self.0 {
            eprintln!("{error}");
        }
        self.code().into()
    }
}
