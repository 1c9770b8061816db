//! Errors of needs, handed on to the steps that run nevertheless.

use crate::{Bad, Sim, ms, run};
use rungs::{Cause, NoClock, Origin, Status, StepError, Unmet};
use std::{
    future::pending,
    sync::atomic::{AtomicU32, Ordering},
};

/// Counts its clones.
#[derive(Debug)]
pub struct Dear(&'static str, &'static AtomicU32);

impl Clone for Dear {
    fn clone(&self) -> Self {
        self.1.fetch_add(1, Ordering::Relaxed);
        Self(self.0, self.1)
    }
}

impl PartialEq for Dear {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl std::fmt::Display for Dear {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

static CLONES: AtomicU32 = AtomicU32::new(0);

#[rungs::pipeline(error = Dear, name = "handed on")]
mod handed_on {
    use super::*;

    #[step]
    async fn port() -> Result<u16, Dear> {
        Err(Dear("no such port", &CLONES))
    }

    #[step]
    async fn address(port: &u16) -> Result<u16, Dear> {
        Ok(*port)
    }

    #[step]
    async fn name() -> Result<String, Dear> {
        Ok("host".into())
    }

    #[step(when_any_failed)]
    async fn alarm(name: Result<String, Unmet<Dear>>, address: Result<&u16, Unmet<Dear>>) -> Result<[String; 2], Dear> {
        let unmet = address.err().unwrap();
        assert_eq!((unmet.name(), unmet.root(), unmet.status()), ("address", "port", Status::Failed));
        assert!(matches!(unmet.cause(), Cause::Dependency { .. }));
        assert!(matches!(unmet.origin(), Some(Origin::Dependency { root: "port", via: None, .. })));
        assert_eq!(unmet.error(), Some(&StepError::Failed(Dear("no such port", &CLONES))));
        Ok([name.unwrap(), unmet.to_string()])
    }

    /// Beside it, another step asks for the cause alone.
    #[step(when_all_done, after(alarm))]
    async fn told(port: Result<&u16, Cause>) -> Cause {
        port.unwrap_err()
    }
}

/// One clone of the error for each attempt of a step that is told it; the report has the error itself.
#[test]
fn the_error_of_the_root_is_handed_on_by_value() {
    let report = run(&Sim::new(), handed_on::run(&NoClock));
    let told = ["host".to_owned(), "`address` failed: `port` failed: no such port".to_owned()];
    assert_eq!(report.outputs.alarm, Some(told));
    assert_eq!(report.outputs.told, Some(Cause::Failed));
    assert_eq!(CLONES.load(Ordering::Relaxed), 2);
    assert!(matches!(report.get("port").unwrap().error(), Some(StepError::Failed(Dear("no such port", _)))));
}

#[rungs::pipeline(error = Bad)]
mod ends {
    use super::*;

    #[step(timeout = ms(5))]
    async fn slow() -> Result<u8, Bad> {
        pending().await
    }

    #[step(deadline = ms(5), retries = 3, backoff = fixed(ms(9)))]
    async fn busy() -> Result<u8, Bad> {
        Err(Bad("busy"))
    }

    #[step(maybe)]
    async fn gate() -> Result<Option<u8>, Bad> {
        Ok(None)
    }

    #[step]
    async fn behind(gate: &u8) -> u8 {
        *gate
    }

    #[step]
    async fn cut() -> u8 {
        pending().await
    }

    #[step]
    async fn never(cut: &u8) -> u8 {
        *cut
    }

    #[step(when_all_done, retries = 1)]
    async fn told(
        slow: Result<&u8, Unmet<Bad>>,
        busy: Result<&u8, Unmet<Bad>>,
        gate: Result<&u8, Unmet<Bad>>,
        behind: Result<&u8, Unmet<Bad>>,
        cut: Result<&u8, Unmet<Bad>>,
        never: Result<&u8, Unmet<Bad>>,
        cx: &rungs::StepCx,
    ) -> Result<Vec<String>, Bad> {
        let all = [slow, busy, gate, behind, cut, never].map(|need| need.unwrap_err().to_string());
        // A further attempt is told the same.
        if cx.attempt() == 1 { Err(Bad("once")) } else { Ok(all.into()) }
    }
}

#[test]
fn every_end_is_told() {
    let sim = Sim::new();
    let report = run(&sim, ends::runner().deadline(ms(50)).run((), &sim.clock()));
    assert_eq!(
        report.outputs.told.unwrap(),
        [
            "`slow` failed: timed out",
            "`busy` failed: busy",
            "`gate` was skipped by itself",
            "`behind` was skipped: `gate` was skipped",
            "`cut` was cancelled: the run's deadline passed",
            "`never` was skipped: the run's deadline passed",
        ],
    );
}

/// A run that hands errors on may be sent to another thread.
#[test]
fn a_run_that_hands_errors_on_is_send() {
    fn is_send<T: Send>(_: &T) {}
    is_send(&handed_on::run(&NoClock));
    is_send(&listed::run(&mut listed::Device { broken: [true; 3], is_retried: false }, &NoClock));
}

#[rungs::pipeline(error = Bad)]
mod listed {
    use super::*;
    use rungs::fixed::UnmetCx;

    pub struct Device {
        pub broken: [bool; 3],
        pub is_retried: bool,
    }

    fn result(name: &'static str, is_broken: bool) -> Result<&'static str, Bad> {
        if is_broken { Err(Bad(name)) } else { Ok(name) }
    }

    fn lines(cx: &UnmetCx<'_, Bad>) -> Vec<String> {
        cx.unmet().map(ToString::to_string).collect()
    }

    #[step]
    async fn rail(broken: &[bool; 3]) -> Result<&'static str, Bad> {
        result("no rail", broken[0])
    }

