//! On random cases the scheduler does what the oracle expects.

use std::collections::BTreeMap;

use crate::agreement::{check_random, check_seed};
use crate::oracle;
use crate::random::{Random, seeds};

#[test]
fn of_up_to_6_steps() {
    seeds(100_000).for_each(|seed| check_seed(seed, 6));
}

#[test]
fn of_up_to_20_steps() {
    seeds(10_000).for_each(|seed| check_seed(seed, 20));
}

#[test]
fn of_up_to_60_steps() {
    seeds(1_000).for_each(|seed| check_seed(seed, 60));
}

#[test]
fn of_attempts_that_linger() {
    seeds(20_000).for_each(|seed| {
        check_random(&format!("lingering, seed {seed}"), Random::new(seed).lingering_case(10));
    });
}

/// The cases would show little if most of them ended in the same way.
#[test]
fn the_cases_are_not_alike() {
    let (mut ends, mut codes) = (BTreeMap::<String, u32>::new(), BTreeMap::<u8, u32>::new());
    for seed in 0..10_000 {
        let expected = oracle::run(&Random::new(seed).case(20));
        *codes.entry(expected.exit_code).or_default() += 1;
        for end in expected.steps {
            let cause: String = end.why.to_string().chars().take_while(|c| c.is_alphabetic()).collect();
            let again = if end.attempts > 1 { "again" } else { "" };
            *ends.entry(format!("{:?} {cause} {again}", end.status)).or_default() += 1;
        }
    }
    assert!(codes.len() == 3 && codes.values().all(|count| *count > 100), "{codes:?}");
    assert!(ends.len() == 25 && ends.values().all(|count| *count > 50), "{ends:#?}");
}
