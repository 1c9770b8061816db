//! What may cross threads, and what stays.

use std::{cell::Cell, marker::PhantomData, rc::Rc};

use rungs::{LocalPipeline, NoClock, Pipeline, Report};

use crate::support::{Sim, block, drive, ms};

fn assert_send<T: Send>(sent: T) -> T {
    sent
}

#[test]
fn a_run_of_a_pipeline_is_send() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::new("send");
    let a = p.step("a").timeout(ms(5)).run(|| async { Ok(clock.sleep(ms(1)).await) });
    p.step("b").needs(a).run(|_| async { Ok(()) });
    let mut p = assert_send(p);
    let report = drive(&sim, assert_send(p.run(&clock))).unwrap();
    let report: Report<_> = assert_send(report);
    let run = assert_send(p.runner().on_event(|_| ()).run(&clock));
    assert!(drive(&sim, run).unwrap().is_success());
    assert!(report.is_success());
}

/// Tells whether a type is `Send`: the trait that is found first is the one for those that are.
struct Probe<T>(PhantomData<T>);

fn probe<T>(_: &T) -> Probe<T> {
    Probe(PhantomData)
}

trait IsSend {
    fn is_send(&self) -> bool {
        true
    }
}

impl<T: Send> IsSend for Probe<T> {}

trait IsNotSend {
    fn is_send(&self) -> bool {
        false
    }
}

impl<T> IsNotSend for &Probe<T> {}

#[test]
fn a_run_of_a_local_pipeline_is_not() {
    let mut local = LocalPipeline::new("local");
    let mut shared = Pipeline::new("shared");
    let probes = (probe(&local.run(&NoClock)), probe(&shared.run(&NoClock)));
    let (local, shared) = (&probes.0, &probes.1);
    assert!(!local.is_send());
    assert!(shared.is_send());
}

#[test]
fn a_pipeline_runs_on_another_thread() {
    let mut p = Pipeline::new("elsewhere");
    let n = p.step("n").run(|| async { Ok(42) });
    let report = std::thread::scope(|scope| scope.spawn(|| block(p.run(&NoClock))).join().unwrap()).unwrap();
    assert_eq!(*report.output(n).unwrap(), 42);
}

#[test]
fn a_local_pipeline_takes_what_stays_on_its_thread() {
    let calls = Rc::new(Cell::new(0));
    let mut p = LocalPipeline::new("local");
    let text = p.step("text").run(|| {
        let calls = calls.clone();
        async move {
            calls.set(calls.get() + 1);
            Ok(Rc::new("text".to_string()))
        }
    });
    let long = p.step("long").needs(text).run(|text| async move {
        crate::support::give_way().await;
        Ok(Rc::new(Cell::new(text.len())))
    });
    for run in 1..=3 {
        let report = block(p.run(&NoClock)).unwrap();
        assert_eq!(report.output(long).unwrap().get(), 4);
        assert_eq!(report.output_named::<Rc<String>>("text").unwrap().as_str(), "text");
        assert_eq!(calls.get(), run);
    }
}

#[test]
fn needs_by_name_in_a_local_pipeline() {
    let mut p = LocalPipeline::new("local");
    let sum = p.step("sum").depends_on(["n"]).run(|inputs| async move { Ok(**inputs.get::<Rc<u32>>("n")? + 1) });
    p.step("n").run(|| async { Ok(Rc::new(41_u32)) });
    assert_eq!(*block(p.run(&NoClock)).unwrap().output(sum).unwrap(), 42);
}
