//! Everything that can be wrong with a plan, told at once and by name.

use rungs::{Backoff, Config, Jitter, NoClock, Pipeline, PlanErrorKind, Retry, Settings};

use crate::support::{Count, Sim, block, drive, fates, ms};

fn told(mistakes: &[PlanErrorKind]) -> Vec<String> {
    mistakes.iter().map(ToString::to_string).collect()
}

fn check(build: impl FnOnce(&mut Pipeline<'_>)) -> Vec<String> {
    let mut p = Pipeline::with_error("wrong");
    build(&mut p);
    told(p.check().unwrap_err().mistakes())
}

fn step(p: &mut Pipeline<'_>, name: &str, needs: &[&str]) {
    p.step(name).after_named(needs).run(|| async { Ok(()) });
}

#[test]
fn a_cycle_is_told_as_its_whole_path() {
    let path = check(|p| {
        step(p, "start", &[]);
        step(p, "a", &["start", "c"]);
        step(p, "b", &["a"]);
        step(p, "c", &["b", "start"]);
        step(p, "behind", &["c"]);
    });
    assert_eq!(path, ["a cycle: `a` needs `c` needs `b` needs `a`"]);
    let two = check(|p| {
        step(p, "hen", &["egg"]);
        step(p, "egg", &["hen"]);
    });
    assert_eq!(two, ["a cycle: `hen` needs `egg` needs `hen`"]);
}

#[test]
fn a_long_cycle_does_not_overflow_the_stack() {
    let path = check(|p| {
        for n in 0..100_000 {
            step(p, &n.to_string(), &[&((n + 1) % 100_000).to_string()]);
        }
    });
    assert_eq!(path[0].matches(" needs ").count(), 100_000);
}

/// One path for each set of steps that depend on each other, from the step that was declared first.
#[test]
fn every_cycle_is_told_once() {
    let cycles = check(|p| {
        step(p, "sees both", &["hen", "a"]);
        step(p, "hen", &["egg", "fox"]);
        step(p, "a", &["b"]);
        step(p, "egg", &["hen"]);
        step(p, "fox", &["hen"]);
        step(p, "b", &["c", "hen"]);
        step(p, "c", &["a"]);
    });
    assert_eq!(cycles, ["a cycle: `hen` needs `egg` needs `hen`", "a cycle: `a` needs `b` needs `c` needs `a`"]);
    let many = check(|p| {
        // Each pair depends on the pair before.
        for n in 0..100_000_usize {
            let (other, before) = ((n ^ 1).to_string(), n.saturating_sub(2).to_string());
            let needs = [&*other, &*before];
            step(p, &n.to_string(), if n > 1 { &needs } else { &needs[..1] });
        }
    });
    assert_eq!(many.len(), 50_000);
    assert_eq!(many[49_999], "a cycle: `99998` needs `99999` needs `99998`");
}

#[test]
fn unknown_needs_and_self_needs() {
    let mistakes = check(|p| {
        step(p, "a", &["b", "nobody"]);
        step(p, "b", &["b"]);
        p.step("c").depends_on(["missing"]).run(|_| async { Ok(()) });
    });
    assert_eq!(
        mistakes,
        [
            "step `a` needs `nobody`, which does not exist",
            "step `b` needs itself",
            "step `c` needs `missing`, which does not exist",
        ],
    );
}

#[test]
fn a_misspelled_need_is_told_with_the_name_that_is_meant() {
    let mistakes = check(|p| {
        step(p, "fetch orders", &[]);
        step(p, "store", &["fetch order", "stores", "dance"]);
        p.step("total").depends_on(["fetch_orders"]).run(|_| async { Ok(()) });
    });
    assert_eq!(
        mistakes,
        [
            "step `store` needs `fetch order`, which does not exist; did you mean `fetch orders`?",
            "step `store` needs `stores`, which does not exist",
            "step `store` needs `dance`, which does not exist",
            "step `total` needs `fetch_orders`, which does not exist; did you mean `fetch orders`?",
        ],
        "a step is not meant by its own needs",
    );
}

/// Names by the hundred thousand are not all compared with each other.
#[test]
fn many_unknown_needs_are_told() {
    let mistakes = check(|p| {
        for n in 0..100_000 {
            step(p, &format!("step {n}"), &[&format!("stop {}", n + 1)]);
        }
    });
    assert_eq!(mistakes.len(), 100_000);
    assert!(mistakes[0].ends_with("did you mean `step 1`?") && mistakes[99_999].ends_with("does not exist"));
}

#[test]
fn what_has_no_effect_without_retries_is_told() {
    let mistakes = check(|p| {
        p.defaults(Settings::DEFAULT.retries(2).backoff(Backoff::fixed(ms(1))));
        p.step("by default").run(|| async { Ok(()) });
        p.step("once").retries(0).run(|| async { Ok(()) });
        p.step("twice").retry_delay(ms(1)).retry_if(|_| true).retries(1).run(|| async { Ok(()) });
        p.step("none").retries(0).backoff(Backoff::fixed(ms(1))).run(|| async { Ok(()) });
        p.defaults(Settings::DEFAULT.backoff(Backoff::fixed(ms(1))));
        p.step("idle default").run(|| async { Ok(()) });
        p.step("restated").backoff(Backoff::fixed(ms(1))).run(|| async { Ok(()) });
        p.defaults(Settings::DEFAULT);
        p.step("delay").retry_delay(ms(5)).retry_if(|_| true).run(|| async { Ok(()) });
        p.step("stated again").retry_delay(ms(5)).backoff(Backoff::fixed(ms(1))).run(|| async { Ok(()) });
        p.step("value").settings(Settings::DEFAULT.backoff(Backoff::NONE)).run(|| async { Ok(()) });
        p.step("timeout").timeout(ms(5)).retry_on_timeout(false).run(|| async { Ok(()) });
        p.step("no timeout").retries(1).retry_on_timeout(false).run(|| async { Ok(()) });
    });
    assert_eq!(
        mistakes,
        [
            "step `none`: `backoff` has no effect without `retries`",
            "step `restated`: `backoff` has no effect without `retries`",
            "step `delay`: `retry_delay` has no effect without `retries`",
            "step `delay`: `retry_if` has no effect without `retries`",
            "step `stated again`: `backoff` has no effect without `retries`",
            "step `value`: `backoff` has no effect without `retries`",
            "step `timeout`: `retry_on_timeout` has no effect without `retries`",
            "step `no timeout`: `retry_on_timeout` has no effect without `timeout`",
        ],
    );
}

#[test]
fn duplicate_names() {
    let mistakes = check(|p| ["a", "b", "a", "a"].iter().for_each(|name| step(p, name, &[])));
    assert_eq!(mistakes, ["3 steps are called `a`"]);
    let mistakes = check(|p| ["a", "b", "b", "a", "c"].iter().for_each(|name| step(p, name, &[])));
    assert_eq!(mistakes, ["two steps are called `a`", "two steps are called `b`"]);
}

#[test]
fn handles_of_another_pipeline() {
    let mut other = Pipeline::new("other");
    let theirs = other.step("theirs").run(|| async { Ok(()) });
    let mistakes = check(|p| {
        step(p, "mine", &[]);
        p.step("takes").needs(theirs).run(|_| async { Ok(()) });
        p.step("waits").after(vec![theirs]).run(|| async { Ok(()) });
    });
    assert_eq!(
        mistakes,
        ["step `takes` was given a handle of another pipeline", "step `waits` was given a handle of another pipeline",],
    );
}

#[test]
fn resources() {
    let mistakes = check(|p| {
        p.resource("bus", 2);
        p.step("a").uses("bus", 2).run(|| async { Ok(()) });
        p.step("b").uses("bus", 2).uses("bus", 1).run(|| async { Ok(()) });
        p.step("c").uses("buss", 1).run(|| async { Ok(()) });
    });
    assert_eq!(
        mistakes,
        [
            "step `b` uses 3 of `bus`, of which there are 2",
            "step `c` uses `buss`, which is not a resource of this pipeline; did you mean `bus`?",
        ],
    );
}

#[test]
fn no_concurrency() {
    let mut p = Pipeline::new("none");
    assert!(p.check().is_ok());
    let error = block(p.runner().max_concurrent(0).run(&NoClock)).err().unwrap();
    assert_eq!(told(error.mistakes()), ["`max_concurrent` is 0, so that nothing could ever start"]);
}

#[test]
fn jitter_without_a_seed() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::new("jitter");
    let backoff = Backoff::fixed(ms(5)).jitter(Jitter::Equal);
    p.step("a").retries(1).backoff(backoff).run(|| async { Ok(()) });
    p.defaults(Settings::DEFAULT.backoff(backoff));
    p.step("never retried").run(|| async { Ok(()) });
    let error = drive(&sim, p.run(&clock)).err().unwrap();
    assert_eq!(
        told(error.mistakes()),
        ["step `a` uses jitter, and the run has no seed: call `.seed(..)` on the runner"]
    );
    assert!(drive(&sim, p.runner().seed(0).run(&clock)).is_ok());
}

