//! What a run would do.

use std::time::Duration;

use rungs::{
    BoxError, Cause, Durations, EventKind, ExplainedStep, Explanation, Handle, Instant, NoClock, Order, Pipeline,
    Report, Runner, Shared,
};

use crate::support::{Clock, Sim, block, drive, ms};

#[test]
fn an_explanation_tells_who_starts_when_and_who_does_not() {
    let mut p: Pipeline<'_> = Pipeline::new("site");
    let old = p.step("old").run(async || Ok(1));
    let pages = p.step("pages").expected(ms(1_500)).needs(old).run(async |_| Ok(3));
    p.step("fast").expected(ms(200)).needs(pages).run(async |_| Ok(()));
    p.step("slow").expected(ms(700)).needs(pages).timeout(ms(1)).run(async |_| Ok(()));
    p.step("alarm").after(pages).when_any_failed().run(async || Ok(()));
    let explanation = block(p.runner().given(old, 7).max_concurrent(1).explain(&Sim::new().clock())).unwrap();
    assert_eq!(
        explanation.to_string(),
        "Run: site\n\
         step      start  expected\n\
         pages         0    1.50 s\n\
         slow     1.50 s  700.0 ms\n\
         fast     2.20 s  200.0 ms\n\
         old           -         -  given\n\
         alarm         -         -  not needed\n\
         3 of 5 steps in 2.40 s"
    );
    assert_eq!(explanation.duration(), ms(2_400));
}

#[test]
fn nothing_is_started_and_mistakes_are_told() {
    let mut p: Pipeline<'_> = Pipeline::new("explained");
    let number = p.input::<u8>("number");
    p.step("loud").needs(number).run(async |_| Err::<(), _>("must not run".into()));
    let error = block(p.runner().explain(&NoClock)).unwrap_err();
    assert_eq!(error.mistakes().len(), 1);
    let explanation = block(p.runner().given(number, 1).explain(&NoClock)).unwrap();
    assert!(explanation.starts().map(|step| step.name()).eq(["number", "loud"]));
}

/// Numbers from a seed.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn one_in(&mut self, bound: u64) -> bool {
        self.below(bound) == 0
    }
}

/// A pipeline of up to ten steps of all rules, some of which have checks, and each takes its expected time, if that is stated.
fn pipeline(seed: u64, clock: &Clock, is_stated: bool) -> (Pipeline<'static>, Vec<Handle<u64>>) {
    let random = &mut Random(seed);
    let mut p: Pipeline<'static> = Pipeline::new("random");
    p.resource("bus", 2);
    let mut handles = Vec::new();
    for n in 0..1 + random.below(10) {
        let before = |random: &mut Random, sparse: u64| -> Vec<Handle<u64>> {
            handles.iter().copied().filter(|_| random.one_in(sparse)).collect()
        };
        let (needs, follows) = (before(random, 3), before(random, 6));
        // No two steps end at the same time, as no sum of spans is another one.
        let span = if random.one_in(4) { Duration::ZERO } else { Duration::from_micros(1 << n) };
        let (clock, found) = (clock.clone(), random.one_in(2).then_some(n));
        let name = n.to_string();
        let mut step = p.step(&name).after(needs).follows(follows);
        if is_stated {
            step = step.expected(span);
        }
        if random.one_in(4) {
            step = step.done_if(move || async move { Ok(found) });
        }
        if random.one_in(4) {
            step = step.uses("bus", 1 + random.below(2) as u32);
        }
        let (rule, after_all) = (random.below(7), random.one_in(4));
        let body = move || {
            let clock = clock.clone();
            async move {
                if !span.is_zero() {
                    clock.sleep(span).await;
                }
                Ok(n)
            }
        };
        handles.push(match rule {
            0 => step.skip_on_error().run(body),
            1 => if after_all { step.after_all() } else { step }.when_all_done().run(body),
            2 => if after_all { step.after_all() } else { step }.when_any_failed().run(body),
            3 => if after_all { step.after_all() } else { step }.when_none_failed().run(body),
            _ => step.run(body),
        });
    }
    (p, handles)
}

