//! Settings as values: defaults, values from elsewhere, files.

use rungs::{Backoff, Config, Jitter, OnFailure, Order, Pipeline, PlanErrorKind, Settings, When};
use serde_json::json;

use crate::support::{Sim, drive, fates, ms};

#[test]
fn a_steps_own_settings_win_over_the_defaults_one_by_one() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p: Pipeline<'_, &str> = Pipeline::with_error("defaults");
    p.step("before").run(|| async { Err::<(), _>("no") });
    p.defaults(Settings::DEFAULT.retries(2).backoff(Backoff::fixed(ms(10))).optional());
    p.step("usual").run(|| async { Err::<(), _>("no") });
    p.step("quick").backoff(Backoff::NONE).run(|| async { Err::<(), _>("no") });
    p.step("once").retries(0).run(|| async { Err::<(), _>("no") });
    p.step("counts").required().run(|| async { Ok(()) });
    p.defaults(Settings::DEFAULT);
    p.step("after").run(|| async { Err::<(), _>("no") });
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(
        fates(&report),
        [
            "before failed 0..0: no",
            "usual failed x3 0..20: no",
            "quick failed x3 0..0: no",
            "once failed 0..0: no",
            "counts success 0..0",
            "after failed 0..0: no",
        ],
    );
    let required: Vec<bool> = report.steps().map(|step| step.is_required()).collect();
    assert_eq!(required, [true, false, false, false, true, true]);
}

#[test]
fn a_pipelines_config_holds_for_each_run_that_states_nothing_else() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p: Pipeline<'_, &str> = Pipeline::with_error("config");
    p.config(Config::DEFAULT.max_concurrent(1).on_failure(OnFailure::Drain));
    for name in ["a", "b"] {
        let clock = &clock;
        p.step(name).run(move || async move {
            clock.sleep(ms(10)).await;
            if name == "a" { Err("no") } else { Ok(()) }
        });
    }
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(fates(&report), ["a failed 0..10: no", "b skipped: stopped after `a` failed"]);
    let report = drive(&sim, p.runner().on_failure(OnFailure::GoOn).run(&clock)).unwrap();
    assert_eq!(fates(&report), ["a failed 10..20: no", "b success 20..30"]);
    let report = drive(&sim, p.runner().config(Config::DEFAULT).run(&clock)).unwrap();
    assert_eq!(fates(&report), ["a failed 30..40: no", "b success 30..40"]);
    p.config(Config::DEFAULT.max_concurrent(0));
    assert!(p.check().is_ok());
    let error = drive(&sim, p.run(&clock)).err().unwrap();
    assert_eq!(error.mistakes(), [PlanErrorKind::NoConcurrency]);
}

#[test]
fn a_step_that_was_never_added_does_not_take_the_defaults_along() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p: Pipeline<'_, &str> = Pipeline::with_error("dropped");
    p.defaults(Settings::DEFAULT.retries(1));
    drop(p.step("dropped").retries(9));
    p.step("usual").run(|| async { Err::<(), _>("no") });
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(report.get("usual").unwrap().attempts(), 2);
}

#[test]
fn settings_of_a_value_state_what_they_state_and_no_more() {
    let sim = Sim::new();
    let clock = sim.clock();
    let value = Settings::DEFAULT.backoff(Backoff::fixed(ms(5)));
    let mut p: Pipeline<'_, &str> = Pipeline::with_error("values");
    p.resource("bus", 1);
    p.step("a").retries(1).uses("bus", 1).settings(value).run(|| async { Err::<(), _>("no") });
    p.step("b").uses("bus", 1).with(|settings| settings.retries(settings.get_retries() + 2)).run(|| async {
        clock.sleep(ms(7)).await;
        Ok(())
    });
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(fates(&report), ["a failed x2 0..7: no", "b success 0..7"]);
}

#[test]
fn a_rule_that_decides_about_arguments_is_no_setting_of_a_value() {
    let mut p: Pipeline<'_> = Pipeline::new("rules");
    let first = p.step("first").run(|| async { Ok(1) });
    let tidy = Settings::DEFAULT.when(When::AllDone);
    p.step("tidy").needs(first).settings(tidy).run(|_| async { Ok(()) });
    p.step("alarm").when_any_failed().with(|settings| settings.when(When::AnyFailed)).run(|| async { Ok(()) });
    p.defaults(tidy);
    let error = p.check().unwrap_err();
    assert_eq!(
        error.mistakes(),
        [PlanErrorKind::RuleInSettings { step: Some("tidy".into()) }, PlanErrorKind::RuleInSettings { step: None }],
    );
    assert_eq!(
        error.to_string(),
        "pipeline `rules` cannot run, 2 mistakes:\n\
         - the settings of step `tidy` set a rule that decides about arguments: call `when_all_done`, `when_any_failed` or \
         `when_none_failed` on the step itself\n\
         - the defaults set a rule that decides about arguments: call `when_all_done`, `when_any_failed` or \
         `when_none_failed` on the step itself",
    );
    // Another value of the defaults takes the mistake back.
    p.defaults(Settings::DEFAULT);
    assert_eq!(p.check().unwrap_err().mistakes().len(), 1);
}

