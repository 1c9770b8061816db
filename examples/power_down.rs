//! A board whose boot fails halfway, and is taken back: what was switched on is switched off, the last first.
//!
//! `cargo run --example power_down` boots a board whose radio hears nobody: the radio's part of the boot fails, so the sensor is put
//! to sleep and the rail is cut. `-- stuck`: the sensor does not go to sleep, which keeps nobody from cutting the rail.
//! `-- heard`: the boot succeeds, and all stays as it is. Ends with the exit code of the boot. The same module runs on a board, as
//! neither the boot nor its undo needs a heap.

#![allow(unreachable_pub, reason = "a module may be public, so its error is")]

use std::{env, process::ExitCode};

use rungs_smol::Smol;

#[rungs::pipeline(error = Fault)]
mod boot {
    use core::fmt;

    pub struct Board {
        pub rail: bool,
        pub is_heard: bool,
        pub is_stuck: bool,
    }

    #[derive(Debug)]
    pub enum Fault {
        NobodyAnswers,
        StillAwake(u8),
    }

    impl fmt::Display for Fault {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            match self {
                Self::NobodyAnswers => f.write_str("nobody answers"),
                Self::StillAwake(address) => write!(f, "0x{address:02X} is still awake"),
            }
        }
    }

    #[step]
    async fn power(rail: &mut bool) {
        *rail = true;
    }

    // How a step is taken back stands beside it.
    #[undo(power)]
    async fn cut_power(rail: &mut bool) {
        *rail = false;
        println!("the rail is cut");
    }

    // A step without an undo has nothing to take back; orders go across it.
    #[step(after(power))]
    async fn settle() {}

    #[step(after(settle))]
    async fn sensor() -> u8 {
        0x68
    }

    // An undo is given the result of its step, and has retries and limits of its own.
    #[undo(sensor, retries = 2, retry_delay = ms(5))]
    async fn put_to_sleep(is_stuck: &bool, sensor: &u8) -> Result<(), Fault> {
        if *is_stuck {
            return Err(Fault::StillAwake(*sensor));
        }
        println!("0x{sensor:02X} sleeps");
        Ok(())
    }

    #[step(after(sensor))]
    async fn radio(is_heard: &bool) -> Result<(), Fault> {
        if *is_heard { Ok(()) } else { Err(Fault::NobodyAnswers) }
    }
}

fn main() -> ExitCode {
    let how = env::args().nth(1).unwrap_or_default();
    let mut board = boot::Board { rail: false, is_heard: how == "heard", is_stuck: how == "stuck" };
    let report = smol::block_on(boot::run(&mut board, &Smol));
    println!("{report}");
    if !report.is_success() {
        let undo = smol::block_on(boot::undo::run(&mut board, &report, &Smol));
        println!("{undo}");
    }
    println!("the rail is {}", if board.rail { "on" } else { "off" });
    ExitCode::from(report.exit_code())
}
