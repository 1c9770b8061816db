use super::{check, check_with};

/// A step with these arguments, and what is told of them.
#[track_caller]
fn step(args: &str, expected: &[(&str, &str)]) {
    check(&format!("#[step({args})] async fn a() -> Result<(), E> {{}} #[step] async fn b() -> R {{}}"), expected);
}

/// A pipeline with these arguments after its error type.
#[track_caller]
fn module(args: &str, expected: &[(&str, &str)]) {
    check_with(&format!("error = E, {args}"), "", expected);
}

#[test]
fn a_step_takes_all_there_is() {
    step("", &[]);
    step(
        "retries = 3, backoff = exponential(ms(10)).factor(3), retry_if = |e: &E| *e == E::Busy, timeout = ms(5)",
        &[],
    );
    step("retries = N, retry_delay = ms(1), retry_if = E::is_transient, timeout = T, retry_on_timeout = false,", &[]);
    step("deadline = secs(1), expected = ms(1), skip_on_error, optional, after(b)", &[]);
    step("retry_forever, retry_delay = ms(1), retry_if = f, retry_on_timeout = false, timeout = ms(1)", &[]);
    step("when_all_done", &[]);
    step("when_any_failed, after()", &[]);
    step("when_none_failed, after_all, maybe, never_cancel", &[]);
    step("follows(b), never_cancel", &[]);
    check("#[step] async fn a() -> R {} #[step()] async fn b() -> R {}", &[]);
}

#[test]
fn a_crate_is_a_path_that_can_be_imported() {
    module("crate = crate::reexported::rungs", &[]);
    module("crate = self::rungs", &[]);
    let mistake = "this is no path of a crate or a module: `crate = ::rungs`";
    module("crate = ::Self", &[("::Self", mistake)]);
    module("crate = Self::rungs", &[("Self::rungs", mistake)]);
    module("crate = a::<u8>::rungs", &[("a::<u8>::rungs", mistake)]);
}

#[test]
fn an_unknown_setting() {
    step("retrys = 3", &[("retrys", "`retrys` is not a setting of a step; did you mean `retries`?")]);
    step(
        "colour = red(1, 2), optional",
        &[(
            "colour",
            "`colour` is not a setting of a step; the settings are `settings`, `retries`, `retry_forever`, `backoff`, \
             `retry_delay`, `retry_if`, `timeout`, `retry_on_timeout`, `deadline`, `at_most`, `expected`, `uses`, `after`, \
             `after_all`, `follows`, `maybe`, `checkpoint`, `version`, `never_cancel`, `skip_on_error`, `optional`, `required`, \
             `when_all_done`, `when_any_failed`, `when_none_failed`",
        )],
    );
    module("ordre = levels", &[("ordre", "`ordre` is not a setting of a pipeline; did you mean `order`?")]);
    module(
        "retries = 3",
        &[(
            "retries",
            "`retries` is not a setting of a pipeline; the settings are `error`, `name`, `max_concurrent`, `order`, `on_failure`, \
             `deadline`, `clean_up_deadline`, `poll_budget`, `defaults`, `resources`, `crate`",
        )],
    );
}

#[test]
fn defaults_state_what_any_step_may_have() {
    module("defaults(retries = 2, backoff = fixed(ms(1)), timeout = ms(5), skip_on_error, optional)", &[]);
    module("defaults(retry_delay = ms(1), deadline = secs(1), expected = ms(1), retry_on_timeout = false,)", &[]);
    module("defaults(retry_forever, backoff = fixed(ms(1)), never_cancel)", &[]);
    module("defaults = 2", &[("defaults", "`defaults` takes a list: `defaults(retries = 2)`")]);
    for per_step in [
        "retry_if = E::is",
        "uses(bus = 1)",
        "after(b)",
        "after_all",
        "follows(b)",
        "maybe",
        "when_all_done",
        "when_any_failed",
        "when_none_failed",
        "settings = S",
    ] {
        let name = per_step.split([' ', '(']).next().unwrap();
        let message = format!("`{name}` is not allowed in `defaults`; write it at each step");
        module(&format!("defaults(retries = 1, {per_step})"), &[(name, &message)]);
    }
    module(
        "defaults(backoff = fixed(ms(1)), retry_delay = ms(1))",
        &[("retry_delay", "`retry_delay` and `backoff` are mutually exclusive")],
    );
}

