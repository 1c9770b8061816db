//! Each setting of a step, given as an argument of its attribute.

use crate::{Bad, Clock, Sim, line, ms, run};
use rungs::{
    Backoff, Cause, EventKind, Instant, Jitter, Retry, Settings, Status, StepCx, StepError, When, fixed::StaticPipeline,
};

/// What a step does in each attempt, and the number of its attempts.
struct Script {
    clock: Clock,
    tries: u32,
}

#[rungs::pipeline(error = Bad)]
mod retried {
    use super::*;

    pub struct Board {
        pub(super) retry: u32,
        pub(super) backoff: u32,
        pub(super) delay: u32,
        pub(super) squares: u32,
        pub(super) given: u32,
        pub(super) never: u32,
    }

    #[step(retries = 2)]
    async fn at_once(retry: &mut u32) -> Result<u32, Bad> {
        third(retry)
    }

    #[step(retries = 2, backoff = list(&[ms(3), ms(5)]))]
    async fn listed(backoff: &mut u32) -> Result<u32, Bad> {
        third(backoff)
    }

    #[step(retries = 2, retry_delay = ms(10))]
    async fn doubled(delay: &mut u32) -> Result<u32, Bad> {
        third(delay)
    }

    #[step(retries = 2, backoff = custom(squares))]
    async fn squared(squares: &mut u32) -> Result<u32, Bad> {
        third(squares)
    }

    #[step(retries = 2, retry_delay = ms(10), retry_if = |_: &Bad| Retry::After(ms(1)))]
    async fn told(given: &mut u32) -> Result<u32, Bad> {
        third(given)
    }

    #[step(retries = 2, retry_if = |error: &Bad| error.0 != "not yet")]
    async fn refused(never: &mut u32) -> Result<u32, Bad> {
        third(never)
    }
}

fn third(tries: &mut u32) -> Result<u32, Bad> {
    *tries += 1;
    if *tries < 3 { Err(Bad("not yet")) } else { Ok(*tries) }
}

#[test]
fn retries_with_and_without_delays() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut board = retried::Board { retry: 0, backoff: 0, delay: 0, squares: 0, given: 0, never: 0 };
    let report = run(&sim, retried::run(&mut board, &clock));

    let finished = |name| report.get(name).unwrap().finished_at().unwrap();
    assert_eq!(finished("at_once"), Instant::ZERO);
    assert_eq!(finished("listed"), Instant::ZERO + ms(8));
    assert_eq!(finished("doubled"), Instant::ZERO + ms(30));
    assert_eq!(finished("squared"), Instant::ZERO + ms(5));
    assert_eq!(finished("told"), Instant::ZERO + ms(2));
    assert_eq!(report.outputs.doubled, Some(3));
    let refused = report.get("refused").unwrap();
    assert_eq!((refused.status(), refused.attempts()), (Status::Failed, 1));
    assert_eq!(refused.error(), Some(StepError::Failed(&Bad("not yet"))));
    assert_eq!(report.exit_code(), 1);
}

#[rungs::pipeline(error = Bad)]
mod limited {
    use super::*;

    pub struct Board {
        pub(super) hung: Script,
        pub(super) once: Script,
        pub(super) late: Script,
        pub(super) spent: Script,
    }

    #[step(timeout = ms(5), retries = 1)]
    async fn hangs_once(hung: &mut Script) -> Result<u32, Bad> {
        hung.tries += 1;
        if hung.tries == 1 {
            std::future::pending::<()>().await;
        }
        Ok(hung.tries)
    }

    #[step(timeout = ms(5), retries = 1, retry_on_timeout = false)]
    async fn hangs_for_good(once: &mut Script) -> Result<(), Bad> {
        once.tries += 1;
        std::future::pending().await
    }

    #[step(deadline = ms(7), timeout = ms(5), retries = 9)]
    async fn too_late(late: &mut Script) -> Result<(), Bad> {
        late.tries += 1;
        std::future::pending().await
    }

    /// Its second delay would reach the deadline.
    #[step(deadline = ms(10), retries = 9, backoff = fixed(ms(6)))]
    async fn out_of_time(spent: &mut Script) -> Result<(), Bad> {
        spent.tries += 1;
        spent.clock.sleep(ms(1)).await;
        Err(Bad("again"))
    }
}

