//! A numbered space of cases, of which all or a share are tried.

use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::agreement::check;
use crate::oracle::Case;

/// The digits of a case's number, each with a radix of its own: each digit is one choice.
pub(super) struct Digits {
    rest: u64,
    /// The product of the radixes so far.
    numbers: u64,
}

impl Digits {
    fn of(number: u64) -> Self {
        Self { rest: number, numbers: 1 }
    }

    /// The next digit: a number below `radix`.
    pub(super) fn next(&mut self, radix: u64) -> u64 {
        let digit = self.rest % radix;
        self.rest /= radix;
        self.numbers *= radix;
        digit
    }

    pub(super) fn flag(&mut self) -> bool {
        self.next(2) == 1
    }

    pub(super) fn pick<T: Copy, const N: usize>(&mut self, options: [T; N]) -> T {
        options[self.next(N as u64) as usize]
    }

    /// For each step of `count`, the steps before it to which it has an edge.
    pub(super) fn edges(&mut self, count: usize) -> Vec<Vec<usize>> {
        (0..count).map(|step| (0..step).filter(|_| self.flag()).collect()).collect()
    }
}

/// How long the attempts of the steps take: all the same, all different, or some no time at all. So ends coincide in
/// some cases and not in others.
pub(super) const SPANS: [[u64; 5]; 3] = [[1, 1, 1, 1, 1], [3, 1, 4, 2, 5], [1, 0, 2, 0, 1]];

/// Checks all cases of a space, or every `stride`-th. The stride is a prime above all radixes, so that all pairs of
/// choices are covered.
pub(super) fn check_all(name: &str, stride: u64, case: impl Fn(&mut Digits) -> Case + Sync) {
    check_share(name, [stride, 1], case);
}

/// As [`check_all`] for a space that is too large: every `stride`-th case in an ordinary run, and in a full one by the second
/// stride.
pub(super) fn check_share(name: &str, [stride, full]: [u64; 2], case: impl Fn(&mut Digits) -> Case + Sync) {
    let mut first = Digits::of(0);
    case(&mut first);
    let total = first.numbers;
    let stride = if crate::is_full() { full } else { stride };
    let count = total.div_ceil(stride);

    let start = Instant::now();
    let next = AtomicU64::new(0);
    let work = || {
        const BATCH: u64 = 256;
        loop {
            let from = next.fetch_add(BATCH, Ordering::Relaxed);
            if from >= count {
                return;
            }
            for index in from..count.min(from + BATCH) {
                check(&case(&mut Digits::of(index * stride)));
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| (0..threads).for_each(|_| _ = scope.spawn(work)));
    // Not with `println`, whose output the test harness captures.
    let seconds = start.elapsed().as_secs_f64();
    _ = writeln!(std::io::stderr(), "exhaustive, {name}: {count} of {total} cases (1 in {stride}) in {seconds:.1} s");
}