#[test]
fn a_companion_may_stand_in_the_defaults_or_in_a_value() {
    let step = "#[step(retry_if = E::is, retry_on_timeout = false)] async fn a() -> R {}";
    check_with("error = E, defaults(retries = 2, timeout = ms(1))", step, &[]);
    check_with(
        "error = E, defaults(timeout = ms(1))",
        step,
        &[
            ("retry_if", "`retry_if` has no effect without `retries`"),
            ("retry_on_timeout", "`retry_on_timeout` has no effect without `retries`"),
        ],
    );
    let none = &[("retry_if", "`retry_if` has no effect without `retries`")];
    check_with("error = E, defaults(retries = 0)", "#[step(retry_if = E::is)] async fn a() -> R {}", none);
    check_with("error = E, defaults(retries = 2)", "#[step(retries = 0, retry_if = E::is)] async fn a() -> R {}", none);
    self::step("settings = CAREFUL, retry_if = E::is", &[]);
    self::step("optional, required", &[("required", "`required` and `optional` are mutually exclusive")]);
}

#[test]
fn what_is_said_twice() {
    step("retries = 3, optional, retries = 4", &[("retries", "`retries` is stated twice")]);
    step("after(b, b)", &[("b", "`b` is stated twice")]);
    module("error = F", &[("error", "`error` is stated twice")]);
    module("resources(bus = 1, bus = 2)", &[("bus", "`bus` is stated twice")]);
    check_with(
        "error = E, resources(bus = 2)",
        "#[step(uses(bus = 1, bus = 1))] async fn a() -> R {}",
        &[("bus", "`bus` is stated twice")],
    );
    check("#[step] #[step(optional)] async fn a() -> R {}", &[("#[step(optional)]", "this attribute is stated twice")]);
}

#[test]
fn values_that_are_missing_or_too_many() {
    let retries = "`retries` takes a value: `retries = 3`";
    for wrong in ["retries", "retries(3)", "retries =", "retries = , optional"] {
        step(wrong, &[("retries", retries)]);
    }
    step("backoff, retries = 1", &[("backoff", "`backoff` takes a value: `backoff = exponential(ms(10))`")]);
    step("timeout", &[("timeout", "`timeout` takes a value: `timeout = ms(10)`")]);
    let alone = "`optional` takes no value";
    step("optional = true", &[("optional", alone)]);
    step("optional()", &[("optional", alone)]);
    step("when_all_done(b)", &[("when_all_done", "`when_all_done` takes no value")]);
    step("after = b", &[("after", "`after` takes a list: `after(power)`")]);
    step("after(b = 1)", &[("b", "`b` takes no value")]);
    step("uses(bus)", &[("bus", "`bus` takes a value: `bus = 1`")]);
    step("retries = 3 optional", &[("optional", "expected `,`")]);
    step("3", &[("3", "expected a name")]);
    module("name = bring_up", &[("bring_up", "expected string literal")]);
    module("name", &[("name", "`name` takes a value: `name = \"bring-up\"`")]);
    module("resources = 2", &[("resources", "`resources` takes a list: `resources(bus = 1)`")]);
    module("resources(bus)", &[("bus", "`bus` takes a value: `bus = 1`")]);
    check(
        "#[step = 3] async fn a() -> R {}",
        &[("#[step = 3]", "write a step's settings in parentheses: `#[step(retries = 3)]`")],
    );
}

#[test]
fn words_of_a_pipeline() {
    for right in ["order = eager", "order = levels", "on_failure = go_on", "on_failure = drain", "on_failure = cancel"]
    {
        module(right, &[]);
    }
    module("order = random", &[("random", "`order` is `eager` or `levels`")]);
    module("order = 3", &[("order", "`order` is `eager` or `levels`")]);
    module("order", &[("order", "`order` is `eager` or `levels`")]);
    module("on_failure = stop", &[("stop", "`on_failure` is `go_on` or `drain` or `cancel`")]);
}

#[test]
fn steps_that_can_fail_need_an_error_type() {
    let missing = "the steps' error type is missing: `#[pipeline(error = MyError)]`";
    check_with("", "", &[("", missing)]);
    check_with("name = \"a\"", "", &[("", missing)]);
    check_with("", "#[step] async fn a() -> u8 {} #[step] async fn b() -> io::Result<u8> {}", &[("", missing)]);
    check_with("", "#[step] async fn a() -> u8 {} #[step] async fn b() {}", &[]);
    check_with("error", "", &[("error", "`error` takes a value: `error = MyError`")]);
    check_with("error = Box<dyn Error + Send, A>, name = \"a\"", "", &[]);
}

