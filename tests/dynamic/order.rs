//! Orders without a need, and steps after all others.

use rungs::{Cause, NoClock, Pipeline, PlanErrorKind, Status, sim::Sim};

use crate::support::{Log, block, fates, ms};

fn mistakes(p: &mut Pipeline<'_, &str>) -> Vec<String> {
    p.check().unwrap_err().mistakes().iter().map(ToString::to_string).collect()
}

#[test]
fn a_follower_runs_after_the_end_of_the_other_whatever_that_is() {
    let sim = Sim::new();
    let busy = sim.script::<u8, _>().fail_in(ms(10), "busy");
    let mut p = Pipeline::with_error::<&str>("bus");
    let first = p.step("first").retries(1).retry_delay(ms(5)).run(|| busy.play());
    let skipped = p.step("skipped").needs(first).skip_on_error().run(async |_| Ok(()));
    p.step("second").follows((first, skipped)).run(async || Ok(()));
    p.step("by name").follows_named(["second", "last"]).run(async || Ok(()));
    p.step("last").follows(vec![first]).run(async || Ok(()));
    p.step("tidy").follows(first).when_all_done().run(async || Ok(()));
    // What it follows is no reason for it to run.
    p.step("alarm").follows(first).when_any_failed().run(async || Ok(()));
    let report = sim.run(p.runner()).unwrap();
    assert_eq!(
        fates(&report),
        [
            "first failed x2 0..25: busy",
            "skipped skipped: `first` failed",
            "second success 25..25",
            "by name success 25..25",
            "last success 25..25",
            "tidy success 25..25",
            "alarm skipped: not needed",
        ],
    );
}

#[test]
fn an_order_counts_in_levels_and_is_shown_as_one() {
    let mut p: Pipeline<'_> = Pipeline::new("bus");
    let first = p.step("first").run(async || Ok(1));
    let second = p.step("second").follows(first).run(async || Ok(2));
    p.step("third").needs(second).follows(first).run(async |_| Ok(()));
    assert!(p.visualize().to_string().ends_with(
        "Level 0:\n  - first\nLevel 1:\n  - second follows [first]\nLevel 2:\n  - third <- [second] follows [first]\n"
    ));
    assert!(p.visualize().mermaid().to_string().contains("s0 -.->|follows| s1\n"));
    assert!(p.visualize().dot().to_string().contains("s0 -> s1 [style=dotted, label=follows];"));
    let plan = p.plan().unwrap();
    let second = plan.get("second").unwrap();
    assert!(second.needs().all(|need| need.is_order() && !need.has_result() && need.step().name() == "first"));
    assert_eq!((second.level(), plan.get("first").unwrap().dependents().count()), (1, 2));
    let report = block(p.run(&NoClock)).unwrap();
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["edges"][0], serde_json::json!({ "from": "first", "to": "second", "kind": "order" }));
}

#[test]
fn mistakes_about_orders_are_told() {
    let mut p = Pipeline::with_error::<&str>("wrong");
    p.step("self").follows_named(["self"]).run(async || Ok(()));
    p.step("asks").follows_named(["nobody"]).run(async || Ok(()));
    p.step("hen").follows_named(["egg"]).run(async || Ok(()));
    p.step("egg").after_named(["hen"]).run(async || Ok(()));
    let mut other = Pipeline::with_error::<&str>("other");
    let theirs = other.step("theirs").run(async || Ok(()));
    p.step("foreign").follows(theirs).run(async || Ok(()));
    assert_eq!(
        mistakes(&mut p),
        [
            "step `self` needs itself",
            "step `asks` needs `nobody`, which does not exist",
            "step `foreign` was given a handle of another pipeline",
            "a cycle: `hen` follows `egg` needs `hen`",
        ],
    );
}

#[test]
fn a_step_after_all_waits_for_each_before_it_and_for_none_behind() {
    let sim = Sim::new();
    let (slow, slower) = (sim.script().succeed_in(ms(20), 1), sim.script().succeed_in(ms(90), 1));
    let log = Log::new();
    let mut p = Pipeline::with_error::<&str>("nightly");
    let bad = p.step("bad").run(async || Err::<u8, _>("no"));
    p.step("behind").needs(bad).run(async |_| Ok(()));
    p.step("slow").run(|| slow.play());
    p.step("close").after_all().when_all_done().run(async || Ok(log.write("close")));
    p.step("slower").run(|| slower.play());
    p.step("alarm").after_all().when_any_failed().run(async || Ok(log.write("alarm")));
    p.step("join").after_all().when_none_failed().run(async || Ok(()));
    let report = sim.run(p.runner()).unwrap();
    assert_eq!(
        fates(&report)[3..],
        ["close success 20..20", "slower success 0..90", "alarm success 90..90", "join failed: `bad` failed",],
    );
}

