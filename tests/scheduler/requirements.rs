//! What a plan and a configuration require of the scheduler. Too little is a mistake; too much is code for nothing.

use std::time::Duration;

use rungs::scheduler::{
    Action, Edges, Numbering, Outcome, Plan, Requirements, Scheduler, Setup, StepId, StepState, Storage, StorageSize,
    TimerEntry, Use, Verdict,
};
use rungs::{Backoff, Config, Instant, Jitter, OnFailure, Order, Retry, Settings, When};

use crate::layout::id;

const MS: Duration = Duration::from_millis(1);
const PAIR: Edges<'static> = Edges::new(&[0, 0, 0], &[]);

/// The names of what is required.
fn names(required: Requirements) -> Vec<&'static str> {
    macro_rules! of_fields {
        ($($field:ident)+) => { [$((stringify!($field), required.$field)),+] };
    }
    let fields = of_fields!(
        timers step_deadlines retries jitter resources queues levels clean_up any_failed none_failed after_all limit
        run_deadline clean_up_deadline grace never_cancel stops
    );
    fields.into_iter().filter(|(_, is_required)| *is_required).map(|(name, _)| name).collect()
}

const NOTHING: [&str; 0] = [];

/// Of two steps, the second with these settings.
fn of_steps(settings: Settings<'_>) -> Requirements {
    let kinds = [Settings::DEFAULT, settings];
    let plan = Plan::new(PAIR, PAIR, &kinds, &[0, 1]);
    Requirements::of(&plan, &Numbering::declared(&plan)).with_config(&Config::DEFAULT)
}

/// Of a run of two steps with these settings in common.
fn of_run(settings: Settings<'_>, config: Config) -> Requirements {
    let kinds = [settings];
    let plan = Plan::new(PAIR, PAIR, &kinds, &[]);
    Requirements::of(&plan, &Numbering::declared(&plan)).with_config(&config)
}

#[test]
fn settings_require_what_they_need() {
    let of = |settings| names(of_steps(settings));
    let plain = Settings::DEFAULT;
    assert_eq!(of(plain), NOTHING);
    assert_eq!(of(plain.optional().expected(MS)), NOTHING);
    // An attempt may say after what delay it is to be retried.
    assert_eq!(of(plain.retries(1)), ["timers", "retries"]);
    assert_eq!(of(plain.timeout(MS)), ["timers"]);
    assert_eq!(of(plain.deadline(MS)), ["timers", "step_deadlines"]);
    assert_eq!(of(plain.never_cancel()), ["never_cancel"]);
    let backoff = Backoff::exponential(MS);
    assert_eq!(of(plain.retries(2).backoff(backoff)), ["timers", "retries"]);
    assert_eq!(of(plain.retries(2).backoff(backoff.jitter(Jitter::Full))), ["timers", "retries", "jitter"]);
}

#[test]
fn rules_require_what_they_need() {
    let of = |when| names(of_steps(Settings::DEFAULT.when(when)));
    assert_eq!(of(When::AllSucceeded), NOTHING);
    assert_eq!(of(When::SkipOnError), NOTHING);
    assert_eq!(of(When::AllDone), ["clean_up"]);
    assert_eq!(of(When::AnyFailed), ["clean_up", "any_failed"]);
    assert_eq!(of(When::NoneFailed), ["none_failed"]);
}

#[test]
fn resources_and_marks_are_required_where_a_plan_has_them() {
    let marks = [id(1)];
    let marked = Plan::new(PAIR.with_after_all(&marks), PAIR, &[], &[]);
    let required = Requirements::of(&marked, &Numbering::declared(&marked)).with_config(&Config::DEFAULT);
    assert_eq!(names(required), ["after_all"]);

    let plan = Plan::new(PAIR, PAIR, &[], &[]);
    let uses = [Use { resource: 0, units: 1 }];
    let numbering =
        Numbering { classes: &[0, 2], use_rows: &[0, 1], uses: &uses, capacities: &[1], ..Numbering::declared(&plan) };
    let required = Requirements::of(&plan, &numbering).with_config(&Config::DEFAULT);
    assert_eq!(names(required), ["resources"]);
}

#[test]
fn a_configuration_requires_what_it_needs() {
    let of = |config| names(of_run(Settings::DEFAULT, config));
    let plain = Config::DEFAULT;
    assert_eq!(of(plain.seed(7).poll_budget(1)), NOTHING);
    assert_eq!(of(plain.order(Order::Levels)), ["levels"]);
    assert_eq!(of(plain.max_concurrent(2)), ["limit"]);
    assert_eq!(of(plain.deadline(MS)), ["run_deadline", "stops"]);
    assert_eq!(of(plain.on_failure(OnFailure::Drain)), ["stops"]);
    assert_eq!(of(plain.on_failure(OnFailure::Cancel)), ["stops"]);
    assert_eq!(of(plain.grace(MS)), ["timers", "grace"]);
}

#[test]
fn a_deadline_of_clean_up_is_required_where_there_is_clean_up() {
    let config = Config::DEFAULT.clean_up_deadline(MS);
    assert_eq!(names(of_run(Settings::DEFAULT, config)), NOTHING);
    let required = of_run(Settings::DEFAULT.when(When::AllDone), config);
    assert_eq!(names(required), ["timers", "step_deadlines", "clean_up", "clean_up_deadline"]);
}

/// Settings that no step has require nothing.
#[test]
fn an_empty_plan_requires_nothing() {
    let none = Edges::new(&[0], &[]);
    let kinds = [Settings::DEFAULT.retries(3).timeout(MS).when(When::AnyFailed)];
    let plan = Plan::new(none, none, &kinds, &[]);
    let required = Requirements::of(&plan, &Numbering::declared(&plan)).with_config(&Config::DEFAULT);
    assert_eq!(names(required), NOTHING);
}