    #[step]
    async fn imu(broken: &[bool; 3]) -> Result<&'static str, Bad> {
        result("no imu", broken[1])
    }

    #[step(maybe)]
    async fn radio(broken: &[bool; 3]) -> Option<u8> {
        (!broken[2]).then_some(7)
    }

    #[step(after(rail))]
    async fn probe() {}

    /// A parameter first, then what is in `after`; a mere order is no need.
    #[step(when_all_done, after(probe), follows(rail), retries = 1)]
    async fn named(
        is_retried: &bool,
        imu: Result<&&'static str, Unmet<Bad>>,
        cx: &UnmetCx<'_, Bad>,
    ) -> Result<Vec<String>, Bad> {
        assert_eq!(imu.err().map(|unmet| unmet.to_string()), lines(cx).into_iter().find(|line| line.contains("imu")));
        if *is_retried && cx.attempt() == 1 { Err(Bad("once")) } else { Ok(lines(cx)) }
    }

    /// A parameter that is told its cause alone, then all others in the order of declaration.
    #[step(when_any_failed, after_all)]
    async fn all(radio: Result<&u8, Cause>, cx: &UnmetCx<'_, Bad>) -> Vec<String> {
        assert_eq!(radio.err(), cx.unmet().find(|unmet| unmet.name() == "radio").map(Unmet::cause));
        lines(cx)
    }

    /// A join is told of what was pruned.
    #[step(when_none_failed, after(radio, named))]
    async fn join(cx: &UnmetCx<'_, Bad>) -> Vec<String> {
        lines(cx)
    }

    /// Another step takes its own context as it always did.
    #[step(when_all_done, after(all))]
    async fn plain(cx: &rungs::StepCx) -> String {
        cx.name().to_owned()
    }
}

/// What each step is told, for every way in which the first steps may end.
#[test]
fn needs_that_are_no_parameters_are_listed_as_well() {
    for ends in 0..8_u8 {
        let broken = [1, 2, 4].map(|bit| ends & bit != 0);
        let told = |all: [Option<&str>; 4]| -> Vec<String> { all.into_iter().flatten().map(str::to_owned).collect() };
        let rail = broken[0].then_some("`rail` failed: no rail");
        let imu = broken[1].then_some("`imu` failed: no imu");
        let radio = broken[2].then_some("`radio` was skipped by itself");
        let probe = broken[0].then_some("`probe` failed: `rail` failed: no rail");
        for is_retried in [false, true] {
            let mut device = listed::Device { broken, is_retried };
            let outputs = run(&Sim::new(), listed::run(&mut device, &NoClock)).outputs;
            assert_eq!(outputs.named, Some(told([imu, probe, None, None])));
            let all = told([radio, rail, imu, probe]);
            assert_eq!(outputs.all, (broken[0] || broken[1]).then_some(all));
            assert_eq!(outputs.join, Some(told([radio, None, None, None])));
            assert_eq!(outputs.plain.as_deref(), Some("plain"));
        }
    }
}

/// The list of the dynamic API has the same needs.
#[test]
fn both_apis_list_the_same_needs() {
    let sim = Sim::new();
    let mut pipeline = rungs::Pipeline::with_code::<Bad>("listed");
    let rail = pipeline.step("rail").run(async || Err::<(), _>(Bad("no rail")));
    let imu = pipeline.step("imu").run(async || Err::<(), _>(Bad("no imu")));
    pipeline.step("radio").run_maybe(async || Ok(None::<u8>));
    let probe = pipeline.step("probe").after(rail).run(async || Ok(()));
    let lines = async |cx: rungs::StepCx<Bad>| Ok(cx.unmet().map(|unmet| unmet.to_string()).collect::<Vec<_>>());
    let named = pipeline.step("named").after(imu).after(probe).follows(rail).when_all_done().run_with(lines);
    let all = pipeline.step("all").after_all().when_any_failed().run_with(lines);
    let report = run(&sim, pipeline.run(&sim.clock())).unwrap();
    let mut device = listed::Device { broken: [true; 3], is_retried: false };
    let outputs = run(&sim, listed::run(&mut device, &sim.clock())).outputs;
    let sorted = |lines: &[String]| {
        let mut lines = lines.to_vec();
        lines.sort();
        lines
    };
    assert_eq!(outputs.named.as_deref().map(sorted), Some(sorted(&report.output(named).unwrap())));
    assert_eq!(outputs.all.as_deref().map(sorted), Some(sorted(&report.output(all).unwrap())));
}

/// A pipeline none of whose steps asks has no room for the list.
#[test]
fn only_a_pipeline_that_asks_has_room_for_the_list() {
    #[rungs::pipeline(error = Bad)]
    mod asking {
        use crate::Bad;
        use rungs::fixed::UnmetCx;

        #[step]
        async fn work() -> Result<u8, Bad> {
            Err(Bad("broken"))
        }

        #[step(when_all_done, after(work))]
        async fn tell(cx: &UnmetCx<'_, Bad>) {
            assert_eq!(cx.unmet().count(), 1);
        }
    }

    #[rungs::pipeline(error = Bad)]
    mod silent {
        use crate::Bad;

        #[step]
        async fn work() -> Result<u8, Bad> {
            Err(Bad("broken"))
        }

        #[step(when_all_done, after(work))]
        async fn tell(cx: &rungs::StepCx) {
            assert_eq!(cx.attempt(), 1);
        }
    }

    let (asking, silent) = (asking::run(&NoClock), silent::run(&NoClock));
    let room = size_of::<Option<Unmet<Bad>>>();
    assert!(size_of_val(&asking) >= size_of_val(&silent) + room);
    let told = run(&Sim::new(), async { [asking.await.exit_code(), silent.await.exit_code()] });
    assert_eq!(told, [1, 1]);
}
