//! So many steps that what the next ones need is fetched ahead of them.

use rungs::{Handle, NoClock, Pipeline, Status};

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