/// Until its configuration is known, a run may have all that a configuration can ask for.
#[test]
fn a_plan_alone_leaves_open_what_a_configuration_decides() {
    let plan = Plan::new(PAIR, PAIR, &[], &[]);
    let open = Requirements::of(&plan, &Numbering::declared(&plan));
    assert_eq!(names(open), ["levels", "limit", "run_deadline", "clean_up_deadline", "grace", "stops"]);
}

#[test]
fn what_a_run_does_without_is_not_required() {
    let all = Requirements::EVERYTHING;
    let without = |less: Requirements| {
        let left = names(less);
        names(all).into_iter().filter(|name| !left.contains(name)).collect::<Vec<_>>()
    };
    assert_eq!(names(all).len(), 17);
    assert_eq!(without(all.without_grace()), ["grace"]);
    assert_eq!(without(all.without_clock()), ["timers", "step_deadlines", "clean_up_deadline", "grace"]);
}

/// A run whose options differ from the declared ones has storage of the declared size.
#[test]
fn storage_is_that_of_the_declared_run() {
    let limited = of_run(Settings::DEFAULT.deadline(MS), Config::DEFAULT.max_concurrent(2));
    let nothing = of_steps(Settings::DEFAULT);
    let mut declared = nothing;
    (declared.levels, declared.clean_up_deadline, declared.limit) = (true, true, true);
    assert_eq!(names(nothing.with_storage_of(&declared)), ["timers", "step_deadlines", "levels", "clean_up_deadline"]);
    assert_eq!(names(declared.with_storage_of(&nothing)), ["limit"]);
    assert_eq!(limited.with_storage_of(&nothing), limited);
}

/// Two steps in a run with a deadline, and no time limit of their own.
struct Bounded;

const PLAN: Plan<'static> = Plan::new(PAIR, PAIR, &[], &[]);
const BY_PRIORITY: Numbering<'static> = Numbering::declared(&PLAN);
const CONFIG: Config = Config::DEFAULT.deadline(MS);

impl Setup<'static> for Bounded {
    const REQUIREMENTS: Requirements = Requirements::of(&PLAN, &BY_PRIORITY).with_config(&CONFIG);

    fn plan(&self) -> &Plan<'static> {
        &PLAN
    }
    fn numbering(&self) -> &Numbering<'static> {
        &BY_PRIORITY
    }
    fn config(&self) -> &Config {
        &CONFIG
    }
}

#[test]
fn the_deadline_of_a_run_is_kept_without_any_timer_of_a_step() {
    let (states, ready) = (vec![StepState::NEW; 2].leak(), vec![0; 1].leak());
    let start = Instant::ZERO;
    let storage = Storage { states, ready, ..Storage::default() };
    let mut run = Scheduler::with(Bounded, storage, start).expect("storage that fits");
    let [first, second]: [StepId; 2] = [id(0), id(1)];
    assert_eq!(run.poll_action(start), Some(Action::Start(first)));
    assert_eq!(run.poll_deadline(), Some(start + MS));
    assert_eq!(run.poll_action(start), Some(Action::Start(second)));
    run.handle_outcome(second, Outcome::Success, start);
    assert_eq!((run.poll_action(start), run.poll_deadline()), (None, Some(start + MS)));
    assert_eq!(run.poll_action(start + MS), Some(Action::Abandon(first)));
    assert_eq!(run.poll_deadline(), None, "it is noted");
}

/// Two steps with a retry, in a run without a clock.
struct Clockless;

const RETRIED: Plan<'static> = Plan::new(PAIR, PAIR, const { &[Settings::DEFAULT.retries(1)] }, &[]);

impl Setup<'static> for Clockless {
    const REQUIREMENTS: Requirements =
        Requirements::of(&RETRIED, &BY_PRIORITY).with_config(&Config::DEFAULT).without_clock();

    fn plan(&self) -> &Plan<'static> {
        &RETRIED
    }
    fn numbering(&self) -> &Numbering<'static> {
        &BY_PRIORITY
    }
    fn config(&self) -> &Config {
        &Config::DEFAULT
    }
}

#[test]
fn an_error_that_asks_for_a_delay_is_retried_at_once_without_a_clock() {
    let (states, ready, timers) = (vec![StepState::NEW; 2].leak(), vec![0; 1].leak(), vec![TimerEntry::NEW; 2].leak());
    let start = Instant::ZERO;
    let storage = Storage { states, ready, timers, ..Storage::default() };
    let mut run = Scheduler::with(Clockless, storage, start).expect("storage that fits");
    assert_eq!(run.poll_action(start), Some(Action::Start(id(0))));
    let verdict = run.handle_outcome(id(0), Outcome::Failed(Retry::After(MS)), start);
    assert_eq!((verdict, run.poll_action(start)), (Verdict::Retry(start), Some(Action::Start(id(0)))));
}

/// The queues of resources take room for each class and for each use, and not for each pair of both.
#[test]
fn room_for_queues_grows_with_the_classes() {
    let plan = Plan::new(PAIR, PAIR, &[], &[]);
    let room = |classes: u32| {
        let uses: Vec<_> = (0..classes).map(|resource| Use { resource, units: 1 }).collect();
        let rows: Vec<_> = (0..=classes).collect();
        let capacities = vec![1; classes as usize];
        let numbering = Numbering {
            classes: &rows,
            use_rows: &rows,
            uses: &uses,
            capacities: &capacities,
            ..Numbering::declared(&plan)
        };
        StorageSize::for_run(&plan, &numbering, &Config::DEFAULT).with_queues(&numbering).free
    };
    assert_eq!(room(200) - room(100), room(300) - room(200));
    assert!(room(100) < 20 * 100, "{}", room(100));
}
