//! The boot by the scheduler alone, on a bare loop.
#![no_std]
#![no_main]

use riscv_board::{Delay, NAMES, bare_loop, exit_on_panic};
use rungs::scheduler::Cause;
use semihosting::{println, process};
use sensor_board::model::{Script, World};

exit_on_panic!();

#[riscv_rt::entry]
fn main() -> ! {
    for (name, script) in Script::ALL {
        let world = World::new(script);
        match bare_loop::boot(&mut world.board(Delay)) {
            Ok(records) => {
                println!("{name}: frames: {}", world.frames());
                print(&records);
            }
            Err(error) => println!("{name}: {error}"),
        }
    }
    process::exit(0)
}

fn print(records: &[bare_loop::Record]) {
    for (name, record) in NAMES.iter().zip(records) {
        let (status, attempts) = (record.node.status(), record.node.attempts());
        println!("{name:9} {status:8} attempts: {attempts}, {} to {}", record.started, record.finished);
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