#[test]
fn time_settings_without_a_clock() {
    let delays = [ms(0), ms(1)];
    let mut p = Pipeline::new("timeless");
    p.step("timeout").timeout(ms(1)).run(|| async { Ok(()) });
    p.step("deadline").deadline(ms(1)).run(|| async { Ok(()) });
    p.step("backoff").retries(1).backoff(Backoff::list(&delays)).run(|| async { Ok(()) });
    p.step("at once").retries(1).backoff(Backoff::list(&delays[..1])).run(|| async { Ok(()) });
    p.defaults(Settings::DEFAULT.backoff(Backoff::fixed(ms(5))));
    p.step("never retried").run(|| async { Ok(()) });
    p.defaults(Settings::DEFAULT);
    p.step("judged").retries(1).retry_if(|_| Retry::Yes).run(|| async { Ok(()) });
    let error = block(p.runner().deadline(ms(9)).run(&NoClock)).err().unwrap();
    assert_eq!(
        told(error.mistakes()),
        [
            "the run has a time limit, and no clock",
            "step `timeout` has a time limit or a delay, and the run has no clock",
            "step `deadline` has a time limit or a delay, and the run has no clock",
            "step `backoff` has a time limit or a delay, and the run has no clock",
        ],
    );
}

#[test]
fn grace_and_the_deadline_of_clean_up_steps_need_a_clock() {
    for config in [Config::DEFAULT.grace(ms(1)), Config::DEFAULT.clean_up_deadline(ms(1))] {
        let mut p: Pipeline<'_> = Pipeline::new("timeless");
        p.step("only").run(async || Ok(()));
        let error = block(p.runner().config(config).run(&NoClock)).err().unwrap();
        assert_eq!(told(error.mistakes()), ["the run has a time limit, and no clock"]);
    }
}

