//! The smallest example: two steps that run at the same time, and a third that takes the results of both.
//!
//! Prints the picture of the steps, the report of the run, and "hello, world!".

use std::time::Duration;

use rungs::{BoxError, Exit, Pipeline, PipelineError, Report};
use rungs_smol::Smol;
use smol::Timer;

async fn greeting() -> Result<String, BoxError> {
    Timer::after(Duration::from_millis(50)).await;
    Ok("hello".to_owned())
}

async fn whom() -> Result<&'static str, BoxError> {
    Timer::after(Duration::from_millis(50)).await;
    Ok("world")
}

fn main() -> Exit {
    run().into()
}

fn run() -> Result<Report<BoxError>, PipelineError> {
    let mut hello = Pipeline::new("hello");

    let greeting = hello.step("greeting").run(greeting);
    let whom = hello.step("whom").run(whom);
    // The arguments of a step are the results of its needs. Other types, or another number of them, do not compile.
    let text =
        hello.step("text").needs((greeting, whom)).run(async |greeting, whom| Ok(format!("{greeting}, {whom}!")));

    println!("{}", hello.visualize());
    let report = smol::block_on(hello.run(&Smol::new()))?;
    println!("{report}\n");

    match report.output(text) {
        Ok(text) => println!("{text}"),
        Err(reason) => println!("{reason}"),
    }
    Ok(report)
}
