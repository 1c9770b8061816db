//! Failures: what happens to the other steps when one fails.
//!
//! `measure` fails, and the rest follows from that. Prints the report, whose last column gives the cause for each step that did
//! not succeed, and the results of two steps that run nevertheless: one because of the failure, one in any case. A job would end
//! with the exit code of the report, which is 1. Here the failure is on purpose, so the program prints the code and ends with 0.

use rungs::{BoxError, Exit, Out, Pipeline, PipelineError, Unmet};
use rungs_smol::Smol;

fn main() -> Exit {
    run().into()
}

fn run() -> Result<(), PipelineError> {
    let mut p = Pipeline::new("errors");

    let opened = p.step("open").run(async || Ok("/dev/sensor"));
    // The failure of an optional step does not count.
    let _ = p.step("blink").optional().run(async || Err::<(), _>("no lamp".into()));
    let measured = p.step("measure").needs(opened).run(async |_| "21,5".parse::<f64>().map_err(BoxError::from));

    // By default a step that needs a failed one fails with it, and the report names the step where it began.
    let rounded = p.step("round").needs(measured).run(async |degrees| Ok(degrees.round()));
    p.step("store").needs(rounded).run(async |_| Ok(()));
    // With `skip_on_error` it is skipped instead.
    p.step("celebrate").after(measured).skip_on_error().run(async || Ok(()));
    // A step that does not need the failed one runs as usual.
    p.step("log").after(opened).run(async || Ok(()));

    // This step runs only if a need failed. Its argument is the result of that need, or what is known of its failure.
    let alarm = p.step("alarm").needs(measured).when_any_failed().run(async |measured: Result<Out<f64>, Unmet<_>>| {
        Ok(match measured {
            Ok(degrees) => format!("nothing wrong: {degrees} degrees"),
            Err(unmet) => format!("no measurement: {unmet}"),
        })
    });
    // A clean-up step runs in any case, after all its needs have ended.
    let closed = p
        .step("close")
        .needs(opened)
        .after((rounded, measured))
        .when_all_done()
        .run(async |opened| Ok(opened.map_or("nothing to close".into(), |path| format!("closed {path}"))));

    let report = smol::block_on(p.run(&Smol::new()))?;
    println!("{report}\n");
    for handle in [alarm, closed] {
        match report.output(handle) {
            Ok(text) => println!("{text}"),
            Err(reason) => println!("{reason}"),
        }
    }
    println!("a job would end with exit code {}", report.exit_code());
    Ok(())
}