/// What a run or its explanation tells of each step: its name, when it started and how long it took; or why it did not.
type Told = Vec<(String, Option<Duration>, Duration, Option<&'static str>, bool)>;

fn explained(explanation: &Explanation) -> Told {
    let steps = explanation.starts().chain(explanation.others());
    let told = steps.map(|step: ExplainedStep<'_>| {
        let cause = step.cause().map(|cause| cause.code());
        (step.name().into(), step.start(), step.expected(), cause, step.is_given())
    });
    told.collect()
}

/// The starts in their order, and then all else.
fn told(report: &Report<BoxError>, starts: &[String], begin: Instant) -> Told {
    let of = |name: &str| {
        let step = report.get(name).unwrap();
        let start = step.started_at().map(|at| at - begin);
        (name.into(), start, step.duration(), step.cause().map(|cause| cause.code()), step.is_given())
    };
    let others = report.steps().map(|step| step.name()).filter(|name| !starts.iter().any(|start| start == name));
    starts.iter().map(|name| of(name)).chain(others.map(of)).collect()
}

/// The options of a run: a limit, levels, targets, given steps.
fn runner<'p>(
    p: &'p mut Pipeline<'static>,
    handles: &[Handle<u64>],
    seed: u64,
) -> Runner<'p, 'static, BoxError, Shared> {
    let random = &mut Random(seed ^ 0xABCD);
    let mut runner = p.runner();
    if random.one_in(2) {
        runner = runner.max_concurrent(1 + random.below(3) as u32);
    }
    if random.one_in(4) {
        runner = runner.order(Order::Levels);
    }
    let (has_targets, seldom) = (random.one_in(2), 2 + random.below(4));
    for &step in handles {
        if random.one_in(seldom) {
            runner = runner.given(step, 99);
        }
        if has_targets && random.one_in(3) {
            runner = runner.only(step);
        }
    }
    if has_targets { runner.only(handles[0]) } else { runner }
}

#[test]
fn an_explanation_agrees_with_a_run_in_which_every_step_succeeds_at_once() {
    agree(true);
}

#[test]
fn an_explanation_agrees_with_a_run_that_knows_how_long_the_steps_take() {
    agree(false);
}

/// The times are stated, or learnt from a run.
fn agree(is_stated: bool) {
    let (mut starts_told, mut given, mut up_to_date, mut not_selected) = (0, 0, 0, 0);
    for seed in 0..3_000 {
        let sim = Sim::new();
        let clock = sim.clock();
        let (mut p, handles) = pipeline(seed, &clock, is_stated);
        let mut known = Durations::new();
        if !is_stated {
            known = drive(&sim, runner(&mut p, &handles, seed).run(&clock)).unwrap().durations();
        }
        let explained_run = runner(&mut p, &handles, seed).durations(&known);
        let explanation = drive(&sim, explained_run.explain(&clock)).unwrap();
        let mut starts = Vec::new();
        let observed = runner(&mut p, &handles, seed).durations(&known).on_event(|event| {
            if matches!(event.kind, EventKind::Started) {
                starts.push(event.name.to_string());
            }
        });
        let begin = sim.now();
        let report = drive(&sim, observed.run(&clock)).unwrap();
        assert_eq!(explained(&explanation), told(&report, &starts, begin), "seed {seed}\n{explanation}\n{report}");
        assert_eq!(explanation.duration(), report.duration(), "seed {seed}");
        let count = |cause| report.steps().filter(|step| step.cause() == Some(cause)).count();
        starts_told += starts.len();
        given += report.steps().filter(|step| step.is_given()).count();
        up_to_date += count(Cause::UpToDate);
        not_selected += count(Cause::NotSelected);
    }
    let counts = [starts_told, given, up_to_date, not_selected];
    assert!(counts.iter().all(|count| *count > 1_000), "{counts:?}");
}
