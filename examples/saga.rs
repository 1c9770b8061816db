//! A saga: a trip of three bookings, each of which is taken back if a later one fails.
//!
//! `cargo run --example saga` books a hotel, a car and a flight; the flight is sold out, so the car is returned and the hotel is
//! cancelled, the last first. `cargo run --example saga -- stubborn`: the car cannot be returned, which keeps nobody from cancelling
//! the hotel. `-- booked`: there is a flight, and all stays as it is. Ends with the exit code of the run: 1 if it failed, whatever
//! was taken back.

use std::env;

use rungs::{BoxError, Exit, Pipeline, PipelineError, Report, Status};
use rungs_smol::Smol;

fn main() -> Exit {
    run(&env::args().nth(1).unwrap_or_default()).into()
}

fn run(how: &str) -> Result<Report<BoxError>, PipelineError> {
    let mut p = Pipeline::new("trip");

    // How a step is taken back is declared after it. The undo is given the step's result.
    let hotel = p.step("hotel").run(async || Ok("room 12"));
    p.undo(hotel).run(async |room| Ok(println!("cancelled {room}")));

    // An undo has retries and limits of its own.
    let car = p.step("car").after(hotel).run(async || Ok("the blue car"));
    p.undo(car).retries(2).run(async |car| match how {
        "stubborn" => Err("nobody answers".into()),
        _ => Ok(println!("returned {car}")),
    });

    // A step without an undo has nothing to take back; orders go across it.
    let insured = p.step("insurance").needs(car).run(async |car| Ok(format!("insured {car}")));

    p.step("flight").after(insured).run(async || match how {
        "booked" => Ok("seat 7A"),
        _ => Err("sold out".into()),
    });

    let report = smol::block_on(p.runner().undo_on_failure().run(&Smol::new()))?;
    // The report of the run has that of its undo below.
    println!("{report}");
    for step in report.undo().into_iter().flatten().filter(|step| step.status() == Status::Failed) {
        println!("to be done by hand: {}", step.name());
    }
    Ok(report)
}
