//! Ticks to nanoseconds and back.

/// The ratio of ticks to nanoseconds, in lowest terms: `ticks` ticks take `nanos` nanoseconds.
#[derive(Clone, Copy)]
pub(crate) struct Rate {
    ticks: u64,
    nanos: u64,
}

impl Rate {
    /// The ratio at a frequency in ticks per second.
    pub(crate) const fn of(hz: u64) -> Self {
        const SECOND: u64 = 1_000_000_000;
        // Within these limits no product below overflows. embassy's fastest rate is 5.2 GHz. For a constant, this is checked at
        // compile time.
        assert!(hz > 0 && hz < 18 * SECOND);
        let (mut divisor, mut rest) = (SECOND, hz);
        while rest > 0 {
            (divisor, rest) = (rest, divisor % rest);
        }
        Self { ticks: hz / divisor, nanos: SECOND / divisor }
    }

    /// The time at which a tick begins, rounded down, so that the clock never shows a time in the future.
    pub(crate) const fn nanos(self, ticks: u64) -> u64 {
        scale(ticks, self.ticks, self.nanos, 0)
    }

    /// The first tick that does not begin before this time: rounded up.
    pub(crate) const fn ticks(self, nanos: u64) -> u64 {
        scale(nanos, self.nanos, self.ticks, self.nanos - 1)
    }
}

/// `(n * to + extra) / from`, saturating. It is computed in parts instead of in `u128`, which is expensive on a Cortex-M0. If
/// the frequency divides a second, one direction is only a multiplication.
#[inline]
const fn scale(n: u64, from: u64, to: u64, extra: u64) -> u64 {
    if from == 1 {
        return times(n, to);
    }
    let (whole, rest) = divided(n, from);
    times(whole, to).saturating_add(divided(rest * to + extra, from).0)
}

/// The quotient and the rest. A 64-bit division takes a kilobyte of a Cortex-M0's flash; a 32-bit one is linked in anyway.
#[inline]
const fn divided(n: u64, by: u64) -> (u64, u64) {
    if by > u16::MAX as u64 { (n / by, n % by) } else { divided_by_digits(n, by as u32) }
}

/// Long division with digits of 16 bits; the divisor is one digit.
#[inline(never)]
const fn divided_by_digits(n: u64, by: u32) -> (u64, u64) {
    let (mut quotient, mut rest, mut shift) = (0, 0, u64::BITS);
    while shift > 0 {
        shift -= u16::BITS;
        // Below `by * 2^16`, so that it has 32 bits, and its quotient 16.
        let digits = rest << 16 | (n >> shift) as u32 & 0xFFFF;
        quotient = quotient << 16 | (digits / by) as u64;
        rest = digits % by;
    }
    (quotient, rest as u64)
}

/// The product, saturating. With a small factor it is computed in 32-bit parts: the clock is read twice per step, and a
/// Cortex-M0 multiplies only 32 bits at a time.
#[inline]
const fn times(n: u64, by: u64) -> u64 {
    let high = n >> 32;
    if by > u16::MAX as u64 || high > u16::MAX as u64 {
        return n.saturating_mul(by);
    }
    let (factor, low) = (by as u32, n as u32);
    let (lowest, middle, highest) = ((low & 0xFFFF) * factor, (low >> 16) * factor, high as u32 * factor);
    // Two numbers of 16 bits multiply to 65,535 * 65,535 at most, so the sum stays below 2^64.
    ((highest as u64) << 32) + ((middle as u64) << 16) + lowest as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rates that divide a second and rates that do not, slow ones, and faster ones than nanoseconds.
    const RATES: [u64; 12] = [
        1,
        128,
        1_000,
        32_768,
        375_000,
        1_000_000,
        16_777_216,
        25_000_000,
        133_000_000,
        1_000_000_000,
        1_310_720_000,
        5_242_880_000,
    ];

    /// Every small number, the neighbours of every power of two, and some in between.
    fn numbers() -> impl Iterator<Item = u64> {
        let powers = (0..64).flat_map(|bit| {
            let power = 1_u64 << bit;
            (0..100).flat_map(move |d| [power.saturating_sub(d), power.saturating_add(d)])
        });
        let far = (0..100).map(|d| u64::MAX - d);
        // SplitMix64's step, cut to every length.
        let random = (0..100_000).map(|n: u64| n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (n % 64));
        (0..200_000).chain(powers).chain(far).chain(random)
    }

    fn saturated(exact: u128) -> u64 {
        exact.try_into().unwrap_or(u64::MAX)
    }

    #[test]
    fn both_directions_are_exact_and_saturate() {
        for hz in RATES {
            let rate = Rate::of(hz);
            for n in numbers() {
                let wide = u128::from(n);
                assert_eq!(rate.nanos(n), saturated(wide * 1_000_000_000 / u128::from(hz)), "{n} ticks at {hz} Hz");
                let exact = (wide * u128::from(hz)).div_ceil(1_000_000_000);
                assert_eq!(rate.ticks(n), saturated(exact), "{n} ns at {hz} Hz");
            }
        }
    }

    #[test]
    fn a_sleep_ends_at_the_first_tick_that_shows_its_deadline() {
        for hz in RATES {
            let rate = Rate::of(hz);
            for deadline in numbers() {
                let tick = rate.ticks(deadline);
                // At a rate beyond 1 GHz the counter ends before the last nanosecond does.
                assert!(rate.nanos(tick) >= deadline || tick == u64::MAX, "{deadline} ns at {hz} Hz");
                assert!(tick == 0 || rate.nanos(tick - 1) < deadline, "{deadline} ns at {hz} Hz");
            }
        }
    }

    #[test]
    fn the_clock_never_goes_back() {
        for hz in RATES {
            let rate = Rate::of(hz);
            for tick in numbers() {
                assert!(rate.nanos(tick) <= rate.nanos(tick.saturating_add(1)), "{tick} ticks at {hz} Hz");
            }
        }
    }
}