#[test]
fn what_is_stated_is_written_to_a_file_and_read_back() {
    let backoff = Backoff::exponential(ms(200)).factor(3).cap(ms(5_000)).jitter(Jitter::Decorrelated);
    let all = Settings::DEFAULT
        .retries(3)
        .backoff(backoff)
        .timeout(core::time::Duration::from_nanos(1_500_001))
        .retry_on_timeout(false)
        .deadline(ms(60_000))
        .expected(ms(1))
        .when(When::SkipOnError)
        .optional();
    let written = serde_json::to_value(all).unwrap();
    let expected = json!({
        "retries": 3,
        "backoff": { "exponential_ms": 200, "factor": 3, "cap_ms": 5_000, "jitter": "decorrelated" },
        "timeout_ms": 1.500_001,
        "retry_on_timeout": false,
        "deadline_ms": 60_000,
        "expected_ms": 1,
        "when": "skip_on_error",
        "optional": true,
    });
    assert_eq!(written, expected);
    assert_eq!(serde_json::from_value::<Settings<'_>>(written).unwrap(), all);
    for some in [
        Settings::DEFAULT,
        Settings::DEFAULT.retries(0),
        Settings::DEFAULT.retry_forever(),
        Settings::DEFAULT.required().when(When::AllSucceeded),
        Settings::DEFAULT.backoff(Backoff::fixed(ms(1))),
    ] {
        let text = serde_json::to_string(&some).unwrap();
        assert_eq!(serde_json::from_str::<Settings<'_>>(&text).unwrap(), some, "{text}");
    }
    assert_eq!(serde_json::to_value(Settings::DEFAULT).unwrap(), json!({}));
    assert_eq!(serde_json::to_value(Settings::DEFAULT.retry_forever()).unwrap(), json!({ "retries": "forever" }));

    let config = Config::DEFAULT
        .max_concurrent(4)
        .deadline(ms(90))
        .grace(ms(5))
        .clean_up_deadline(ms(7))
        .seed(7)
        .order(Order::Levels)
        .on_failure(OnFailure::Cancel)
        .poll_budget(9);
    let written = serde_json::to_value(config).unwrap();
    let expected = json!({
        "max_concurrent": 4,
        "deadline_ms": 90,
        "grace_ms": 5,
        "clean_up_deadline_ms": 7,
        "seed": 7,
        "order": "levels",
        "on_failure": "cancel",
        "poll_budget": 9,
    });
    assert_eq!(written, expected);
    assert_eq!(serde_json::from_value::<Config>(written).unwrap(), config);
    assert_eq!(serde_json::from_str::<Config>("{}").unwrap(), Config::DEFAULT);
}

#[test]
fn what_a_file_says_wrong_is_told() {
    let told = |text: &str| serde_json::from_str::<Settings<'_>>(text).unwrap_err().to_string();
    for (text, message) in [
        (r#"{"retries": "often"}"#, "a number of retries, or \"forever\""),
        (r#"{"retries": -1}"#, "a number of retries, or \"forever\""),
        (r#"{"retries": 4294967295}"#, "a number of retries, or \"forever\""),
        (r#"{"retries": 4294967296}"#, "a number of retries, or \"forever\""),
        (r#"{"timeout": 5}"#, "unknown field `timeout`"),
        (r#"{"timeout_ms": -5}"#, "milliseconds, a number that is not negative"),
        (r#"{"timeout_ms": -0.5}"#, "milliseconds, a number that is not negative"),
        (r#"{"backoff": {"fixed_ms": 1, "factor": 2}}"#, "either `fixed_ms`, or `linear_ms`, or `exponential_ms`"),
        (r#"{"backoff": {"linear_ms": 1, "factor": 2}}"#, "either `fixed_ms`, or `linear_ms`, or `exponential_ms`"),
        (r#"{"backoff": {}}"#, "either `fixed_ms`, or `linear_ms`, or `exponential_ms`"),
        (r#"{"backoff": {"exponential_ms": 1, "factor": 1.2345}}"#, "at most three decimals"),
        (r#"{"backoff": {"exponential_ms": 1, "factor": 65.536}}"#, "a number up to 65.535"),
        (r#"{"backoff": {"exponential_ms": 1, "factor": -1.5}}"#, "a factor: an integer"),
        (r#"{"backoff": {"exponential_ms": 1, "factor": -1}}"#, "a factor: an integer"),
        (r#"{"backoff": {"exponential_ms": 1, "factor": 4294967296}}"#, "a factor: an integer"),
        (r#"{"backoff": {"list_ms": [1]}}"#, "cannot be read from a file"),
    ] {
        assert!(told(text).contains(message), "{text}: {}", told(text));
    }
    let listed = [ms(1), ms(2)];
    assert_eq!(serde_json::to_value(Backoff::list(&listed)).unwrap(), json!({ "list_ms": [1, 2] }));
    let error = serde_json::to_value(Settings::DEFAULT.backoff(Backoff::custom(|_| ms(1)))).unwrap_err();
    assert_eq!(error.to_string(), "a custom backoff is a function, which a file cannot hold");
}

#[test]
fn a_factor_may_have_three_decimals_in_a_file() {
    let exponential = Backoff::exponential(ms(10));
    for (backoff, expected) in [
        (Backoff::linear(ms(10)).cap(ms(40)), json!({ "linear_ms": 10, "cap_ms": 40 })),
        (exponential, json!({ "exponential_ms": 10, "factor": 2 })),
        (exponential.factor_permille(1_500), json!({ "exponential_ms": 10, "factor": 1.5 })),
        (exponential.factor_permille(u16::MAX), json!({ "exponential_ms": 10, "factor": 65.535 })),
    ] {
        assert_eq!(serde_json::to_value(backoff).unwrap(), expected);
        assert_eq!(serde_json::from_value::<Backoff<'_>>(expected).unwrap(), backoff);
    }
    for permille in 1..=u16::MAX {
        let text = format!(r#"{{ "exponential_ms": 10, "factor": {} }}"#, f64::from(permille) / 1_000.0);
        assert_eq!(
            serde_json::from_str::<Backoff<'_>>(&text).unwrap(),
            exponential.factor_permille(permille),
            "{text}"
        );
    }
}
