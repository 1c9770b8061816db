//! Ticks to nanoseconds and back, at a rate in ticks per second.

const SECOND: u64 = 1_000_000_000;

/// rtic-time compares ticks by their distance, so what is more than 2^63 ticks away would lie in the past.
const LAST: u64 = i64::MAX as u64;

/// The time at which a tick begins, rounded down, so that the clock never shows a time in the future.
pub(crate) const fn to_nanos<const HZ: u64>(ticks: u64) -> u64 {
    const { assert!(HZ > 0 && HZ < 18 * SECOND, "a product below would overflow") };
    (ticks / HZ).saturating_mul(SECOND).saturating_add(ticks % HZ * SECOND / HZ)
}

/// The first tick that does not begin before this time: rounded up.
pub(crate) const fn from_nanos<const HZ: u64>(nanos: u64) -> u64 {
    const { assert!(HZ > 0 && HZ < 18 * SECOND, "a product below would overflow") };
    let ticks = (nanos / SECOND).saturating_mul(HZ).saturating_add((nanos % SECOND * HZ).div_ceil(SECOND));
    if ticks < LAST { ticks } else { LAST }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every small number, the neighbours of every power of two, and some in between.
    fn numbers() -> impl Iterator<Item = u64> {
        let powers = (0..64).flat_map(|bit| {
            let power = 1_u64 << bit;
            (0..100).flat_map(move |d| [power.saturating_sub(d), power.saturating_add(d)])
        });
        let far = (0..100).map(|d| u64::MAX - d);
        // SplitMix64's step, cut to every length.
        let random = (0..100_000).map(|n: u64| n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (n % 64));
        (0..100_000).chain(powers).chain(far).chain(random)
    }

    fn both_directions_are_exact_at<const HZ: u64>() {
        let (hz, second) = (u128::from(HZ), u128::from(SECOND));
        for n in numbers() {
            let wide = u128::from(n);
            let nanos = u64::try_from(wide * second / hz).unwrap_or(u64::MAX);
            assert_eq!(to_nanos::<HZ>(n), nanos, "{n} ticks at {HZ} Hz");
            let ticks = u64::try_from((wide * hz).div_ceil(second)).unwrap_or(u64::MAX);
            assert_eq!(from_nanos::<HZ>(n), ticks.min(LAST), "{n} ns at {HZ} Hz");
            // A sleep ends at the first tick that shows its deadline.
            assert!(to_nanos::<HZ>(from_nanos::<HZ>(n)) >= n || from_nanos::<HZ>(n) == LAST, "{n} ns at {HZ} Hz");
        }
    }

    #[test]
    fn both_directions_are_exact_and_saturate() {
        both_directions_are_exact_at::<1>();
        both_directions_are_exact_at::<1_000>();
        both_directions_are_exact_at::<32_768>();
        both_directions_are_exact_at::<1_000_000>();
        both_directions_are_exact_at::<16_777_216>();
        both_directions_are_exact_at::<133_000_000>();
        both_directions_are_exact_at::<1_000_000_000>();
        both_directions_are_exact_at::<5_242_880_000>();
    }
}
