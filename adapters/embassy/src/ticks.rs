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

/// `(n * to + extra) / from`, saturating. It is computed in parts instead of in `u128`, which is expensive on a Cortex-M0. The
/// ratio is a constant, so one of the ways remains. If the frequency divides a second, one direction is only a multiplication;
/// if it is a watch crystal's, one is shifts around it.
#[inline]
const fn scale(n: u64, from: u64, to: u64, extra: u64) -> u64 {
    if from == 1 {
        return times(n, to);
    }
    let (whole, rest) = divided(n, from);
    times(whole, to).saturating_add(scaled_rest(rest, from, to, extra))
}

/// The same for a number below `from`, in 32 bits if they suffice for all of these.
#[inline]
const fn scaled_rest(rest: u64, from: u64, to: u64, extra: u64) -> u64 {
    if from * to + extra > u32::MAX as u64 {
        return divided(rest * to + extra, from).0;
    }
    let product = rest as u32 * to as u32 + extra as u32;
    (product / from as u32) as u64
}

/// The quotient and the rest. A 64-bit division takes a kilobyte of a Cortex-M0's flash, and hundreds of its instructions.
#[inline]
const fn divided(n: u64, by: u64) -> (u64, u64) {
    if by.is_power_of_two() {
        (n >> by.trailing_zeros(), n & (by - 1))
    } else if by <= u16::MAX as u64 {
        divided_by_digits(n, by as u32)
    } else if by <= u32::MAX as u64 {
        divided_by_reciprocal(n, by, u64::MAX / by)
    } else {
        (n / by, n % by)
    }
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

/// The division as a multiplication; `reciprocal` is 2^64 / `by`, rounded down.
#[inline(never)]
const fn divided_by_reciprocal(n: u64, by: u64, reciprocal: u64) -> (u64, u64) {
    // `reciprocal` is less than one too small, and `n` is less than 2^64. So the product is less than one too small.
    let quotient = high_half(n, reciprocal);
    let rest = n - quotient * by;
    if rest < by { (quotient, rest) } else { (quotient + 1, rest - by) }
}

/// The upper 64 bits of the product.
const fn high_half(a: u64, b: u64) -> u64 {
    const LOW: u64 = u32::MAX as u64;
    let ((a_high, a_low), (b_high, b_low)) = ((a >> 32, a & LOW), (b >> 32, b & LOW));
    let (high_low, low_high) = (a_high * b_low, a_low * b_high);
    let carry = ((a_low * b_low) >> 32) + (high_low & LOW) + (low_high & LOW);
    a_high * b_high + (high_low >> 32) + (low_high >> 32) + (carry >> 32)
}

/// The product, saturating. Where it surely fits it is computed in digits of 16 bits: the clock is read twice per step, and a
/// Cortex-M0 multiplies only 32 bits at a time.
#[inline]
const fn times(n: u64, by: u64) -> u64 {
    if by > u32::MAX as u64 || n >> by.leading_zeros() != 0 || n >> 48 != 0 {
        return n.saturating_mul(by);
    }
    let (low, middle, high) = (n as u32 & 0xFFFF, (n >> 16) as u32 & 0xFFFF, (n >> 32) as u32);
    let (by_low, by_high) = (by as u32 & 0xFFFF, by as u32 >> 16);
    // Two digits multiply to 65,535 * 65,535 at most, and the sum is the product, which has at most 64 bits.
    (low * by_low) as u64
        + (((middle * by_low) as u64 + (low * by_high) as u64) << 16)
        + (((high * by_low) as u64 + (middle * by_high) as u64) << 32)
        + (((high * by_high) as u64) << 48)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All that embassy offers, as its features `tick-hz-..` name them.
    #[rustfmt::skip]
    const RATES: &[u64] = &[
        1, 2, 4, 8, 10, 16, 32, 64, 100, 128, 256, 512, 1_000, 1_024, 2_000, 2_048, 4_000, 4_096, 8_000, 8_192,
        10_000, 16_000, 16_384, 20_000, 32_000, 32_768, 40_000, 64_000, 65_536, 80_000, 100_000, 128_000, 131_072,
        160_000, 256_000, 262_144, 320_000, 375_000, 512_000, 524_288, 640_000, 1_000_000, 1_024_000, 1_048_576,
        1_280_000, 2_000_000, 2_048_000, 2_097_152, 2_560_000, 3_000_000, 4_000_000, 4_096_000, 4_194_304, 5_120_000,
        6_000_000, 8_000_000, 8_192_000, 8_388_608, 9_000_000, 10_000_000, 10_240_000, 12_000_000, 16_000_000,
        16_384_000, 16_777_216, 18_000_000, 20_000_000, 20_480_000, 24_000_000, 30_000_000, 32_000_000, 32_768_000,
        36_000_000, 40_000_000, 40_960_000, 48_000_000, 50_000_000, 60_000_000, 64_000_000, 65_536_000, 70_000_000,
        72_000_000, 80_000_000, 81_920_000, 90_000_000, 96_000_000, 100_000_000, 110_000_000, 120_000_000,
        128_000_000, 130_000_000, 131_072_000, 133_000_000, 140_000_000, 144_000_000, 150_000_000, 160_000_000,
        163_840_000, 170_000_000, 180_000_000, 190_000_000, 192_000_000, 200_000_000, 210_000_000, 220_000_000,
        230_000_000, 240_000_000, 250_000_000, 256_000_000, 260_000_000, 262_144_000, 270_000_000, 280_000_000,
        288_000_000, 290_000_000, 300_000_000, 320_000_000, 327_680_000, 340_000_000, 360_000_000, 380_000_000,
        384_000_000, 400_000_000, 420_000_000, 440_000_000, 460_000_000, 480_000_000, 500_000_000, 512_000_000,
        520_000_000, 524_288_000, 540_000_000, 560_000_000, 576_000_000, 580_000_000, 600_000_000, 620_000_000,
        640_000_000, 655_360_000, 660_000_000, 680_000_000, 700_000_000, 720_000_000, 740_000_000, 760_000_000,
        768_000_000, 780_000_000, 800_000_000, 820_000_000, 840_000_000, 860_000_000, 880_000_000, 900_000_000,
        920_000_000, 940_000_000, 960_000_000, 980_000_000, 1_000_000_000, 1_310_720_000, 2_621_440_000,
        5_242_880_000,
    ];

    /// 32,768 Hz, where no tick begins at a whole millisecond, and rates of each other kind.
    const MAIN_RATES: [u64; 9] =
        [1, 1_000, 32_768, 375_000, 1_000_000, 133_000_000, 1_000_000_000, 1_310_720_000, 5_242_880_000];

    /// Every number up to this one, the neighbours of every power of two, and some in between.
    fn numbers(all_to: u64) -> impl Iterator<Item = u64> {
        let near = all_to.min(100);
        let powers = (0..64).flat_map(move |bit| {
            let power = 1_u64 << bit;
            (0..near).flat_map(move |d| [power.saturating_sub(d), power.saturating_add(d)])
        });
        let far = (0..near).map(|d| u64::MAX - d);
        // SplitMix64's step, cut to every length.
        let random = (0..all_to / 2).map(|n: u64| n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (n % 64));
        (0..all_to).chain(powers).chain(far).chain(random)
    }

    /// The multiples of both numbers of a ratio, with their neighbours: where a rounded quotient changes.
    fn edges(rate: Rate) -> impl Iterator<Item = u64> {
        [rate.ticks, rate.nanos].into_iter().flat_map(|step| {
            (0..64).flat_map(move |bit| {
                let edge = step.saturating_mul(1 << bit);
                [edge.saturating_sub(1), edge, edge.saturating_add(1), (u64::MAX >> bit) / step * step]
            })
        })
    }

    fn saturated(exact: u128) -> u64 {
        exact.try_into().unwrap_or(u64::MAX)
    }

    fn check_both_directions(hz: u64, numbers: impl Iterator<Item = u64>) {
        let rate = Rate::of(hz);
        for n in numbers.chain(edges(rate)) {
            let wide = u128::from(n);
            assert_eq!(rate.nanos(n), saturated(wide * 1_000_000_000 / u128::from(hz)), "{n} ticks at {hz} Hz");
            let exact = (wide * u128::from(hz)).div_ceil(1_000_000_000);
            assert_eq!(rate.ticks(n), saturated(exact), "{n} ns at {hz} Hz");
        }
    }

    #[test]
    fn both_directions_are_exact_and_saturate() {
        RATES.iter().for_each(|&hz| check_both_directions(hz, numbers(2_000)));
        MAIN_RATES.iter().for_each(|&hz| check_both_directions(hz, numbers(100_000)));
    }

    /// Every rest that a division by shifts can leave, each with quotients of every length.
    #[test]
    fn a_watch_crystal_is_exact_at_every_part_of_its_period() {
        let quotients = (0..58).flat_map(|bit| [1_u64 << bit, (2 << bit) - 1, 0x0155_5555_5555_5555 >> bit]);
        let ticks = quotients.flat_map(|whole| (0..64).map(move |rest| whole << 6 | rest));
        check_both_directions(32_768, ticks);
    }

    /// The way of any divisor: the quotient is exact or one too small before it is corrected.
    #[test]
    fn a_division_by_a_reciprocal_is_a_division() {
        let divisors = [65_537, 99_991, 1_953_125, 1_953_124, 15_625_000, u64::from(u32::MAX) - 4, u64::from(u32::MAX)];
        for by in divisors {
            for n in numbers(10_000).chain((0..10_000).flat_map(|n| [n * by, (n * by).saturating_sub(1)])) {
                assert_eq!(divided_by_reciprocal(n, by, u64::MAX / by), (n / by, n % by), "{n} by {by}");
            }
        }
    }

    #[test]
    fn a_sleep_ends_at_the_first_tick_that_shows_its_deadline() {
        for &hz in RATES {
            let rate = Rate::of(hz);
            for deadline in numbers(2_000) {
                let tick = rate.ticks(deadline);
                // At a rate beyond 1 GHz the counter ends before the last nanosecond does.
                assert!(rate.nanos(tick) >= deadline || tick == u64::MAX, "{deadline} ns at {hz} Hz");
                assert!(tick == 0 || rate.nanos(tick - 1) < deadline, "{deadline} ns at {hz} Hz");
            }
        }
    }

    #[test]
    fn the_clock_never_goes_back() {
        for &hz in RATES {
            let rate = Rate::of(hz);
            for tick in numbers(2_000) {
                assert!(rate.nanos(tick) <= rate.nanos(tick.saturating_add(1)), "{tick} ticks at {hz} Hz");
            }
        }
    }
}
