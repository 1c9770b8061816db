//! The exit of a program.

use crate::{
    dynamic::{PipelineError, PlanError},
    report::Report,
    steps::Cell,
};
use std::{
    eprintln,
    process::{ExitCode, Termination},
};

/// The exit of a program that runs one pipeline: `main` returns it. A report exits with its
/// [exit code](Report::exit_code). An error instead of a report is written to standard error, and exits with
/// [its own](PipelineError::exit_code): 3 for a wrong plan.
///
/// ```
/// use rungs::{BoxError, Exit, NoClock, Pipeline, PipelineError, Report};
///
/// fn run() -> Result<Report<BoxError>, PipelineError> {
///     let mut p = Pipeline::new("nightly");
///     p.step("hen").depends_on(["egg"]).run(|_| async { Ok(()) });
///     futures_lite::future::block_on(p.run(&NoClock))
/// }
///
/// fn main() -> Exit {
///     # assert_eq!(Exit::from(run()).code(), 3);
///     # let run = || Ok::<(), PipelineError>(());
///     run().into()
/// }
/// ```
#[derive(Debug)]
#[must_use = "return it from `main`"]
pub struct Exit(Result<u8, PipelineError>);

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

impl From<PipelineError> for Exit {
    fn from(error: PipelineError) -> Self {
        Self(Err(error))
    }
}

impl From<PlanError> for Exit {
    fn from(error: PlanError) -> Self {
        Self(Err(error.into()))
    }
}

impl<E, C: Cell + ?Sized> From<Result<Report<E, C>, PipelineError>> for Exit {
    fn from(result: Result<Report<E, C>, PipelineError>) -> Self {
        result.map_or_else(Self::from, Self::from)
    }
}

/// For a program that exits with an error only if there is no report.
impl From<Result<(), PipelineError>> for Exit {
    fn from(result: Result<(), PipelineError>) -> Self {
        Self(result.map(|()| 0))
    }
}

/// For a program that exits with an error only if the plan is wrong.
impl From<Result<(), PlanError>> for Exit {
    fn from(result: Result<(), PlanError>) -> Self {
        Self(result.map(|()| 0).map_err(PipelineError::from))
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
