//! So many steps that what the next ones need is fetched ahead of them; and so many that wait.

use std::{
    future::{Future, pending},
    pin::{Pin, pin},
    task::Poll,
};

use rungs::{CancelToken, Handle, NoClock, OnFailure, Pipeline, Status};

use crate::support::{Count, Hand, Sim, block, drive, ms};

const STEPS: usize = 50_000;

/// The two needs of a step, if there are that many before it.
fn needs(step: usize) -> Option<[usize; 2]> {
    (step > 1).then(|| [step * 7_919 % step, step / 3])
}

fn sums() -> Vec<u64> {
    let mut sums: Vec<u64> = Vec::new();
    for step in 0..STEPS {
        sums.push(needs(step).map_or(1, |[a, b]| sums[a].wrapping_add(sums[b]).wrapping_add(step as u64)));
    }
    sums
}

/// Step by step as computed by hand, but for one that fails and all that lean on it.
fn runs_right(fails: Option<usize>, limit: u32) {
    let mut p = Pipeline::with_error::<&str>("many");
    let mut steps: Vec<Handle<u64>> = Vec::new();
    for step in 0..STEPS {
        let result = move |sum: u64| if fails == Some(step) { Err("by choice") } else { Ok(sum) };
        let name = step.to_string();
        let next = p.step(&name).skip_on_error();
        steps.push(match needs(step) {
            None => next.run(move || async move { result(1) }),
            Some([a, b]) => next
                .needs((steps[a], steps[b]))
                .run(move |a, b| async move { result(a.wrapping_add(*b).wrapping_add(step as u64)) }),
        });
    }
    let report = futures_lite::future::block_on(p.runner().max_concurrent(limit).run(&NoClock)).unwrap();
    let mut leans = vec![false; STEPS];
    for (step, sum) in sums().into_iter().enumerate() {
        leans[step] = fails == Some(step) || needs(step).is_some_and(|[a, b]| leans[a] || leans[b]);
        let expected = (!leans[step]).then_some(sum);
        assert_eq!(report.output(steps[step]).ok().as_deref().copied(), expected, "step {step}");
    }
    assert_eq!(report.count(Status::Success), leans.iter().filter(|leans| !**leans).count());
}

#[test]
fn all_in_order() {
    runs_right(None, u32::MAX);
}

#[test]
fn one_at_a_time_by_priority() {
    runs_right(None, 1);
}

#[test]
fn one_fails_in_their_midst() {
    runs_right(Some(STEPS / 2), u32::MAX);
    runs_right(Some(STEPS / 2 + 1), 2);
}

#[test]
fn one_failure_among_many_ends_each_step_whatever_it_does_to_the_run() {
    for on_failure in [OnFailure::GoOn, OnFailure::Drain, OnFailure::Cancel] {
        let mut p = Pipeline::with_error::<&str>("many");
        let mut before: Option<Handle<()>> = None;
        for job in 0..30_000 {
            let name = format!("job {job}");
            // Chains of ten; the first of one of them fails.
            let chained = before.filter(|_| job % 10 != 0);
            let fails = job == 17_000;
            let step = p.step(&name).after(chained.into_iter().collect::<Vec<_>>());
            before = Some(step.run(move || async move { if fails { Err("disk full") } else { Ok(()) } }));
        }
        let run = p.runner().on_failure(on_failure).max_concurrent(96);
        let report = block(run.run(&NoClock)).unwrap();
        assert_eq!((report.exit_code(), report.count(Status::Pending), report.count(Status::Running)), (1, 0, 0));
        assert!(report.to_string().contains("\njob 17000  "), "{on_failure:?}");
        if on_failure == OnFailure::GoOn {
            assert_eq!((report.count(Status::Success), report.count(Status::Failed)), (29_990, 10));
        }
    }
}

const WAITING: usize = 100_000;

/// What a run comes to when it is polled for as long as it wakes itself: each poll gives way after its budget, so that it takes
/// many of them.
fn rest<T>(run: Pin<&mut impl Future<Output = T>>) -> Option<T> {
    match Hand::new().poll_to_rest(run) {
        Poll::Ready(ended) => Some(ended),
        Poll::Pending => None,
    }
}