#[test]
fn too_many_steps_has_a_text() {
    let text = PlanErrorKind::TooManySteps { steps: 3_000_000_000 }.to_string();
    assert!(text.starts_with("3000000000 steps are more than the "), "{text}");
}

#[test]
fn all_at_once_and_nothing_is_started() {
    let calls = Count::new();
    let mut other = Pipeline::new("other");
    let theirs = other.step("theirs").run(|| async { Ok(()) });
    let mut p = Pipeline::new("all wrong");
    p.step("good").run(|| async { Ok(calls.raise()) });
    p.step("good").after_named(["nobody"]).run(|| async { Ok(calls.raise()) });
    p.step("hen").after_named(["egg", "hen"]).uses("nest", 1).run(|| async { Ok(calls.raise()) });
    p.step("egg").after_named(["hen"]).timeout(ms(1)).run(|| async { Ok(calls.raise()) });
    p.step("jitter").retries(1).backoff(Backoff::NONE.jitter(Jitter::Full)).run(|| async { Ok(calls.raise()) });
    let config = Config::DEFAULT.max_concurrent(0).deadline(ms(1));
    let error = block(p.runner().config(config).run(&NoClock)).err().unwrap();
    assert_eq!(
        error.to_string(),
        "\
pipeline `all wrong` cannot run, 9 mistakes:
- step `good` needs `nobody`, which does not exist
- step `hen` needs itself
- step `hen` uses `nest`, which is not a resource of this pipeline
- two steps are called `good`
- a cycle: `hen` needs `egg` needs `hen`
- `max_concurrent` is 0, so that nothing could ever start
- the run has a time limit, and no clock
- step `egg` has a time limit or a delay, and the run has no clock
- step `jitter` uses jitter, and the run has no seed: call `.seed(..)` on the runner",
    );
    assert_eq!(error.pipeline(), "all wrong");
    assert_eq!(error.mistakes().len(), 9);
    p.step("stranger").after(theirs).run(|| async { Ok(calls.raise()) });
    assert!(
        told(p.check().unwrap_err().mistakes())
            .contains(&"step `stranger` was given a handle of another pipeline".into())
    );
    drop(p);
    assert_eq!(calls.get(), 0);
}

#[test]
fn one_mistake_is_told_in_the_singular() {
    let mut p = Pipeline::new("one");
    step(&mut p, "a", &["b"]);
    assert_eq!(
        p.check().unwrap_err().to_string(),
        "pipeline `one` cannot run, 1 mistake:\n- step `a` needs `b`, which does not exist"
    );
}

#[test]
fn a_step_that_was_never_added_leaves_nothing_behind() {
    let mut other = Pipeline::with_error::<&str>("other");
    let stranger = other.step("stranger").run(|| async { Ok(()) });
    for is_checked in [false, true] {
        let mut p = Pipeline::with_error::<&str>("unfinished");
        p.resource("bus", 1);
        let first = p.step("first").run(|| async { Ok(1) });
        let never = p.step("never").needs(first).after(stranger).after_named(["nobody"]).uses("bus", 5);
        drop(never.uses("nothing", 1).optional().when_all_done().retry_if(|_| false));
        if is_checked {
            p.check().unwrap();
        }
        p.step("next").retries(1).run_with(|cx| async move { if cx.attempt() == 1 { Err("again") } else { Ok(()) } });
        let picture = p.visualize().to_string();
        assert!(picture.ends_with("Level 0:\n  - first\n  - next\n"), "{picture}");
        let report = block(p.run(&NoClock)).unwrap();
        assert_eq!(fates(&report), ["first success 0..0", "next success x2 0..0"]);
        assert!(report.get("next").unwrap().is_required());
    }
}
