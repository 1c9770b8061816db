//! Numbers from a seed, and workflows made of them.

use crate::workflow::{Task, Workflow};
use std::time::Duration;

/// Numbers from a seed: SplitMix64.
#[derive(Clone, Debug)]
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below this bound, or 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    /// A factor from `1 / most` to `most`, of which a half and a double are equally likely.
    pub fn factor(&mut self, most: f64) -> f64 {
        let unit = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        most.powf(2.0 * unit - 1.0)
    }

    /// A workflow of so many tasks. Each needs up to three of the twenty before it, and takes from a second to a hundred: short
    /// tasks are as likely as long ones on a logarithmic scale.
    pub fn workflow(&mut self, name: &str, tasks: usize) -> Workflow {
        let task = |at: usize, random: &mut Self| {
            let mut needs: Vec<_> =
                (0..random.below(4)).filter_map(|_| at.checked_sub(1 + random.below(20) as usize)).collect();
            needs.sort_unstable();
            needs.dedup();
            let duration = Duration::from_millis((10_000.0 * random.factor(10.0)) as u64);
            Task { name: format!("task {at}"), duration, needs }
        };
        Workflow { name: name.into(), tasks: (0..tasks).map(|at| task(at, self)).collect() }
    }
}
