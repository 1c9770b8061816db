//! The reading of what earlier runs have stored: errors, panics, and stops while it lasts.

use std::{
    future::{Future, Ready, pending, ready},
    io,
    pin::Pin,
};

use rungs::{CancelToken, Checkpoint, Checkpoints, NoClock, Pipeline, PipelineError, Status};

use crate::support::{Sim, block, drive, ms};

type Loading = Pin<Box<dyn Future<Output = io::Result<Vec<Checkpoint>>> + Send>>;

/// A store that is read in this way, and that nothing is stored in.
struct ReadBy<F>(F);

impl<F: Fn() -> Loading> Checkpoints for ReadBy<F> {
    type Error = io::Error;
    type Loading = Loading;
    type Storing = Ready<io::Result<()>>;

    fn load(&self) -> Self::Loading {
        (self.0)()
    }

    fn store(&self, _: Checkpoint) -> Self::Storing {
        panic!("nothing has started")
    }

    fn remove(&self, _: &str) -> Self::Storing {
        panic!("nothing is undone")
    }
}

/// A run whose store cannot be read: the text of its error. The pipeline can be run again.
fn refused(load: impl Fn() -> Loading + Send + Sync + 'static) -> String {
    let mut p: Pipeline<'_> = Pipeline::new("torn");
    p.step("one").checkpoint().run(async || Ok(1));
    let error = block(p.runner().checkpoints(ReadBy(load)).run(&NoClock)).unwrap_err();
    assert_eq!((error.exit_code(), error.pipeline(), error.mistakes()), (5, "torn", &[][..]));
    assert!(matches!(error, PipelineError::Checkpoints { .. }));
    assert!(block(p.run(&NoClock)).unwrap().is_success());
    error.to_string()
}

#[test]
fn checkpoints_that_cannot_be_read_are_an_error_of_the_pipeline() {
    let text = refused(|| Box::pin(ready(Err(io::Error::other("not a database\nat all")))));
    let told = "pipeline `torn` cannot go on, as what earlier runs have stored cannot be read: not a database\\nat all";
    assert_eq!(text, told);
}

#[test]
fn a_panic_of_the_reading_is_an_error_of_the_pipeline() {
    let at_once: fn() -> Loading = || panic!("no such table");
    let polled: fn() -> Loading = || Box::pin(async { panic!("no such table") });
    for load in [at_once, polled] {
        let told =
            "pipeline `torn` cannot go on, as what earlier runs have stored cannot be read: panicked: no such table";
        assert_eq!(refused(load), told);
    }
}

#[test]
fn a_stop_ends_the_reading() {
    for is_drained in [true, false] {
        let (sim, token) = (Sim::new(), CancelToken::new());
        let clock = sim.clock();
        let mut p: Pipeline<'_> = Pipeline::new("patient");
        p.step("one").checkpoint().run(async || Ok(1));
        p.step("clean up").when_all_done().run(async || Ok(()));
        let run = p.runner().checkpoints(ReadBy(|| -> Loading { Box::pin(pending()) })).cancel(&token).run(&clock);
        let stop = async {
            sim.clock().sleep(ms(50)).await;
            if is_drained { token.drain() } else { token.cancel() }
        };
        let (report, ()) = drive(&sim, futures_lite::future::zip(run, stop));
        let report = report.unwrap();
        assert_eq!(report.get("one").unwrap().status(), Status::Skipped, "{report}");
        assert_eq!((report.exit_code(), report.duration()), (2, ms(0)), "{report}");
    }
}
