//! Failures: what becomes of the others when a step fails.
//!
//! `measure` fails, and everything else is the consequence. Prints the report, whose last column says of each step why it
//! did not run, and what the alarm and the clean-up had to say. The exit code of the run would be 1; as the failure is
//! the point here, this program prints that and ends with 0.

use rungs::{BoxError, Cause, Exit, Out, Pipeline, PlanError};
use rungs_smol::Smol;

fn main() -> Exit {
    run().into()
}

fn run() -> Result<(), PlanError> {
    let mut p = Pipeline::new("errors");

    let opened = p.step("open").run(async || Ok("/dev/sensor"));
    // A step that may fail: nobody minds.
    let _ = p.step("blink").optional().run(async || Err::<(), _>("no lamp".into()));
    let measured = p.step("measure").needs(opened).run(async |_| "21,5".parse::<f64>().map_err(BoxError::from));

    // The usual: what needs a failed step fails with it, and the report names the step where it began.
    let rounded = p.step("round").needs(measured).run(async |degrees| Ok(degrees.round()));
    p.step("store").needs(rounded).run(async |_| Ok(()));
    // A step that is only worth running if all is well is skipped instead.
    p.step("celebrate").after(measured).skip_on_error().run(async || Ok(()));
    // What does not need the failed step runs on.
    p.step("log").after(opened).run(async || Ok(()));

    // An alarm runs only if something went wrong: its arguments are what came of its needs.
    let alarm = p.step("alarm").needs(measured).when_any_failed().run(|measured: Result<Out<f64>, Cause>| async move {
        Ok(match measured {
            Ok(degrees) => format!("nothing wrong: {degrees} degrees"),
            Err(cause) => format!("no measurement: {cause}"),
        })
    });
    // A clean-up runs in any case, when all that it waits for has ended.
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
