//! What the end of a step does to its dependents.

use crate::{Bad, Sim, run};
use rungs::{Cause, EventKind, NoClock, Pipeline, Status, StepError, StepResult, StepResults};
use std::{collections::BTreeSet, future::Future, task::Poll};

#[rungs::pipeline(error = Bad, name = "chain of causes")]
mod causes {
    use super::*;

    #[step]
    async fn root() -> Result<u8, Bad> {
        Err(Bad("no power"))
    }

    #[step]
    async fn middle(root: &u8) -> Result<u8, Bad> {
        Ok(*root)
    }

    #[step]
    async fn end(middle: &u8) -> Result<u8, Bad> {
        Ok(*middle)
    }

    #[step(skip_on_error, after(middle))]
    async fn spared() -> Result<(), Bad> {
        Ok(())
    }

    #[step(optional, after(spared))]
    async fn skipped() -> Result<(), Bad> {
        Ok(())
    }

    #[step(when_all_done)]
    async fn tidy(middle: Result<&u8, Cause>, free: Result<&u8, Cause>) -> Result<(bool, u8), Bad> {
        Ok((middle.is_err(), *free.map_err(|_| Bad("free is free"))?))
    }

    #[step(when_any_failed, after(free))]
    async fn alarm(middle: Result<&u8, Cause>) -> Result<Cause, Bad> {
        middle.err().ok_or(Bad("it did fail"))
    }

    #[step(when_any_failed)]
    async fn quiet(free: Result<&u8, Cause>) -> Result<(), Bad> {
        free.map(|_| ()).map_err(|_| Bad("free is free"))
    }

    #[step]
    async fn free() -> Result<u8, Bad> {
        Ok(7)
    }
}

#[test]
fn failures_propagate_with_their_root() {
    let report = run(&Sim::new(), causes::run(&NoClock));
    let [root, middle] = [causes::step_ids::ROOT, causes::step_ids::MIDDLE];
    let through_middle = Cause::Dependency { root, via: middle };

    let ended = |name| (report.get(name).unwrap().status(), report.get(name).unwrap().cause());
    assert_eq!(ended("root"), (Status::Failed, Some(Cause::Failed)));
    assert_eq!(ended("middle"), (Status::Failed, Some(Cause::Dependency { root, via: root })));
    assert_eq!(ended("end"), (Status::Failed, Some(through_middle)));
    assert_eq!(ended("spared"), (Status::Skipped, Some(through_middle)));
    assert_eq!(ended("skipped").0, Status::Skipped);
    assert_eq!(ended("tidy"), (Status::Success, None));
    assert_eq!(ended("quiet"), (Status::Skipped, Some(Cause::NotNeeded)));
    assert_eq!(report.outputs.tidy, Some((true, 7)));
    assert_eq!(report.outputs.alarm, Some(Cause::Dependency { root, via: root }));
    assert_eq!(report.outputs.end, None);
    assert_eq!(report.get("end").unwrap().error(), Some(StepError::Dependency { root, via: middle }));
    assert_eq!(report.exit_code(), 1);
    assert_eq!(report.steps().len(), 9);
    assert_eq!(report.count(Status::Failed), 3);
    assert_eq!(
        report.to_string(),
        "\
Report: chain of causes
step     status     tries     start  duration  cause
root     failed         1         0         0  no power
middle   failed         0         -         -  `root` failed
end      failed         0         -         -  `root` failed, through `middle`
spared   skipped        0         -         -  `root` failed, through `middle`
skipped  skipped        0         -         -  `root` failed, through `spared` (optional)
tidy     success        1         0         0
alarm    success        1         0         0
quiet    skipped        0         -         -  not needed
free     success        1         0         0
9 steps: 3 succeeded, 1 failed, 2 more for a failed need, 3 skipped (not needed: 1), \
0 cancelled in 0, exit code 1"
    );
}

#[test]
fn events_give_the_reasons_of_the_report() {
    let mut told = Vec::new();
    let runner = causes::runner().on_event(|event| {
        if let EventKind::Ended { cause: Some(_), .. } = event.kind {
            told.push(event.to_string());
        }
    });
    let report = run(&Sim::new(), runner.run((), &NoClock));
    let unsuccessful = report.steps().filter_map(|step| Some((step, step.reason()?)));
    let lines: BTreeSet<_> =
        unsuccessful.map(|(step, reason)| format!("{}: {}: {reason}", step.name(), step.status())).collect();
    assert_eq!(told.iter().cloned().collect::<BTreeSet<_>>(), lines);
    assert!(told.contains(&"spared: skipped: `root` failed, through `middle`".to_string()), "{told:#?}");
}

