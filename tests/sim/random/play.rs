//! Carries a case out, in a simulation.

use super::{
    case::{Act, Case, Step, Stop},
    checks::{Monitor, Play},
};
use crate::lingering::Lingering;
use rungs::{
    Backoff, CancelToken, Event, Handle, Out, Pipeline, Runner, Shared, Unmet, When,
    sim::{Clock, Sim},
};
use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::Poll,
    time::Duration,
};

pub(crate) fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Runs the case, and returns all that was seen of it.
pub(crate) fn play(sim: &Sim, case: &Case) -> Vec<String> {
    let monitor = Arc::new(Monitor::new(case));
    let mut p = build(sim, case, &monitor);
    let mut trace = Vec::new();
    if let Some(polls) = case.drop_after {
        let ended = run(sim, case, &mut p, Some(polls), &mut trace, &monitor);
        trace.push(format!("dropped: {}", !ended));
    }
    run(sim, case, &mut p, None, &mut trace, &monitor);
    trace
}

/// One run; whether it came to its end.
fn run(
    sim: &Sim,
    case: &Case,
    p: &mut Pipeline<'_, String>,
    polls: Option<u32>,
    trace: &mut Vec<String>,
    monitor: &Arc<Monitor>,
) -> bool {
    monitor.begin();
    let token = CancelToken::new();
    let clock = sim.clock();
    let runner = options(p.runner(), case).cancel(&token);
    let run = runner.observe(sim.watch()).on_event(|event| note(trace, monitor, event)).run(&clock);
    let report = sim.block_on(async {
        let mut stops = pin!(stop(case, &token, &clock));
        let mut run = pin!(run);
        let mut left = polls;
        poll_fn(|cx| {
            let _ = stops.as_mut().poll(cx);
            if left == Some(0) {
                return Poll::Ready(None);
            }
            left = left.map(|polls| polls - 1);
            run.as_mut().poll(cx).map(Some)
        })
        .await
    });
    let report = report.unwrap_or_else(|error| panic!("{error}: {case:#?}"));
    let Some(report) = report else { return false };
    monitor.check(case, &report.expect("the plan is right"));
    true
}

fn options<'p, 'env>(run: Runner<'p, 'env, String, Shared>, case: &Case) -> Runner<'p, 'env, String, Shared> {
    let run = run.max_concurrent(case.max_concurrent).order(case.order).on_failure(case.on_failure);
    let run = run.poll_budget(case.poll_budget);
    let run = match case.grace {
        Some(grace) => run.grace(ms(grace)),
        None => run,
    };
    match case.deadline {
        Some(limit) => run.deadline(ms(limit)),
        None => run,
    }
}

fn note(trace: &mut Vec<String>, monitor: &Monitor, event: &Event<'_, String>) {
    monitor.event(event);
    trace.push(format!("{:?} {event}", event.at));
}

/// Stops the run at the case's times, and hangs.
async fn stop(case: &Case, token: &CancelToken, clock: &Clock) {
    let mut stops = case.stops.clone();
    stops.sort_by_key(|stop| stop.0);
    let mut last = 0;
    for (at, stop) in stops {
        clock.sleep(ms(at - last)).await;
        last = at;
        match stop {
            Stop::Drain => token.drain(),
            Stop::Cancel => token.cancel(),
        }
    }
    std::future::pending().await
}

fn build(sim: &Sim, case: &Case, monitor: &Arc<Monitor>) -> Pipeline<'static, String> {
    let mut p = Pipeline::with_error("random");
    p.resource("permits", case.permits);
    let mut handles: Vec<Handle<usize>> = Vec::new();
    for (at, step) in case.steps.iter().enumerate() {
        let needs: Vec<_> = step.needs.iter().map(|&need| handles[need]).collect();
        handles.push(add(&mut p, sim, at, step, needs, monitor));
    }
    p
}

/// Adds a step with the settings and the rule of the case, spawned or in place.
fn add(
    p: &mut Pipeline<'static, String>,
    sim: &Sim,
    at: usize,
    step: &Step,
    needs: Vec<Handle<usize>>,
    monitor: &Arc<Monitor>,
) -> Handle<usize> {
    let play = Play::new(monitor.clone(), sim.clock(), at, step);
    let name = format!("s{at}");
    let builder = p.step(&name).with(|settings| {
        let mut settings = settings.retries(step.retries);
        if let Some(delay) = step.delay {
            settings = settings.backoff(Backoff::fixed(ms(delay)));
        }
        if let Some(limit) = step.timeout {
            settings = settings.timeout(ms(limit));
        }
        if let Some(limit) = step.deadline {
            settings = settings.deadline(ms(limit));
        }
        settings
    });
    let builder = if step.permits > 0 { builder.uses("permits", step.permits) } else { builder };
    let builder = if step.optional { builder.optional() } else { builder };
    let builder = if step.when == When::SkipOnError { builder.skip_on_error() } else { builder };
    let expected = step.needs.clone();
    let all_there = move |outs: Vec<Out<usize>>| assert!(outs.iter().map(|out| **out).eq(expected.iter().copied()));
    let settled = |_: Vec<Result<Out<usize>, Unmet<String>>>| ();
    macro_rules! finish {
        ($builder:expr, $check:expr) => {{
            let check = $check;
            if step.spawned {
                $builder.spawn_on(Lingering::new(sim, ms(step.lingers))).run(move |outs| {
                    check(outs);
                    play.attempt()
                })
            } else {
                $builder.run(move |outs| {
                    check(outs);
                    play.attempt()
                })
            }
        }};
    }
    match step.when {
        When::AllDone => finish!(builder.needs(needs).when_all_done(), settled),
        When::AnyFailed => finish!(builder.needs(needs).when_any_failed(), settled),
        _ => finish!(builder.needs(needs), all_there),
    }
}

impl Act {
    /// What an attempt does.
    pub(crate) async fn act(self, clock: Clock, at: usize) -> Result<usize, String> {
        match self {
            Self::Succeed(span) => clock.sleep(ms(span)).await,
            Self::Fail(span) => {
                clock.sleep(ms(span)).await;
                return Err(format!("no {at}"));
            }
            Self::Panic(span) => {
                clock.sleep(ms(span)).await;
                std::panic::resume_unwind(Box::new("on purpose"));
            }
            Self::Hang => std::future::pending().await,
            Self::GiveWay(times) => {
                for _ in 0..times {
                    give_way().await;
                }
            }
            Self::Compute(span) => clock.advance(ms(span)),
        }
        Ok(at)
    }
}

async fn give_way() {
    let mut has_waited = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut has_waited, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
