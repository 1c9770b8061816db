//! The log of a boot, over semihosting.

use by_hand::recorded::{Cause, Record};
use semihosting::println;
use sensor_board::cases::NAMES;

/// Prints one line per step.
pub fn record(records: &[Record; 8]) {
    for (name, record) in NAMES.iter().zip(records) {
        let (started, finished) = (record.started.get().as_micros(), record.finished.get().as_micros());
        println!(
            "{name:9} {:?}, attempts: {}, {started} us to {finished} us",
            record.status.get(),
            record.attempts.get()
        );
        match record.cause.get() {
            None => {}
            Some(Cause::Failed(fault)) => println!("          {fault}"),
            Some(Cause::TimedOut) => println!("          timed out"),
            Some(Cause::Deadline) => println!("          deadline exceeded"),
            Some(Cause::Need { root }) => println!("          because of {}", NAMES.get(root).unwrap_or(&"?")),
        }
    }
}
