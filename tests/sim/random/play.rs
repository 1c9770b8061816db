//! Carries a case out, in a simulation.

use super::{
    attempts::Play,
    case::{Act, Case, SPAN, Step, Stop},
    checks::Monitor,
};
use crate::lingering::Lingering;
use rungs::{
    Backoff, CancelToken, Event, Handle, Out, Pipeline, Retry, Runner, Settings, Shared, SharedResource, Timer, Unmet,
    When,
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
    let shared = SharedResource::new("shared", case.shared_units);
    let monitor = Arc::new(Monitor::new(case, shared.clone()));
    let mut p = build(sim, case, &monitor, &shared);
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
    monitor.begin(sim.clock().now());
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
    let run = match case.clean_up_deadline {
        Some(limit) => run.clean_up_deadline(ms(limit)),
        None => run,
    };
    let run = match &case.durations {
        Some(durations) => {
            let known = durations.iter().zip(0..).map(|(millis, at)| (format!("s{at}"), ms(*millis)));
            run.durations(&known.collect())
        }
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

fn build(sim: &Sim, case: &Case, monitor: &Arc<Monitor>, shared: &SharedResource) -> Pipeline<'static, String> {
    let mut p = Pipeline::with_error("random");
    for (resource, &units) in case.capacities.iter().enumerate() {
        p.resource(&format!("r{resource}"), units);
    }
    let shared = [shared.clone(), SharedResource::starts_per("paced", case.paced_starts, ms(SPAN))];
    let mut handles: Vec<Handle<usize>> = Vec::new();
    for at in 0..case.steps.len() {
        handles.push(add(&mut p, sim, case, at, &handles, monitor, &shared));
    }
    p
}

/// Adds a step with the settings and the rule of the case, spawned or in place.
fn add(
    p: &mut Pipeline<'static, String>,
    sim: &Sim,
    case: &Case,
    at: usize,
    handles: &[Handle<usize>],
    monitor: &Arc<Monitor>,
    [shared, paced]: &[SharedResource; 2],
) -> Handle<usize> {
    let step = &case.steps[at];
    let play = Play::new(monitor.clone(), sim.clock(), case, at);
    let name = format!("s{at}");
    let mut builder = p.step(&name).with(|settings| settings_of(step, settings));
    for (resource, units) in &step.uses {
        builder = builder.uses(format!("r{resource}"), *units);
    }
    if step.shared_units > 0 {
        builder = builder.uses(shared, step.shared_units);
    }
    if step.is_paced {
        builder = builder.uses(paced, 1);
    }
    for &before in &step.follows {
        builder = builder.follows(handles[before]);
    }
    if step.after_all {
        builder = builder.after_all();
    }
    if let Some(delay) = step.asks_for {
        builder = builder.retry_if(move |_| Retry::After(ms(delay)));
    }
    let expected = step.needs.clone();
    let is_right = move |(out, at): (&Out<usize>, &usize)| **out == *at;
    let all_there = {
        let expected = expected.clone();
        move |outs: Vec<Out<usize>>| assert!(outs.len() == expected.len() && outs.iter().zip(&expected).all(is_right))
    };
    let settled = {
        let expected = expected.clone();
        move |outs: Vec<Result<Out<usize>, Unmet<String>>>| {
            let mut there = outs.iter().zip(&expected).filter_map(|(out, at)| Some((out.as_ref().ok()?, at)));
            assert!(outs.len() == expected.len() && there.all(is_right));
        }
    };
    let joined = move |outs: Vec<Option<Out<usize>>>| {
        let there: Vec<_> = outs.iter().zip(&expected).filter_map(|(out, at)| Some((out.as_ref()?, at))).collect();
        assert!(outs.len() == expected.len() && there.into_iter().all(is_right));
    };
    macro_rules! run {
        ($builder:expr, $check:expr) => {{
            let check = $check;
            if step.may_skip() {
                $builder.run_maybe(move |outs| {
                    check(outs);
                    play.attempt()
                })
            } else {
                $builder.run(move |outs| {
                    check(outs);
                    let attempt = play.attempt();
                    async move { Ok(attempt.await?.expect("it does not skip itself")) }
                })
            }
        }};
    }
    macro_rules! finish {
        ($builder:expr, $check:expr) => {
            if step.spawned {
                run!($builder.spawn_on(Lingering::new(sim, ms(step.lingers))), $check)
            } else {
                run!($builder, $check)
            }
        };
    }
    let needs: Vec<_> = step.needs.iter().map(|&need| handles[need]).collect();
    match step.when {
        When::AllDone => finish!(builder.needs(needs).when_all_done(), settled),
        When::AnyFailed => finish!(builder.needs(needs).when_any_failed(), settled),
        When::NoneFailed => finish!(builder.needs(needs).when_none_failed(), joined),
        When::SkipOnError => finish!(builder.needs(needs).skip_on_error(), all_there),
        _ => finish!(builder.needs(needs), all_there),
    }
}

fn settings_of<'a>(step: &Step, settings: Settings<'a>) -> Settings<'a> {
    let mut settings = settings.retries(step.retries).with_never_cancel(step.never_cancel);
    if step.optional {
        settings = settings.optional();
    }
    if let Some(delay) = step.delay {
        settings = settings.backoff(Backoff::fixed(ms(delay)));
    }
    if let Some(limit) = step.timeout {
        settings = settings.timeout(ms(limit));
        if step.retries > 0 {
            settings = settings.retry_on_timeout(step.retry_on_timeout);
        }
    }
    if let Some(limit) = step.deadline {
        settings = settings.deadline(ms(limit));
    }
    settings
}

impl Act {
    /// What an attempt does.
    pub(crate) async fn act(self, clock: Clock, at: usize) -> Result<Option<usize>, String> {
        match self {
            Self::Succeed(span) => clock.sleep(ms(span)).await,
            Self::Skip(span) => {
                clock.sleep(ms(span)).await;
                return Ok(None);
            }
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
        Ok(Some(at))
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