#[test]
fn timeouts_and_deadlines() {
    let sim = Sim::new();
    let clock = sim.clock();
    let script = || Script { clock: clock.clone(), tries: 0 };
    let mut board = limited::Board { hung: script(), once: script(), late: script(), spent: script() };
    let report = run(&sim, limited::run(&mut board, &clock));

    let ended = |name| {
        let step = report.get(name).unwrap();
        (step.status(), step.cause(), step.attempts(), step.finished_at().unwrap() - Instant::ZERO)
    };
    assert_eq!(ended("hangs_once"), (Status::Success, None, 2, ms(5)));
    assert_eq!(ended("hangs_for_good"), (Status::Failed, Some(Cause::TimedOut), 1, ms(5)));
    assert_eq!(ended("too_late"), (Status::Failed, Some(Cause::Deadline), 2, ms(7)));
    assert_eq!(ended("out_of_time"), (Status::Failed, Some(Cause::Failed), 2, ms(8)));
    assert_eq!(report.get("hangs_for_good").unwrap().error(), Some(StepError::TimedOut));
    assert_eq!(report.get("too_late").unwrap().error(), Some(StepError::Deadline));
    assert_eq!((board.hung.tries, board.once.tries, board.late.tries, board.spent.tries), (2, 1, 2, 2));
}

#[rungs::pipeline(error = Bad)]
mod jittered {
    use super::*;

    #[step(retries = 3, backoff = fixed(ms(64)).jitter(Jitter::Equal))]
    async fn shaky(cx: &StepCx) -> Result<(), Bad> {
        if cx.attempt() < 4 { Err(Bad("again")) } else { Ok(()) }
    }
}

#[test]
fn jitter_depends_on_the_seed() {
    let spent = |seed| {
        let sim = Sim::new();
        let clock = sim.clock();
        run(&sim, jittered::runner().seed(seed).run((), &clock)).duration()
    };
    assert_eq!(spent(1), spent(1));
    assert_ne!(spent(1), spent(2));
    assert!(spent(3) >= ms(96) && spent(3) <= ms(192));
}

#[rungs::pipeline(error = Bad)]
mod watched {
    use super::*;

    pub struct Board {
        pub(super) clock: Clock,
    }

    /// Returns what its context says.
    #[step(retries = 1, retry_delay = ms(2), timeout = ms(10), deadline = ms(9))]
    async fn curious(clock: &Clock, cx: &StepCx) -> Result<(u32, Instant, Option<Instant>), Bad> {
        clock.sleep(ms(1)).await;
        if cx.attempt() == 1 {
            return Err(Bad("once"));
        }
        assert_eq!(cx.time_left(cx.started_at()), Some(ms(6)));
        assert_eq!((cx.pipeline(), cx.name(), cx.id()), ("watched", "curious", step_ids::CURIOUS));
        Ok((cx.attempt(), cx.started_at(), cx.deadline()))
    }
}

#[test]
fn a_step_may_take_its_context_and_an_observer_gets_all_events() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut board = watched::Board { clock: clock.clone() };
    let mut log = Vec::new();
    let runner = watched::runner().on_event(|event| log.push(line(event)));
    let report = run(&sim, runner.run(&mut board, &clock));
    let at = |millis| Instant::ZERO + ms(millis);
    assert_eq!(report.outputs.curious, Some((2, at(3), Some(at(9)))));
    assert_eq!(
        log,
        [
            "0 watched: run started: 1 step",
            "0 curious: started",
            "1 curious: once; again in 2ms",
            "3 curious: attempt 2",
            "4 curious: success after retries",
            "4 watched: run ended: 1 success, exit code 0",
        ]
    );
}

const LIMIT: u32 = 2;

fn squares(retry: u32) -> core::time::Duration {
    ms(u64::from(retry * retry))
}

#[rungs::pipeline(
    error = Bad,
    name = "all of them",
    max_concurrent = LIMIT,
    deadline = mins(1),
    order = levels,
    on_failure = cancel,
    resources(bus = 2, licence = LIMIT)
)]
mod said {
    use super::*;

    #[step(retries = LIMIT, backoff = fixed(us(5)).jitter(Jitter::Full))]
    async fn fixed_delay() -> Result<(), Bad> {
        Ok(())
    }

    #[step(retries = 1, backoff = list(&[ms(1), secs(2)]).jitter(Jitter::Equal))]
    async fn listed() -> Result<(), Bad> {
        Ok(())
    }

    #[step(retries = 9, backoff = exponential(ms(10)).factor(3).cap(secs(1)).jitter(Jitter::Decorrelated))]
    async fn grown() -> Result<(), Bad> {
        Ok(())
    }

