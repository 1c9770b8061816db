//! What a boot tells its user, over semihosting.

use by_hand::recorded::{Cause, NAMES, Record};
use semihosting::println;

/// One line a step.
pub fn record(records: &[Record; 8]) {
    for (name, record) in NAMES.iter().zip(records) {
        let Record { status, cause, attempts, started, finished } = record;
        println!("{name:9} {status:?}, attempts: {attempts}, {} us to {} us", started.as_micros(), finished.as_micros());
        match cause {
            None => {}
            Some(Cause::Failed(fault)) => println!("          {fault}"),
            Some(Cause::TimedOut) => println!("          timed out"),
            Some(Cause::Deadline) => println!("          its deadline fell"),
            Some(Cause::Need { root }) => println!("          because of {}", NAMES.get(*root).unwrap_or(&"?")),
        }
    }
}
