//! The number of attempts has 18 bits: it is exact up to the last value, stays there, and disturbs nothing beside it.

use std::time::Duration;

use rungs::scheduler::{Action, Edges, Numbering, Outcome, Plan, Scheduler, StepState, StorageSize, Verdict};
use rungs::{Cause, Config, Instant, Retry, Settings, Status, Stop};

use crate::layout::{Buffers, id};
use crate::random::Random;

const FIRST: Instant = Instant::from_nanos(7);

/// Runs one step with these settings, which fails or times out at random for as many attempts, and then ends like this.
fn attempts(random: &mut Random, settings: Settings<'static>, config: Config, attempts: u32, end: End) -> StepState {
    let (free, settings) = (Edges::new(&[0, 0], &[]), [settings]);
    let plan = Plan::new(free, free, &settings, &[]);
    let needed = StorageSize::for_run(&plan, &Numbering::default(), &config);
    let mut storage = Buffers::default();
    let mut run = Scheduler::new(plan, Numbering::default(), config, storage.grow_to(needed).lend(), FIRST).unwrap();
    let (mut now, step) = (FIRST, id(0));
    for attempt in 1..=attempts {
        assert_eq!(run.poll_action(now), Some(Action::Start(step)), "attempt {attempt}");
        let state = run.state(step).unwrap();
        assert_eq!(state.attempts(), attempt.min(StepState::MAX_ATTEMPTS));
        assert_eq!((state.status(), state.started_at(), state.cause()), (Status::Running, Some(FIRST), None));
        assert!(state.is_in_flight() && !state.is_still_running());
        if attempt == attempts {
            break;
        }
        let outcome = match run.poll_deadline() {
            Some(timeout) if random.one_in(3) => {
                now = timeout;
                assert_eq!(run.poll_action(now), Some(Action::Abandon(step)));
                Outcome::Abandoned
            }
            _ => Outcome::Failed(Retry::Yes),
        };
        assert_eq!(run.handle_outcome(step, outcome, now), Verdict::Retry(now), "attempt {attempt}");
    }
    match end {
        End::Succeeds => _ = run.handle_outcome(step, Outcome::Success, now),
        End::Fails => _ = run.handle_outcome(step, Outcome::Failed(Retry::Yes), now),
        End::IsGivenUp => {
            run.handle_stop(Stop::Cancel);
            assert_eq!(run.poll_action(now), Some(Action::Abandon(step)));
            now = run.poll_deadline().unwrap();
            assert_eq!(run.poll_action(now), Some(Action::Ended(step)));
        }
    }
    assert!(run.has_ended());
    *run.state(step).unwrap()
}

#[derive(Clone, Copy)]
enum End {
    Succeeds,
    Fails,
    IsGivenUp,
}

#[test]
fn retries_are_exact() {
    let mut random = Random::new(18);
    let bits =
        (0..18).flat_map(|bit| [(1_u32 << bit) - 1, 1 << bit]).filter(|&retries| retries <= Settings::MAX_RETRIES);
    for retries in bits.chain([Settings::MAX_RETRIES]) {
        let settings = Settings::DEFAULT.retries(retries).timeout(Duration::from_nanos(2));
        let state = attempts(&mut random, settings, Config::DEFAULT, retries + 1, End::Fails);
        assert_eq!((state.status(), state.cause()), (Status::Failed, Some(Cause::Failed)));
        assert_eq!(state.attempts(), retries + 1);
    }
}

#[test]
fn a_step_retried_forever_counts_to_the_last_value() {
    let mut random = Random::new(262_143);
    let forever = Settings::DEFAULT.retry_forever().timeout(Duration::from_nanos(2));
    let config = Config::DEFAULT.grace(Duration::from_nanos(5));
    for count in [StepState::MAX_ATTEMPTS - 1, StepState::MAX_ATTEMPTS, StepState::MAX_ATTEMPTS + 1_000] {
        let state = attempts(&mut random, forever.optional(), config, count, End::Succeeds);
        assert_eq!((state.status(), state.attempts()), (Status::Success, count.min(262_143)));
        let state = attempts(&mut random, forever, config, count, End::IsGivenUp);
        assert_eq!((state.status(), state.cause()), (Status::Cancelled, Some(Cause::Cancelled)));
        assert!(state.is_still_running() && state.attempts() == count.min(262_143));
    }
}