#[test]
fn a_hundred_thousand_that_wait_time_out_together() {
    let sim = Sim::new();
    let mut p = Pipeline::with_error::<&str>("waiting");
    for n in 0..WAITING {
        p.step(&n.to_string()).timeout(ms(10)).retries(1).retry_delay(ms(5)).run(pending::<Result<(), _>>);
    }
    let report = sim.run(p.runner()).unwrap();
    assert_eq!((report.count(Status::Failed), report.duration()), (WAITING, ms(25)));
    assert!(report.steps().all(|step| step.attempts() == 2));
    assert_eq!(report.to_string().lines().count(), WAITING + 3);
}

#[test]
fn a_hundred_thousand_that_wait_are_cancelled_or_dropped() {
    let (token, alive) = (CancelToken::new(), Count::new());
    let mut p = Pipeline::with_error::<&str>("waiting");
    for n in 0..WAITING {
        p.step(&n.to_string()).run(|| async {
            let _alive = alive.guard();
            pending::<Result<(), _>>().await
        });
    }
    {
        let mut run = pin!(p.runner().cancel(&token).run(&NoClock));
        assert!(rest(run.as_mut()).is_none());
        assert_eq!(alive.get(), WAITING);
        token.cancel();
        let report = rest(run.as_mut()).unwrap().unwrap();
        assert_eq!((report.count(Status::Cancelled), alive.get()), (WAITING, 0));
    }
    {
        let mut run = pin!(p.run(&NoClock));
        assert!(rest(run.as_mut()).is_none());
        assert_eq!(alive.get(), WAITING);
    }
    assert_eq!(alive.get(), 0);
}

#[test]
fn a_hundred_thousand_that_wait_to_be_retried_are_drained() {
    let clock = Sim::new().clock();
    let token = CancelToken::new();
    let mut p = Pipeline::with_error::<&str>("waiting");
    for n in 0..WAITING {
        p.step(&n.to_string()).retries(5).retry_delay(ms(1_000)).run(|| async { Err::<(), _>("no") });
    }
    let mut run = pin!(p.runner().cancel(&token).run(&clock));
    assert!(rest(run.as_mut()).is_none());
    token.drain();
    let report = rest(run.as_mut()).unwrap().unwrap();
    assert_eq!(report.count(Status::Cancelled), WAITING);
    assert!(report.steps().all(|step| step.error() == Some(rungs::StepError::Failed(&"no"))));
}

#[test]
fn a_chain_of_a_hundred_thousand_fails_with_its_head() {
    let mut p = Pipeline::with_error::<&str>("chain");
    let mut last = p.step("0").run(|| async { Err::<(), _>("no") });
    for n in 1..WAITING {
        last = p.step(&n.to_string()).after(last).run(|| async { Ok(()) });
    }
    let report = block(p.run(&NoClock)).unwrap();
    assert_eq!(report.count(Status::Failed), WAITING);
    assert_eq!(report.get("99999").unwrap().reason().unwrap().to_string(), "`0` failed, through `99998`");
    drop(p);
    assert_eq!(report.output(last).unwrap_err().root(), Some("0"));
}

#[test]
fn each_of_many_may_need_each_of_many() {
    let sim = Sim::new();
    let mut p = Pipeline::with_error::<&str>("dense");
    let above: Vec<_> = (0..500).map(|n| p.step(&format!("a{n}")).run(|| async { Ok(()) })).collect();
    let below: Vec<_> =
        (0..500).map(|n| p.step(&format!("b{n}")).after(above.clone()).run(|| async { Ok(()) })).collect();
    p.step("last").after(below).run(|| async { Ok(()) });
    assert!(drive(&sim, p.run(&NoClock)).unwrap().is_success());
    let arrows = p.visualize().dot().to_string().matches(" -> ").count();
    assert_eq!((arrows, p.visualize().to_string().lines().count()), (500 * 500 + 500, 2 + 3 + 1_001));
}
