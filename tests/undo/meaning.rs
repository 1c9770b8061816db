//! All plans of up to four steps, with all outcomes, against what an undo means: each step that has succeeded and has an undo is
//! taken back once, when all that came after it has been; of those that may start, the one that ended last goes first.

use rungs::{Instant, LocalPipeline, NoClock, Pipeline, Status, sim::Sim};
use std::{cell::RefCell, time::Duration};

use crate::{Log, block, drive, ms};

/// How a step waits for an earlier one.
#[derive(Clone, Copy, PartialEq)]
enum Edge {
    None,
    Need,
    Order,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    Success,
    Failed,
    Skipped,
}

struct Case {
    steps: usize,
    /// Of each pair of steps, the second of which may wait for the first.
    edges: Vec<((usize, usize), Edge)>,
    outcomes: Vec<Outcome>,
    /// Which steps have an undo, and which undos fail, by bits.
    undos: usize,
    failing: usize,
    limit: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Undone {
    step: usize,
    started: Duration,
    ended: Duration,
}

#[test]
fn all_small_plans_are_undone_as_they_mean() {
    let mut cases = 0_usize;
    for steps in 1..=4 {
        let pairs: Vec<_> = (0..steps).flat_map(|to| (0..to).map(move |from| (from, to))).collect();
        for plan in 0..3_usize.pow(pairs.len() as u32) {
            let digit = |number: usize, at: usize| number / 3_usize.pow(at as u32) % 3;
            let edges = pairs.iter().enumerate();
            let edges = edges.map(|(at, pair)| (*pair, [Edge::None, Edge::Need, Edge::Order][digit(plan, at)]));
            let edges: Vec<_> = edges.collect();
            for ends in 0..3_usize.pow(steps as u32) {
                let outcomes =
                    (0..steps).map(|at| [Outcome::Success, Outcome::Failed, Outcome::Skipped][digit(ends, at)]);
                let outcomes: Vec<_> = outcomes.collect();
                // All undos, and some of them in turn.
                for undos in [(1 << steps) - 1, cases % (1 << steps)] {
                    let (edges, outcomes) = (edges.clone(), outcomes.clone());
                    let limit = [None, Some(1), Some(2)][cases / 7 % 3];
                    check(&Case { steps, edges, outcomes, undos, failing: cases / 3 % (1 << steps), limit });
                    cases += 1;
                }
            }
        }
    }
    assert_eq!(cases, 2 * (3 + 3 * 9 + 27 * 27 + 729 * 81));
}

/// A step takes this long, so that no two end at once, and not in the order of their declaration.
fn span(step: usize) -> Duration {
    ms([40, 3, 17, 5][step])
}

/// An undo takes this long.
fn undo_span(step: usize) -> Duration {
    ms([2, 5, 11, 23][step])
}

fn check(case: &Case) {
    let sim = Sim::new();
    let clock = &sim.clock();
    let now = || sim.now() - Instant::ZERO;
    let (ends, undone) = (RefCell::new(vec![None; case.steps]), RefCell::new(Vec::new()));
    let mut p = LocalPipeline::with_error("case");
    let mut handles = Vec::new();
    let names = ["a", "b", "c", "d"];
    for (step, name) in names.into_iter().enumerate().take(case.steps) {
        let waits = |kind: Edge| -> Vec<_> {
            let edges = case.edges.iter().filter(|((_, to), edge)| *to == step && *edge == kind);
            edges.map(|((from, _), _)| handles[*from]).collect()
        };
        let (needs, orders) = (waits(Edge::Need), waits(Edge::Order));
        let (ends, now) = (&ends, &now);
        handles.push(p.step(name).after(needs).follows(orders).run_maybe(move || async move {
            clock.sleep(span(step)).await;
            ends.borrow_mut()[step] = Some(now());
            match case.outcomes[step] {
                Outcome::Success => Ok(Some(step * 7)),
                Outcome::Failed => Err("failed"),
                Outcome::Skipped => Ok(None),
            }
        }));
    }
    for step in (0..case.steps).filter(|step| case.undos >> step & 1 == 1) {
        let (undone, now) = (&undone, &now);
        p.undo(handles[step]).run(move |result| async move {
            assert_eq!(*result, step * 7);
            let started = now();
            clock.sleep(undo_span(step)).await;
            undone.borrow_mut().push(Undone { step, started, ended: now() });
            if case.failing >> step & 1 == 1 { Err("stuck") } else { Ok(()) }
        });
    }
    let report = drive(&sim, p.run(clock)).unwrap();
    let mut runner = p.runner().undo(&report);
    if let Some(limit) = case.limit {
        runner = runner.max_concurrent(limit);
    }
    let began = now();
    let undo = drive(&sim, runner.run(clock)).unwrap();

    let ends = ends.borrow().clone();
    let expected = expected(case, &ends, began);
    assert_eq!(*undone.borrow(), expected);
    let failed = expected.iter().filter(|undone| case.failing >> undone.step & 1 == 1).count();
    assert_eq!((undo.count(Status::Failed), undo.exit_code()), (failed, u8::from(failed > 0)));
    assert_eq!(undo.count(Status::Success), expected.len() - failed);
}

/// What is undone and when, in the order of the ends.
fn expected(case: &Case, ends: &[Option<Duration>], began: Duration) -> Vec<Undone> {
    let is_after = after(case);
    // A step has succeeded if its body has come to its end, and with this outcome.
    let is_undone =
        |step: &usize| case.undos >> step & 1 == 1 && ends[*step].is_some() && case.outcomes[*step] == Outcome::Success;
    let all: Vec<usize> = (0..case.steps).filter(is_undone).collect();
    let (mut waiting, mut running, mut done) = (all.clone(), Vec::<Undone>::new(), Vec::new());
    let mut now = began;
    while !waiting.is_empty() || !running.is_empty() {
        loop {
            let is_done = |step: usize| done.iter().any(|undone: &Undone| undone.step == step);
            let may_start = |step: &usize| all.iter().all(|later| !is_after[*later][*step] || is_done(*later));
            let has_place = case.limit.is_none_or(|limit| running.len() < limit as usize);
            let ready = waiting.iter().copied().filter(may_start).max_by_key(|step| ends[*step]);
            let Some(step) = ready.filter(|_| has_place) else { break };
            waiting.retain(|other| *other != step);
            running.push(Undone { step, started: now, ended: now + undo_span(step) });
        }
        running.sort_by_key(|undone| undone.ended);
        let next = running.remove(0);
        now = next.ended;
        done.push(next);
    }
    done
}

/// Whether one step comes after another, directly or not: it needs it or follows it.
fn after(case: &Case) -> Vec<Vec<bool>> {
    let mut is_after = vec![vec![false; case.steps]; case.steps];
    for ((from, to), _) in case.edges.iter().filter(|(_, edge)| *edge != Edge::None) {
        is_after[*to][*from] = true;
    }
    for through in 0..case.steps {
        for to in 0..case.steps {
            for from in 0..case.steps {
                is_after[to][from] |= is_after[to][through] && is_after[through][from];
            }
        }
    }
    is_after
}

#[test]
fn what_waits_for_all_before_it_is_undone_before_these() {
    let log = Log::default();
    let mut p: Pipeline<'_> = Pipeline::new("barrier");
    let a = p.step("a").run(async || Ok(()));
    let b = p.step("b").run(async || Ok(()));
    let all = p.step("all").after_all().when_none_failed().run(async || Ok(()));
    let c = p.step("c").run(async || Ok(()));
    p.step("more").after_all().when_none_failed().run(async || Ok(()));
    let d = p.step("d").run(async || Ok(()));
    p.undo(a).run(async |_| Ok(log.write("a")));
    p.undo(b).run(async |_| Ok(log.write("b")));
    p.undo(all).run(async |_| Ok(log.write("all")));
    p.undo(c).run(async |_| Ok(log.write("c")));
    p.undo(d).run(async |_| Ok(log.write("d")));
    let report = block(p.run(&NoClock)).unwrap();
    let undo = block(p.runner().undo(&report).run(&NoClock)).unwrap();
    assert_eq!(log.take(), ["d", "c", "all", "b", "a"]);
    assert_eq!(undo.get("more").unwrap().status(), Status::Skipped);
}
