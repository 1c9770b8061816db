//! Cases that use every setting and always end, drawn from a seed or from the bytes of a fuzzer; the same source gives the
//! same case.

use std::ops::Range;

use crate::oracle::build::stuck;
use crate::oracle::{Attempt, Case, Ends, Given, OnFailure, Rule, Spec, StopRequest};

/// The seeds from 0 up to `count`; fifty times as many in a full run.
pub(crate) fn seeds(count: u64) -> Range<u64> {
    0..if crate::is_full() { 50 * count } else { count }
}

/// Where the numbers of a case come from.
pub(crate) enum Random {
    /// SplitMix64 (Steele, Lea and Flood, 2014): any seed is good, and neighbouring seeds are unrelated.
    Seed(u64),
    /// The bytes of a fuzzer, two for each number, so that a small change of the input is a small change of the case. After the
    /// last byte all numbers are 0.
    Bytes(std::vec::IntoIter<u8>),
}

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self::Seed(seed)
    }

    #[allow(dead_code, reason = "for the fuzzer of `tests/fuzz`, which shares this file")]
    pub(crate) fn of_bytes(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes.into_iter())
    }

    pub(crate) fn next(&mut self) -> u64 {
        match self {
            Self::Seed(state) => split_mix(state),
            Self::Bytes(bytes) => u16::from_le_bytes([(); 2].map(|()| bytes.next().unwrap_or(0))).into(),
        }
    }

    /// A number below `bound`; the bias does not matter here.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub(crate) fn one_in(&mut self, bound: u64) -> bool {
        self.below(bound) == 0
    }

    pub(crate) fn pick<T: Copy, const N: usize>(&mut self, options: [T; N]) -> T {
        options[self.below(N as u64) as usize]
    }

    /// The shuffle of Fisher and Yates.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u64 + 1) as usize);
        }
    }

    fn sometimes(&mut self, bound: u64) -> Option<u64> {
        self.one_in(3).then(|| self.below(bound))
    }

    /// A case of up to `most_steps` steps.
    pub(crate) fn case(&mut self, most_steps: u64) -> Case {
        let count = self.below(most_steps + 1) as usize;
        // With short spans many things happen at the same instant, with long ones few.
        let kind = Kind {
            count,
            reversed: self.one_in(2),
            sparse: (count as u64 / (1 + self.below(8))).max(2),
            span: self.pick([1, 4, 4, 40]),
            is_tame: self.one_in(2),
            capacities: (0..2 + self.below(3)).map(|_| 1 + self.below(4) as u32).collect(),
        };
        let mut steps: Vec<Spec> = (0..count).map(|index| self.spec(index, &kind)).collect();
        if kind.reversed {
            steps.reverse();
        }
        let end = 4 + kind.span * (3 + count as u64 / 8);
        let stops = if kind.is_tame { 2 } else { 4 };
        let mut stops: Vec<(u64, StopRequest)> = (0..self.below(stops))
            .map(|_| (self.below(end), self.pick([StopRequest::Drain, StopRequest::Cancel])))
            .collect();
        stops.sort_by_key(|(time, _)| *time);
        Case {
            steps,
            limit: self.sometimes(2 + count as u64 / 8).map(|limit| 1 + limit as u32),
            capacities: kind.capacities,
            levels: self.one_in(4),
            on_failure: self.pick([OnFailure::GoOn, OnFailure::GoOn, OnFailure::Drain, OnFailure::Cancel]),
            run_deadline: if self.one_in(4) { Some(self.below(end)) } else { None },
            stops,
            grace: None,
            clean_up_deadline: None,
        }
    }

    /// A case in which attempts that are told to end do so late or never, and are given up in most cases.
    pub(crate) fn late_case(&mut self, most_steps: u64) -> Case {
        let mut case = self.case(most_steps);
        case.grace = if self.one_in(4) { None } else { Some(self.below(4)) };
        case.clean_up_deadline = self.sometimes(6);
        for spec in &mut case.steps {
            spec.lingers = match self.below(6) {
                0 | 1 => None,
                2 | 3 if case.grace.is_some() => Some(stuck()),
                _ => {
                    let ends = self.pick([Ends::Ok, Ends::Err, Ends::ErrFinal, Ends::Panic, Ends::Never]);
                    Some(Attempt { takes: self.below(6), ends })
                }
            };
        }
        case
    }

    /// A case in which steps skip themselves, join branches, wait for all steps before them, are never cancelled, or have their
    /// starts put off.
    pub(crate) fn case_with_meanings(&mut self, most_steps: u64) -> Case {
        let mut case = if self.one_in(2) { self.case(most_steps) } else { self.late_case(most_steps) };
        let seldom = self.pick([3, 10]);
        let waits_for_later = |id, spec: &Spec| spec.needs.iter().chain(&spec.order).any(|&before| before > id);
        let is_in_order = !case.steps.iter().enumerate().any(|(id, spec)| waits_for_later(id, spec));
        for spec in &mut case.steps {
            for attempt in &mut spec.script {
                if self.one_in(seldom) {
                    attempt.ends = Ends::Skips;
                }
            }
            if self.one_in(3) {
                spec.rule = Rule::NoneFailed;
            }
            let has_word = !matches!(spec.rule, Rule::Default | Rule::SkipOnError);
            spec.after_all = is_in_order && has_word && self.one_in(4);
            // Such an attempt would never end if it hung.
            spec.never_cancel = self.one_in(3) && spec.script.iter().all(|attempt| attempt.ends != Ends::Never);
            if spec.never_cancel && self.one_in(2) {
                spec.lingers = Some(Attempt { takes: self.pick([1, 4, u64::MAX]), ends: Ends::Never });
            }
            spec.put_off = if self.one_in(4) { Some(1 + self.below(4)) } else { None };
        }
        case
    }

    /// A case in which some steps have ended before the run begins; every other such case has the meanings as well.
    pub(crate) fn given_case(&mut self, most_steps: u64) -> Case {
        use Given::{Failed, NotSelected, Panicked, Skip, Success, TimedOut, UpToDate};
        let mut case = if self.one_in(2) { self.case(most_steps) } else { self.case_with_meanings(most_steps) };
        let seldom = self.pick([1, 2, 3, 10]);
        for spec in &mut case.steps {
            if self.one_in(seldom) {
                let usual = self.pick([Success, Success, Success, Skip, NotSelected, UpToDate]);
                let failed = self.pick([Failed, Panicked, TimedOut]);
                spec.given = Some(if self.one_in(8) { failed } else { usual });
            }
        }
        case
    }

    /// A case for the fast path: no step uses a resource, and most attempts succeed at once, so that long prefixes of
    /// the run stay on it.
    pub(crate) fn fast_path_case(&mut self, most_steps: u64) -> Case {
        let case = self.case(most_steps);
        self.make_fast_path(case)
    }

    /// Makes a case one for the fast path.
    pub(crate) fn make_fast_path(&mut self, mut case: Case) -> Case {
        let (has_any_failed, seldom) = (self.one_in(8), self.pick([1, 4, 50]));
        for spec in &mut case.steps {
            spec.uses.clear();
            if spec.rule == Rule::AnyFailed && !has_any_failed {
                spec.rule = Rule::AllDone;
            }
            if !self.one_in(seldom) {
                spec.script = vec![Attempt { takes: 0, ends: Ends::Ok }];
            }
        }
        case
    }

    /// The step at this index of a topological order.
    fn spec(&mut self, index: usize, kind: &Kind) -> Spec {
        let mut before = |sparse| -> Vec<usize> {
            let chosen: Vec<usize> = (0..index).filter(|_| self.one_in(sparse)).collect();
            chosen.into_iter().map(|other| if kind.reversed { kind.count - 1 - other } else { other }).collect()
        };
        let (mut needs, order) = (before(kind.sparse), before(3 * kind.sparse));
        if self.one_in(2) {
            needs.reverse();
        }
        let script: Vec<Attempt> = (0..1 + self.below(3)).map(|_| self.attempt(kind)).collect();
        let hangs = script.iter().any(|attempt| attempt.ends == Ends::Never);
        let timeout = self.sometimes(kind.span + 1);
        let capacities = &kind.capacities;
        Spec {
            needs,
            order,
            after_all: false,
            rule: self.rule(kind),
            optional: self.one_in(4),
            retries: self.below(3) as u32,
            delay: self.below(3),
            timeout: if hangs { timeout.or(Some(3)) } else { timeout },
            retry_on_timeout: !self.one_in(4),
            deadline: self.sometimes(kind.span + 2),
            never_cancel: false,
            uses: (0..capacities.len())
                .filter_map(|resource| {
                    let units = 1 + self.below(u64::from(capacities[resource])) as u32;
                    self.one_in(4).then_some((resource, units))
                })
                .collect(),
            expected: self.sometimes(5),
            put_off: None,
            script,
            given: None,
            lingers: None,
        }
    }

    fn rule(&mut self, kind: &Kind) -> Rule {
        if kind.is_tame && !self.one_in(3) {
            return Rule::Default;
        }
        self.pick([Rule::Default, Rule::Default, Rule::SkipOnError, Rule::AllDone, Rule::AnyFailed])
    }

    fn attempt(&mut self, kind: &Kind) -> Attempt {
        use Ends::{Err, ErrAfter, ErrFinal, Never, Ok, Panic};
        let ends = if kind.is_tame {
            self.pick([Ok, Ok, Ok, Ok, Ok, Ok, Ok, Err, Err, ErrAfter(3)])
        } else {
            self.pick([Ok, Ok, Err, Err, ErrFinal, ErrAfter(2), Panic, Never])
        };
        Attempt { takes: self.below(kind.span), ends }
    }
}

fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The parameters of one random case.
struct Kind {
    count: usize,
    /// Whether edges lead to lower ids rather than higher ones, so that forward references are tried as well.
    reversed: bool,
    /// A step needs one in this many of the steps before it.
    sparse: u64,
    /// Attempts take less than this.
    span: u64,
    /// Whether most attempts succeed.
    is_tame: bool,
    capacities: Vec<u32>,
}
