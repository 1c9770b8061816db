//! The times for which the scheduler announces retries.

use std::collections::BTreeSet;
use std::time::Duration;

use rungs::scheduler::{Action, Edges, Numbering, Outcome, Plan, Scheduler, StorageSize, Verdict};
use rungs::{Backoff, Cause, Config, Instant, Jitter, Retry, Settings};

use crate::layout::{Buffers, id};

const MS: Duration = Duration::from_millis(1);

/// The delays before the retries of two steps that fail each time.
fn delays(backoff: Backoff<'_>, seed: u64) -> [Vec<Duration>; 2] {
    let settings = [Settings::DEFAULT.retries(6).backoff(backoff)];
    let none = Edges::new(&[0, 0, 0], &[]);
    let (plan, numbering) = (Plan::new(none, none, &settings, &[]), Numbering::default());
    let config = Config::DEFAULT.seed(seed);
    let mut storage = Buffers::default();
    let storage = storage.grow_to(StorageSize::for_run(&plan, &numbering, &config)).lend();
    let mut run = Scheduler::new(plan, numbering, config, storage, Instant::ZERO).expect("storage that fits");

    let (mut found, mut now) = ([Vec::new(), Vec::new()], Instant::ZERO);
    while !run.has_ended() {
        while let Some(Action::Start(step)) = run.poll_action(now) {
            if let Verdict::Retry(at) = run.handle_outcome(step, Outcome::Failed(Retry::Yes), now) {
                found[step.index()].push(at - now);
            }
        }
        now = run.poll_deadline().unwrap_or(Instant::NEVER);
        assert!(run.has_ended() || now < Instant::NEVER, "nothing will ever happen again");
    }
    found
}

/// A delay with no rule behind it.
fn jumping(retry: u32) -> Duration {
    MS * [7, 0, 900, 1][retry as usize % 4]
}

#[test]
fn the_delays_are_those_of_the_backoff_in_order() {
    let listed = [MS * 7, MS, MS * 3];
    for backoff in [
        Backoff::NONE,
        Backoff::fixed(MS * 5),
        Backoff::list(&listed),
        Backoff::exponential(MS).factor(3).cap(MS * 50),
        Backoff::exponential(Duration::from_secs(1 << 33)),
        Backoff::exponential(MS).factor_permille(2_700).cap(MS * 50),
        Backoff::linear(MS * 3).cap(MS * 10),
        Backoff::linear(Duration::from_secs(1 << 33)),
        Backoff::custom(jumping),
        Backoff::custom(jumping).cap(MS * 5),
    ] {
        let expected: Vec<_> = (1..=6).map(|retry| backoff.delay(retry, 0)).collect();
        // Where the delays saturate, so do the times.
        let expected = expected.iter().scan(Instant::ZERO, |now, delay| {
            let before = std::mem::replace(now, *now + *delay);
            (*now < Instant::NEVER).then(|| *now - before)
        });
        let expected: Vec<_> = expected.collect();
        assert_eq!(delays(backoff, 1), [expected.clone(), expected], "{backoff:?}");
    }
}

/// Numbers of all sizes, the outermost ones among them.
fn numbers() -> impl Iterator<Item = u64> {
    (0..64).flat_map(|bit| [(1 << bit) - 1, 1 << bit, (1 << bit) + 1, u64::MAX >> bit])
}

#[test]
fn linear_delays_are_exact_and_saturate() {
    for first in numbers() {
        for retry in [1, 2, 3, 1_000, u32::MAX] {
            let expected = first.saturating_mul(retry.into());
            let backoff = Backoff::linear(Duration::from_nanos(first));
            assert_eq!(backoff.delay(retry, 0), Duration::from_nanos(expected), "{first} * {retry}");
            assert_eq!(backoff.cap(MS).delay(retry, 0), Duration::from_nanos(expected).min(MS));
        }
    }
}

#[test]
fn factors_in_permille_are_exact_to_a_nanosecond_per_retry_and_saturate() {
    for factor in [1, 500, 999, 1_001, 1_500, 2_718, u16::MAX] {
        for first in numbers() {
            let backoff = Backoff::exponential(Duration::from_nanos(first)).factor_permille(factor);
            let mut expected = first;
            for retry in 1..60 {
                assert_eq!(backoff.delay(retry, 0).as_nanos(), expected.into(), "{first}, {factor}, retry {retry}");
                let capped = Duration::from_nanos(expected).min(MS);
                assert_eq!(backoff.cap(MS).delay(retry, 0), capped, "{first}, {factor}, retry {retry}, capped");
                let exact = u128::from(expected) * u128::from(factor) / 1_000;
                expected = u64::try_from(exact).unwrap_or(u64::MAX);
            }
        }
    }
    // However far out: as far as it goes, and as low.
    let far = |factor| Backoff::exponential(MS).factor_permille(factor).delay(u32::MAX, 0);
    assert_eq!((far(1_001), far(999)), (Duration::from_nanos(u64::MAX), Duration::ZERO));
}