/// What a function of an application makes of a report, of whichever API.
fn failed(steps: StepResults<'_, Bad>) -> Vec<String> {
    let words = |step: StepResult<'_, Bad>| format!("{}: {}", step.name(), step.reason().unwrap());
    steps.filter(|step| step.status() == Status::Failed && step.is_required()).map(words).collect()
}

#[test]
fn one_view_serves_the_reports_of_both_apis() {
    let by_macro = run(&Sim::new(), causes::run(&NoClock));
    assert_eq!((&by_macro).into_iter().count(), 9);
    let mut p = Pipeline::with_code("by hand");
    let root = p.step("root").run(|| async { Err::<u8, _>(Bad("no power")) });
    let middle = p.step("middle").needs(root).run(|root| async move { Ok(*root) });
    p.step("end").needs(middle).run(|middle| async move { Ok(*middle) });
    let by_hand = futures_lite::future::block_on(p.run(&NoClock)).unwrap();
    let told = ["root: no power", "middle: `root` failed", "end: `root` failed, through `middle`"];
    assert_eq!(
        (failed(by_macro.steps()), failed(by_hand.steps())),
        (told.map(String::from).into(), told.map(String::from).into())
    );
}

#[test]
fn a_diagram_needs_no_run() {
    assert_eq!(
        causes::visualize().to_string(),
        "\
Pipeline: chain of causes
========================================
Level 0:
  - root
  - free
Level 1:
  - middle <- [root]
  - quiet <- [free]
Level 2:
  - end <- [middle]
  - spared <- [middle]
  - tidy <- [middle, free]
  - alarm <- [middle, free]
Level 3:
  - skipped <- [spared]
"
    );
    assert!(causes::visualize().mermaid().to_string().contains("s0 --> s1"));
    assert!(causes::visualize().dot().to_string().starts_with("digraph \"chain of causes\""));
}

#[rungs::pipeline(error = Bad)]
mod empty {
    use super::*;
}

#[test]
fn a_pipeline_without_steps_has_ended() {
    let report = run(&Sim::new(), empty::run(&NoClock));
    assert!(report.is_success());
    assert_eq!(report.steps().count(), 0);
}

#[rungs::pipeline(error = Bad)]
mod yielding {
    use super::*;

    #[step]
    async fn first() -> Result<u8, Bad> {
        Ok(1)
    }

    /// Is pending once, and wakes itself.
    #[step]
    async fn second(first: &u8) -> Result<u8, Bad> {
        let mut polled = false;
        std::future::poll_fn(|cx| {
            cx.waker().wake_by_ref();
            if std::mem::replace(&mut polled, true) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        Ok(*first + 1)
    }

    #[step]
    async fn third(second: &u8, first: &u8) -> Result<u8, Bad> {
        Ok(*second + *first)
    }
}

#[test]
fn a_run_goes_on_where_a_step_was_pending() {
    let report = futures_lite::future::block_on(yielding::run(&NoClock));
    assert_eq!(report.outputs.third, Some(3));
}

#[test]
fn a_run_is_send_when_its_steps_are() {
    fn is_send(_: impl Future + Send) {}
    is_send(yielding::run(&NoClock));
    is_send(causes::runner().on_event(|_| {}).run((), &NoClock));
    let report = std::thread::spawn(|| futures_lite::future::block_on(yielding::run(&NoClock))).join().unwrap();
    assert!(report.is_success());
}

#[rungs::pipeline(error = Bad)]
mod skips {
    use super::*;

    #[step(optional)]
    async fn root() -> Result<(), Bad> {
        Err(Bad("no"))
    }

    #[step(skip_on_error, after(root))]
    async fn spared() -> Result<(), Bad> {
        Ok(())
    }

    #[step(after(spared))]
    async fn behind() -> Result<(), Bad> {
        Ok(())
    }
}

#[test]
fn a_skip_whose_root_is_a_failure_leaves_the_exit_code_alone() {
    let report = run(&Sim::new(), skips::run(&NoClock));
    assert_eq!((report.count(Status::Skipped), report.exit_code()), (2, 0), "{report}");
    assert!(report.is_success());
}