    #[step(retries = 2, backoff = linear(ms(4)).cap(secs(1)))]
    async fn straight() -> Result<(), Bad> {
        Ok(())
    }

    #[step(retries = 2, backoff = exponential(ms(4)).factor_permille(1_500))]
    async fn halfway() -> Result<(), Bad> {
        Ok(())
    }

    #[step(retries = 2, backoff = custom(squares))]
    async fn own() -> Result<(), Bad> {
        Ok(())
    }

    #[step(retries = 9, retry_delay = ms(10), retry_if = |_: &Bad| true)]
    async fn doubled() -> Result<(), Bad> {
        Ok(())
    }

    #[step(retries = 1, timeout = ms(5), retry_on_timeout = false, deadline = secs(1), expected = ms(3))]
    async fn in_time() -> Result<(), Bad> {
        Ok(())
    }

    #[step(uses(bus = 1, licence = LIMIT), optional)]
    async fn holds() -> Result<(), Bad> {
        Ok(())
    }

    #[step(skip_on_error, after(holds, in_time))]
    async fn spared() -> Result<(), Bad> {
        Ok(())
    }

    #[step(when_all_done, after(spared))]
    async fn tidy() -> Result<(), Bad> {
        Ok(())
    }

    #[step(when_any_failed, after(spared))]
    async fn alarm() -> Result<(), Bad> {
        Ok(())
    }
}

#[test]
fn each_argument_is_the_setting_of_its_name() {
    let listed = [ms(1), ms(2_000)];
    let once = Settings::DEFAULT;
    let expected = [
        ("fixed_delay", once.retries(2).backoff(Backoff::fixed(ms(5) / 1_000).jitter(Jitter::Full))),
        ("listed", once.retries(1).backoff(Backoff::list(&listed).jitter(Jitter::Equal))),
        ("grown", {
            let grown = Backoff::exponential(ms(10)).factor(3).cap(ms(1_000));
            once.retries(9).backoff(grown.jitter(Jitter::Decorrelated))
        }),
        ("straight", once.retries(2).backoff(Backoff::linear(ms(4)).cap(ms(1_000)))),
        ("halfway", once.retries(2).backoff(Backoff::exponential(ms(4)).factor_permille(1_500))),
        ("own", once.retries(2).backoff(Backoff::custom(squares))),
        ("doubled", once.retries(9).backoff(Backoff::exponential(ms(10)))),
        ("in_time", once.retries(1).timeout(ms(5)).retry_on_timeout(false).deadline(ms(1_000)).expected(ms(3))),
        // There are two classes of resources; the first uses nothing.
        ("holds", once.class(1).optional()),
        ("spared", once.when(When::SkipOnError)),
        ("tidy", once.when(When::AllDone)),
        ("alarm", once.when(When::AnyFailed)),
    ];
    let sim = Sim::new();
    let clock = sim.clock();
    let report = run(&sim, said::runner().seed(1).run((), &clock));
    let plan = &said::Pipeline::STATIC_PLAN.plan;
    assert_eq!(plan.len(), expected.len());
    for (step, (name, settings)) in report.steps().zip(expected) {
        assert_eq!((step.name(), plan.settings(step.id())), (name, &settings));
    }
}

#[test]
fn the_start_of_a_run_tells_its_steps_and_limits() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut starts = Vec::new();
    for other_limit in [None, Some(7)] {
        let runner = said::runner().seed(1).on_event(|event| {
            if let EventKind::RunStarted(run) = &event.kind {
                assert_eq!((event.name, event.step, event.attempt), ("all of them", None, 0));
                assert_eq!(run.names().count(), run.len());
                let last = run.names().last().map(String::from);
                starts.push((run.names().next() == Some("fixed_delay"), last, run.max_concurrent(), run.deadline()));
                assert_eq!(run.plan().len(), said::Pipeline::STATIC_PLAN.plan.len());
            }
        });
        let report = match other_limit {
            None => run(&sim, runner.run((), &clock)),
            Some(limit) => run(&sim, runner.max_concurrent(limit).deadline(ms(9)).run((), &clock)),
        };
        assert!(report.get("tidy").is_some());
    }
    let alarm = Some("alarm".to_string());
    assert_eq!(starts, [(true, alarm.clone(), Some(2), Some(ms(60_000))), (true, alarm, Some(7), Some(ms(9)))]);
}
