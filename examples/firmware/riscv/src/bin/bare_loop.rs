//! The boot by the scheduler alone, on a bare loop.
#![no_std]
#![no_main]

use riscv_board::{Delay, bare_loop, exit_on_panic};
use rungs::scheduler::Cause;
use semihosting::{println, process};
use sensor_board::{
    cases::{self, NAMES},
    model::World,
};

exit_on_panic!();

#[riscv_rt::entry]
fn main() -> ! {
    for case in cases::ALL {
        let world = World::new(case.script);
        match bare_loop::boot(&mut world.board(Delay)) {
            Ok(records) => {
                println!("{}: frames: {}", case.name, world.frames());
                print(&records);
            }
            Err(error) => println!("{}: {error}", case.name),
        }
    }
    process::exit(0)
}

fn print(records: &[bare_loop::Record]) {
    for (name, record) in NAMES.iter().zip(records) {
        let (status, attempts) = (record.node.status(), record.node.attempts());
        let [started, finished] = [record.started, record.finished].map(|at| at.as_nanos() / 1_000);
        println!("{name:9} {status:8} attempts: {attempts}, {started} us to {finished} us");
        match (record.node.cause(), record.fault) {
            (None, _) => {}
            (Some(Cause::Failed), Some(fault)) => println!("          {fault}"),
            (Some(Cause::Dependency { root, .. }), _) => {
                println!("          because of {}", NAMES.get(root.index()).unwrap_or(&"?"));
            }
            (Some(cause), _) => println!("          {cause:?}"),
        }
    }
}