/// An alarm after all is not needed if nothing went wrong, and a first step waits for nothing.
#[test]
fn after_all_of_nothing_wrong_or_of_nothing() {
    let mut p = Pipeline::with_error::<&str>("fine");
    p.step("first").after_all().when_all_done().run(async || Ok(()));
    p.step("gate").run_maybe(async || Ok(None::<u8>));
    p.step("alarm").after_all().when_any_failed().run(async || Ok(()));
    p.step("join").after_all().when_none_failed().run(async || Ok(()));
    let report = block(p.run(&NoClock)).unwrap();
    assert_eq!(report.get("first").unwrap().status(), Status::Success);
    assert_eq!(report.get("alarm").unwrap().cause(), Some(Cause::NotNeeded));
    assert_eq!((report.get("join").unwrap().status(), report.exit_code()), (Status::Success, 0));
}

#[test]
fn a_picture_shows_one_mark_for_all() {
    let mut p: Pipeline<'_> = Pipeline::new("nightly");
    let first = p.step("first").run(async || Ok(1));
    p.step("second").run(async || Ok(2));
    p.step("close").after_all().when_all_done().run(async || Ok(()));
    p.step("tell").needs(first).after_all().when_any_failed().run(async |_| Ok(()));
    let text = p.visualize().to_string();
    assert!(
        text.ends_with("Level 1:\n  - close <- all before it\nLevel 2:\n  - tell <- [first] and all before it\n"),
        "{text}"
    );
    let mermaid = p.visualize().mermaid().to_string();
    assert!(
        mermaid.ends_with("    all2([all before it]) -.-> s2\n    s0 --> s3\n    all3([all before it]) -.-> s3\n"),
        "{mermaid}"
    );
    let dot = p.visualize().dot().to_string();
    let mark = "    all2 [label=\"all before it\", shape=plaintext];\n    all2 -> s2 [style=dashed];\n";
    assert!(dot.contains(mark), "{dot}");
    let plan = p.plan().unwrap();
    assert!(plan.get("close").unwrap().is_after_all() && !plan.get("second").unwrap().is_after_all());
    assert_eq!((plan.get("close").unwrap().needs().len(), plan.get("tell").unwrap().level()), (0, 2));
    let json = serde_json::to_value(block(p.run(&NoClock)).unwrap()).unwrap();
    assert_eq!(json["after_all"], serde_json::json!(["close", "tell"]));
}

#[test]
fn after_all_takes_a_rule() {
    let mut p = Pipeline::with_error::<&str>("wrong");
    p.step("first").run(async || Ok(()));
    p.step("last").after_all().run(async || Ok(()));
    p.step("lenient").after_all().skip_on_error().run(async || Ok(()));
    let error = p.check().unwrap_err();
    assert_eq!(error.mistakes()[0], PlanErrorKind::AfterAllWithoutRule { step: "last".into() });
    assert_eq!(
        mistakes(&mut p)[1],
        "step `lenient` has `after_all`, which is for steps that run though others failed: call `when_all_done`, \
         `when_any_failed` or `when_none_failed` as well",
    );
}

/// By name a step may need one that comes after all before it, and itself be among these.
#[test]
fn a_cycle_through_a_step_after_all_is_told() {
    let mut p = Pipeline::with_error::<&str>("circle");
    p.step("free").run(async || Ok(()));
    p.step("asks").after_named(["close"]).run(async || Ok(()));
    p.step("between").run(async || Ok(()));
    p.step("sum").after_all().when_all_done().run(async || Ok(()));
    p.step("close").after_all().when_all_done().run(async || Ok(()));
    p.step("hen").after_named(["egg"]).run(async || Ok(()));
    p.step("egg").after_named(["hen"]).run(async || Ok(()));
    assert_eq!(
        mistakes(&mut p),
        ["a cycle: `asks` needs `close` needs `asks`", "a cycle: `hen` needs `egg` needs `hen`"]
    );
    assert!(p.visualize().to_string().contains("No levels, as there is a cycle"));
}

/// Each mark is one need of a run, so many of them on many steps cost no more than the steps.
#[test]
fn many_steps_after_all_among_many() {
    let mut p = Pipeline::with_error::<&str>("many");
    for n in 0..20_000 {
        let step = p.step("step").with(|settings| settings);
        if n % 2 == 0 {
            drop(step);
            p.step(&n.to_string()).run(async || Ok(()));
        } else {
            drop(step);
            p.step(&n.to_string()).after_all().when_all_done().run(async || Ok(()));
        }
    }
    let report = block(p.runner().max_concurrent(3).run(&NoClock)).unwrap();
    assert_eq!(report.count(Status::Success), 20_000);
    let mut names = Vec::new();
    let run = p.runner().on_event(|event| {
        names.extend(event.to_string().strip_suffix(": started").map(str::to_owned));
    });
    assert!(block(run.run(&NoClock)).unwrap().is_success());
    assert!(names.iter().enumerate().all(|(at, name)| *name == at.to_string()), "in the order of declaration");
}

/// What was said of a step that was never added is forgotten.
#[test]
fn a_step_that_is_given_up_leaves_no_mark() {
    let mut p = Pipeline::with_error::<&str>("left");
    p.step("first").run(async || Ok(()));
    drop(p.step("begun").after_all().when_all_done());
    p.step("second").run(async || Ok(()));
    assert!(!p.plan().unwrap().get("second").unwrap().is_after_all());
}