#[test]
fn an_exponential_delay_never_overflows_nor_falls_below_the_one_before() {
    let retries = || (1..200).chain([u32::MAX - 1, u32::MAX]);
    for factor in [1, 2, 3, 1_000, u32::MAX] {
        let backoff = Backoff::exponential(Duration::from_secs(1)).factor(factor);
        let delays: Vec<_> = retries().map(|retry| backoff.delay(retry, 1)).collect();
        assert!(delays.is_sorted(), "factor {factor}: {delays:?}");
    }
    let edges = [Duration::ZERO, Duration::from_nanos(1), MS, Duration::MAX];
    for jitter in [Jitter::None, Jitter::Full, Jitter::Equal, Jitter::Decorrelated] {
        for (first, cap) in edges.iter().flat_map(|first| edges.map(|cap| (*first, cap))) {
            let backoff = Backoff::exponential(first).cap(cap).jitter(jitter);
            let longest = retries().map(|retry| backoff.delay(retry, u64::MAX)).max();
            assert!(longest <= Some(cap), "{first:?} up to {cap:?}, {jitter:?}: {longest:?}");
        }
    }
}

#[test]
fn a_whole_factor_is_the_same_in_permille() {
    for factor in [0, 1, 2, 10, 65] {
        assert_eq!(
            Backoff::exponential(MS).factor(u32::from(factor)),
            Backoff::exponential(MS).factor_permille(factor * 1_000),
        );
    }
    // It stays an exponential delay, whatever its factor was before; no other delay has one.
    assert_eq!(Backoff::exponential(MS).factor_permille(1_500).factor(3), Backoff::exponential(MS).factor(3));
    for without in [Backoff::fixed(MS), Backoff::linear(MS), Backoff::custom(jumping)] {
        assert_eq!(without.factor(3), without);
        assert_eq!(without.factor_permille(1_500), without);
    }
}

#[test]
fn a_custom_delay_is_capped_spread_and_longer_than_any_clock() {
    let never = Backoff::custom(|_| Duration::MAX);
    assert_eq!(never.delay(1, 0), Duration::from_nanos(u64::MAX));
    assert_eq!(never.cap(MS).delay(1, 0), MS);
    let spread = Backoff::custom(jumping).jitter(Jitter::Equal);
    for (seed, retry) in (0..100).zip(1..) {
        let delay = spread.delay(retry, seed);
        assert!(delay >= jumping(retry) / 2 && delay <= jumping(retry));
    }
    assert!(Settings::DEFAULT.retries(1).backoff(Backoff::custom(jumping)).needs_clock());
}

#[test]
fn jitter_depends_on_the_seed_the_step_and_the_attempt() {
    for jitter in [Jitter::Full, Jitter::Equal, Jitter::Decorrelated] {
        let backoff = Backoff::fixed(Duration::from_secs(1)).jitter(jitter);
        let mut seen = BTreeSet::new();
        let seeds = [0, 1, 2, 3, 1 << 40, u64::MAX];
        for seed in seeds {
            let found = delays(backoff, seed);
            assert_eq!(found, delays(backoff, seed), "{jitter:?}: the same seed, other delays");
            found.iter().flatten().for_each(|delay| _ = seen.insert(*delay));
        }
        // The delays are whole nanoseconds within a second: equal ones are unlikely, and the seeds are fixed.
        assert_eq!(seen.len(), seeds.len() * 2 * 6, "{jitter:?}");
    }
}

#[test]
fn a_retry_at_a_time_that_never_comes_fails_the_step() {
    let settings = [Settings::DEFAULT.retries(3)];
    let none = Edges::new(&[0, 0], &[]);
    let plan = Plan::new(none, none, &settings, &[]);
    let mut storage = Buffers::default();
    let storage = storage.grow_to(StorageSize::for_run(&plan, &Numbering::default(), &Config::DEFAULT)).lend();
    let now = Instant::from_nanos(1);
    let run = Scheduler::new(plan, Numbering::default(), Config::DEFAULT, storage, now);
    let mut run = run.expect("storage that fits");
    assert_eq!(run.poll_action(now), Some(Action::Start(id(0))));
    let verdict = run.handle_outcome(id(0), Outcome::Failed(Retry::After(Duration::MAX)), now);
    assert_eq!(verdict, Verdict::Ended);
    assert_eq!(run.state(id(0)).and_then(|state| state.cause()), Some(Cause::Failed));
}