#[test]
fn all_before_go_with_a_rule_only() {
    let rule = "`after_all` needs a rule beside it: `when_all_done`, `when_any_failed` or `when_none_failed`";
    step("after_all", &[("after_all", rule)]);
    step("skip_on_error, after_all", &[("after_all", rule)]);
    for with_rule in ["when_all_done, after_all", "after_all, when_any_failed", "when_none_failed, after_all"] {
        step(with_rule, &[]);
    }
    step(
        "when_all_done, after_al",
        &[("after_al", "`after_al` is not a setting of a step; did you mean `after_all`?")],
    );
}

#[test]
fn settings_that_exclude_or_want_each_other() {
    step(
        "when_all_done, skip_on_error, when_any_failed",
        &[
            ("skip_on_error", "`skip_on_error` and `when_all_done` are mutually exclusive"),
            ("when_any_failed", "`when_any_failed` and `when_all_done` are mutually exclusive"),
        ],
    );
    step(
        "when_all_done, when_none_failed",
        &[("when_none_failed", "`when_none_failed` and `when_all_done` are mutually exclusive")],
    );
    step(
        "retries = 1, retry_delay = ms(1), backoff = b",
        &[("backoff", "`backoff` and `retry_delay` are mutually exclusive")],
    );
    step("retry_forever, retries = 3", &[("retries", "`retries` and `retry_forever` are mutually exclusive")]);
    step("backoff = b", &[("backoff", "`backoff` has no effect without `retries`")]);
    step("retries = 0, backoff = b", &[("backoff", "`backoff` has no effect without `retries`")]);
    step("retries = NONE, backoff = b", &[]);
    step("retry_delay = b", &[("retry_delay", "`retry_delay` has no effect without `retries`")]);
    step("retry_if = f", &[("retry_if", "`retry_if` has no effect without `retries`")]);
    step(
        "retry_on_timeout = true",
        &[
            ("retry_on_timeout", "`retry_on_timeout` has no effect without `retries`"),
            ("retry_on_timeout", "`retry_on_timeout` has no effect without `timeout`"),
        ],
    );
}

#[test]
fn a_judge_is_a_function() {
    step(
        "retries = 1, retry_if = true",
        &[("true", "`retry_if` takes a function's path or a closure: `|error| error.is_transient()`")],
    );
}

#[test]
fn numbers_that_cannot_be() {
    module("max_concurrent = 0", &[("0", "`max_concurrent` is 0: no step could ever start")]);
    module("max_concurrent = LIMIT", &[]);
    module("poll_budget = 0", &[("0", "`poll_budget` is 0: no attempt could ever be polled")]);
    module("poll_budget = BUDGET", &[]);
    check_with(
        "error = E, resources(bus = 2, pool = LIMIT)",
        "#[step(uses(bus = 3, pool = 1))] async fn a() -> R {} #[step(uses(bus = (1), pool = 9))] async fn b() -> R {}",
        &[("3", "step `a` uses 3 of `bus`, of which there are 2")],
    );
}

#[test]
fn what_ends_too_early_is_told_at_its_last_token() {
    check(
        "#[step(timeout = -)] async fn a() -> Result<u8, E> {}",
        &[("-", "unexpected end of input, expected an expression")],
    );
    check_with("error = E, deadline = 1 +", "", &[("+", "unexpected end of input, expected an expression")]);
}

#[test]
fn limits_from_the_context() {
    let step = |settings: &str, expected: &[(&str, &str)]| {
        check(
            &format!("struct A {{ limits: Limits, led: Led }} #[step({settings})] async fn a(led: &Led) -> R {{}}"),
            expected,
        );
    };
    step("timeout = limits.radio, at_most = secs(2)", &[]);
    step("deadline = limits, timeout = ms(1), at_most = secs(2)", &[]);
    step("timeout = LIMIT", &[]);
    step("timeout = other.radio", &[]);
    let bound = "`limits` is a field of the context: state an upper bound beside it, `at_most = secs(2)`";
    step("timeout = limits.radio", &[("limits.radio", bound)]);
    let alone = "`at_most` has no effect without a `timeout` or `deadline` that is a field of the context";
    step("timeout = ms(1), at_most = secs(2)", &[("secs(2)", alone)]);
    check_with(
        "error = E, defaults(at_most = ms(1))",
        "",
        &[("at_most", "`at_most` is not allowed in `defaults`; write it at each step")],
    );
}
