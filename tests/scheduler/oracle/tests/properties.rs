//! Properties of every case, whatever its rules are; checked without the oracle's own queries.

use crate::oracle::{Case, Ends, Expected, LastError, Rule, Spec, Status, StepEnd, StopRequest, Why, run};
use crate::random::Random;

#[test]
fn hold_for_random_cases() {
    let mut random = Random::new(1);
    let mut exit_codes = [0_u32; 3];
    for _ in 0..20_000 {
        for case in [random.case(5), random.case_with_meanings(5)] {
            let expected = run(&case);
            check_properties(&case, &expected);
            assert_eq!(expected, run(&case), "two runs differ: {case}");
            exit_codes[usize::from(expected.exit_code)] += 1;
        }
    }
    assert!(exit_codes.iter().all(|&count| count > 1_000), "the cases are too much alike: {exit_codes:?}");
}

fn check_properties(case: &Case, expected: &Expected) {
    let context = || format!("{case}\n{expected}");
    assert_eq!(expected.steps.len(), case.steps.len(), "a step did not end: {}", context());
    let last_end = expected.steps.iter().map(|end| end.ended_at).max();
    assert_eq!(expected.finished_at, last_end.unwrap_or(0), "{}", context());
    assert!(expected.starts.is_sorted_by_key(|(time, _)| *time), "{}", context());
    for id in 0..case.steps.len() {
        assert!(end_is_consistent(case, expected, id), "the end of step {id}: {}", context());
        assert!(starts_are_consistent(expected, id), "the starts of step {id}: {}", context());
    }
    for start in 0..expected.starts.len() {
        assert!(start_respects_others(case, expected, start), "start {start}: {}", context());
        assert!(start_fits(case, expected, start), "no room for start {start}: {}", context());
    }
}

/// Whether status, cause and error fit together, and the steps that the cause names ended accordingly.
fn end_is_consistent(case: &Case, expected: &Expected, id: usize) -> bool {
    let (spec, end) = (&case.steps[id], &expected.steps[id]);
    let fails_alone = |end: &StepEnd| {
        matches!(end.why, Why::Own | Why::TimedOut | Why::Deadline | Why::Panicked | Why::Blocked { .. })
    };
    let reason_fits = match (end.status, end.why) {
        (Status::Success, Why::Done) => true,
        (Status::Failed, _) if fails_alone(end) => true,
        (Status::Failed | Status::Skipped, Why::Dependency { root, via }) => {
            case.needs(id).any(|need| need == via)
                && expected.steps[via].status != Status::Success
                && !matches!(expected.steps[root].why, Why::Done | Why::Dependency { .. })
        }
        (Status::Skipped, Why::NotNeeded) => spec.rule == Rule::AnyFailed,
        (Status::Skipped, Why::ByItself) => spec.script.iter().any(|attempt| attempt.ends == Ends::Skips),
        (Status::Skipped | Status::Cancelled, Why::Stopped { by }) => {
            !case.steps[by].optional && fails_alone(&expected.steps[by]) && expected.exit_code == 1
        }
        (Status::Skipped | Status::Cancelled, Why::Token) => {
            case.stops.iter().any(|(_, stop)| *stop == StopRequest::Cancel)
        }
        (Status::Skipped | Status::Cancelled, Why::Drain) => {
            case.stops.iter().any(|(_, stop)| *stop == StopRequest::Drain)
        }
        (Status::Skipped | Status::Cancelled, Why::RunDeadline) => case.run_deadline.is_some(),
        _ => false,
    };
    let error_fits = match (end.status, end.why) {
        (Status::Failed, Why::Own) => end.last_error == Some(LastError::Own),
        (Status::Failed, Why::TimedOut) => end.last_error == Some(LastError::TimedOut),
        (Status::Cancelled, _) => end.attempts == 1 || end.last_error.is_some(),
        _ => end.last_error.is_none(),
    };
    let was_skipped = end.status == Status::Skipped && end.why != Why::ByItself;
    let never_ran = was_skipped || matches!(end.why, Why::Dependency { .. });
    // A first attempt may also wait in vain for what an attempt that was given up holds.
    let attempts_fit = never_ran == (end.attempts == 0) || matches!(end.why, Why::Blocked { .. });
    let lateness_fits = !end.late || (end.status == Status::Success && spec.never_cancel);
    reason_fits && error_fits && attempts_fit && lateness_fits && end.attempts <= spec.retries + 1
}

fn starts_are_consistent(expected: &Expected, id: usize) -> bool {
    let end = &expected.steps[id];
    let mut starts = expected.starts.iter().filter(|(_, step)| *step == id).map(|(time, _)| *time);
    end.started_at == starts.clone().next()
        && end.attempts as usize == starts.clone().count()
        && starts.all(|time| time <= end.ended_at)
}

/// Whether all steps that had to end before this start did, with the outcome that it requires.
fn start_respects_others(case: &Case, expected: &Expected, start: usize) -> bool {
    let (now, id) = expected.starts[start];
    let spec = &case.steps[id];
    let had_ended = |other: usize| expected.steps[other].ended_at <= now;
    let status = |need: usize| expected.steps[need].status;
    let needs_fit = match spec.rule {
        Rule::Default | Rule::SkipOnError => case.needs(id).all(|need| status(need) == Status::Success),
        Rule::AllDone => true,
        Rule::AnyFailed => case.needs(id).any(|need| status(need) != Status::Success),
        Rule::NoneFailed => {
            let has_failed = case.needs(id).any(|need| matches!(status(need), Status::Failed | Status::Cancelled));
            let has_none = case.needs(id).next().is_none();
            !has_failed && (has_none || case.needs(id).any(|need| status(need) == Status::Success))
        }
    };
    needs_fit && case.waits_for(id).all(had_ended)
}

/// Whether the attempts in flight leave a permit and the units for this start.
fn start_fits(case: &Case, expected: &Expected, start: usize) -> bool {
    let (now, id) = expected.starts[start];
    let others = || {
        let earlier = (0..start).filter(|&earlier| attempt_end(case, expected, earlier) > now);
        earlier.map(|earlier| &case.steps[expected.starts[earlier].1])
    };
    let units = |spec: &Spec, resource| -> u32 {
        spec.uses.iter().filter(|(used, _)| *used == resource).map(|(_, units)| *units).sum()
    };
    let has_permit = case.limit.is_none_or(|limit| others().count() < limit as usize);
    has_permit
        && case.capacities.iter().enumerate().all(|(resource, &capacity)| {
            let held: u32 = others().map(|other| units(other, resource)).sum();
            held + units(&case.steps[id], resource) <= capacity
        })
}

/// When the attempt that began with this start ended: by itself, at its time limit, or with its step.
fn attempt_end(case: &Case, expected: &Expected, start: usize) -> u64 {
    let (since, id) = expected.starts[start];
    let spec = &case.steps[id];
    let attempt = expected.starts[..start].iter().filter(|(_, step)| *step == id).count();
    let played = spec.script[attempt.min(spec.script.len() - 1)];
    let by_itself = (played.ends != Ends::Never).then_some(since + played.takes);
    let at_limit = spec.timeout.filter(|_| !spec.never_cancel).map(|timeout| since + timeout);
    let with_step = expected.steps[id].ended_at;
    by_itself.into_iter().chain(at_limit).chain([with_step]).min().unwrap_or(with_step)
}
