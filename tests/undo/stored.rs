//! Undos and stores: what is undone is not stored any more, and what is stored can be undone after a crash.

use futures_lite::future::yield_now;
use rungs::{
    Checkpoint, Checkpoints, LocalPipeline, MemoryCheckpoints, NoClock, Pipeline, PipelineError, PlanErrorKind,
    RunEnding, Status,
};
use std::{
    cell::Cell,
    fmt,
    future::Future,
    pin::{Pin, pin},
    task::{Context, Waker},
};

use crate::{Log, block, fates};

/// A store that takes its time, and cannot remove some step.
#[derive(Clone, Default)]
struct Slow {
    kept: MemoryCheckpoints,
    stuck: &'static str,
    ends: std::sync::Arc<Log>,
}

#[derive(Debug)]
struct Stuck;

impl fmt::Display for Stuck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("read only")
    }
}

impl std::error::Error for Stuck {}

impl Slow {
    fn steps(&self) -> Vec<String> {
        self.kept.list().into_iter().map(|kept| kept.step).collect()
    }
}

type Answer<T> = Pin<Box<dyn Future<Output = Result<T, Stuck>> + Send>>;

impl Checkpoints for Slow {
    type Error = Stuck;
    type Loading = Answer<Vec<Checkpoint>>;
    type Storing = Answer<()>;

    fn load(&self) -> Self::Loading {
        let kept = self.kept.clone();
        Box::pin(async move {
            yield_now().await;
            Ok(kept.list())
        })
    }

    fn store(&self, checkpoint: Checkpoint) -> Self::Storing {
        let kept = self.kept.clone();
        Box::pin(async move {
            yield_now().await;
            let Ok(()) = kept.store(checkpoint).await;
            Ok(yield_now().await)
        })
    }

    fn remove(&self, step: &str) -> Self::Storing {
        let (kept, stuck, step) = (self.kept.clone(), self.stuck, String::from(step));
        Box::pin(async move {
            yield_now().await;
            if step == stuck {
                return Err(Stuck);
            }
            let Ok(()) = kept.remove(&step).await;
            Ok(yield_now().await)
        })
    }

    fn ended(&self, ending: &RunEnding<'_>) {
        self.ends.write(format!("{} {}", ending.pipeline(), ending.exit_code()));
    }
}

/// Books a trip whose steps are all checkpoints. The bill comes of the hotel and has no undo.
fn trip<'env>(log: &'env Log, is_sold_out: &'env Cell<bool>) -> LocalPipeline<'env> {
    let mut p = LocalPipeline::new("trip");
    let hotel = p.step("hotel").checkpoint().run(async || {
        log.write("book hotel");
        Ok(String::from("room 12"))
    });
    p.undo(hotel).run(async |room| {
        yield_now().await;
        Ok(log.write(format!("cancel {room}")))
    });
    let bill = p.step("bill").checkpoint().needs(hotel).run(async |_| Ok(log.write("bill")));
    let car = p.step("car").checkpoint().after(bill).run(async || {
        log.write("book car");
        Ok(7)
    });
    p.undo(car).run(async |car| {
        yield_now().await;
        Ok(log.write(format!("return {car}")))
    });
    p.step("note").checkpoint().follows(car).run(async || Ok(log.write("note")));
    p.step("flight")
        .after(car)
        .run(async || if is_sold_out.get() { Err("sold out".into()) } else { Ok(log.write("book flight")) });
    p
}

#[test]
fn what_is_undone_is_not_stored_any_more_and_runs_again() {
    let (log, is_sold_out, store) = (Log::default(), Cell::new(true), Slow::default());
    let mut p = trip(&log, &is_sold_out);
    let report = block(p.runner().checkpoints(store.clone()).undo_on_failure().run(&NoClock)).unwrap();
    assert_eq!(log.take(), ["book hotel", "bill", "book car", "note", "return 7", "cancel room 12"]);
    assert_eq!(fates(report.undo().unwrap())[..2], ["hotel success", "bill skipped: not needed"].map(String::from));
    // The bill came of the hotel; the note came of nothing.
    assert_eq!(store.steps(), ["note"]);
    // The store is told the end of the run, and not that of its undo; an undo of its own is another run.
    assert_eq!(store.ends.take(), ["trip 1"]);
    assert!(block(p.runner().undo(&report).checkpoints(store.clone()).run(&NoClock)).unwrap().is_success());
    assert_eq!(store.ends.take(), ["undo of trip 0"]);
    is_sold_out.set(false);
    let mut p = trip(&log, &is_sold_out);
    let report = block(p.runner().checkpoints(store.clone()).undo_on_failure().run(&NoClock)).unwrap();
    assert!(report.is_success() && report.get("note").unwrap().is_given());
    assert_eq!(log.take(), ["book hotel", "bill", "book car", "book flight"]);
}

#[test]
fn successes_of_an_earlier_run_are_undone_as_well() {
    let (log, is_sold_out, store) = (Log::default(), Cell::new(false), MemoryCheckpoints::new());
    assert!(block(trip(&log, &is_sold_out).runner().checkpoints(store.clone()).run(&NoClock)).unwrap().is_success());
    log.take();
    is_sold_out.set(true);
    let mut p = trip(&log, &is_sold_out);
    let report = block(p.runner().checkpoints(store.clone()).run(&NoClock)).unwrap();
    assert_eq!(report.exit_code(), 1);
    assert_eq!(log.take(), [""; 0]);
    // Without the store, what a second undo with it finds to be stored is taken back again.
    let undo = block(p.runner().undo(&report).checkpoints(store.clone()).run(&NoClock)).unwrap();
    assert_eq!((log.take().join(", "), undo.exit_code()), ("return 7, cancel room 12".into(), 0));
    let again = block(p.runner().undo(&report).checkpoints(store).run(&NoClock)).unwrap();
    assert_eq!((log.take().len(), again.count(Status::Success)), (0, 0));
}

#[test]
fn a_run_that_is_given_a_result_does_not_undo_the_stored_one() {
    let (log, store) = (Log::default(), MemoryCheckpoints::new());
    let mut p: Pipeline<'_> = Pipeline::new("given");
    let one = p.step("one").checkpoint().run(async || Ok(1));
    p.undo(one).run(async |one| Ok(log.write(one)));
    p.step("bad").after(one).run(async || Err::<(), _>("bad".into()));
    assert_eq!(block(p.runner().checkpoints(store.clone()).run(&NoClock)).unwrap().exit_code(), 1);
    let run = p.runner().checkpoints(store.clone()).given(one, 5).undo_on_failure().run(&NoClock);
    assert_eq!(block(run).unwrap().undo().unwrap().count(Status::Success), 0);
    assert_eq!((log.take().len(), store.list().len()), (0, 1));
    // A run without a store knows nothing of it.
    let report = block(p.runner().given(one, 5).undo_on_failure().run(&NoClock)).unwrap();
    assert_eq!((report.exit_code(), log.take().len()), (1, 0));
}

#[test]
fn what_cannot_be_removed_is_told_and_undone_again() {
    let (log, is_sold_out) = (Log::default(), Cell::new(true));
    let store = Slow { stuck: "car", ..Slow::default() };
    let mut p = trip(&log, &is_sold_out);
    let report = block(p.runner().checkpoints(store.clone()).undo_on_failure().run(&NoClock)).unwrap();
    let undo = report.undo().unwrap();
    assert_eq!(fates(undo)[2], "car failed: its result was not stored: read only");
    assert_eq!((undo.exit_code(), store.steps()), (1, vec![String::from("car"), "note".into()]));
    log.take();
    let free = Slow { stuck: "", ..store };
    let undo = block(p.runner().undo(&report).checkpoints(free.clone()).run(&NoClock)).unwrap();
    assert_eq!((log.take(), undo.exit_code(), free.steps()), (vec!["return 7".into()], 0, vec!["note".into()]));
}

#[test]
fn after_a_crash_what_is_stored_is_undone() {
    let (log, is_sold_out, store) = (Log::default(), Cell::new(false), Slow::default());
    let error = block(trip(&log, &is_sold_out).runner().undo_stored().run(&NoClock)).unwrap_err();
    assert_eq!(error.mistakes(), [PlanErrorKind::UndoOfNoStore]);
    let (mut whole, mut doubled) = (0, 0);
    // Cut off after each number of polls, each time in a process of its own.
    for (cut, second) in (0..40).flat_map(|cut| (0..24).map(move |second| (cut, second))) {
        let store = Slow { kept: MemoryCheckpoints::new(), ..store.clone() };
        cut_off(trip(&log, &is_sold_out).runner().poll_budget(1).checkpoints(store.clone()).run(&NoClock), cut);
        let booked = |name: &str| store.steps().iter().any(|step| step == name);
        let to_undo: Vec<_> =
            [("car", "return 7"), ("hotel", "cancel room 12")].into_iter().filter(|(step, _)| booked(step)).collect();
        log.take();
        cut_off(
            trip(&log, &is_sold_out).runner().poll_budget(1).checkpoints(store.clone()).undo_stored().run(&NoClock),
            second,
        );
        // Whatever is stored now, that of which it came is stored, too.
        assert!(!booked("bill") || booked("hotel"), "{:?}", store.steps());
        assert!(!booked("car") || booked("hotel") && booked("bill"), "{:?}", store.steps());
        let undo = block(trip(&log, &is_sold_out).runner().checkpoints(store.clone()).undo_stored().run(&NoClock));
        assert_eq!(undo.unwrap().exit_code(), 0);
        assert!(!booked("car") && !booked("bill") && !booked("hotel"));
        // Each was taken back, in this order; the one that was cut off in the middle perhaps twice.
        let mut undone = log.take();
        let twice = undone.len() - to_undo.len();
        undone.dedup();
        (whole, doubled) = (whole + usize::from(to_undo.len() == 2), doubled + twice);
        assert_eq!((undone, twice <= 1), (to_undo.iter().map(|(_, line)| line.to_string()).collect(), true));
        // A further run does all of it again.
        let report = block(trip(&log, &is_sold_out).runner().checkpoints(store.clone()).run(&NoClock)).unwrap();
        assert!(report.is_success());
        let again = log.take();
        assert!(again.iter().any(|line| line == "book hotel") && again.iter().any(|line| line == "book car"));
    }
    assert!(whole > 100 && doubled > 50, "{whole} {doubled}");
}

/// Polls a run this often and drops it.
fn cut_off(run: impl Future, polls: usize) {
    let mut run = pin!(run);
    for _ in 0..polls {
        if run.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
            break;
        }
    }
}

#[test]
fn of_what_is_stored_the_last_is_undone_first() {
    let (log, store) = (Log::default(), MemoryCheckpoints::new());
    let names = ["b", "a", "d", "c"];
    let pipeline = || {
        let mut p: Pipeline<'_> = Pipeline::new("times");
        for name in names {
            let step = p.step(name).checkpoint().run(async || Ok(()));
            let log = &log;
            p.undo(step).run(move |_| async move { Ok(log.write(name)) });
        }
        p
    };
    assert!(block(pipeline().runner().checkpoints(store.clone()).run(&NoClock)).unwrap().is_success());
    let mut stored = store.list();
    for (second, kept) in (1..).zip(&mut stored) {
        kept.started = Some(std::time::Duration::from_secs(second));
        let Ok(()) = block(store.store(kept.clone()));
    }
    assert!(block(pipeline().runner().checkpoints(store).undo_stored().run(&NoClock)).unwrap().is_success());
    assert_eq!(log.take(), ["d", "c", "b", "a"]);
}

#[test]
fn what_is_outdated_is_warned_of_and_not_undone() {
    let store = MemoryCheckpoints::new();
    let pipeline = |version| {
        let mut p: Pipeline<'_> = Pipeline::new("outdated");
        let step = p.step("step").version(version).checkpoint().run(async || Ok(1));
        p.undo(step).run(async |_| Ok(()));
        p
    };
    assert!(block(pipeline(1).runner().checkpoints(store.clone()).run(&NoClock)).unwrap().is_success());
    let mut p = pipeline(2);
    let undo = block(p.runner().checkpoints(store.clone()).undo_stored().run(&NoClock)).unwrap();
    assert_eq!((undo.count(Status::Success), undo.warnings().iter().count()), (0, 1));
    let strict = block(p.runner().checkpoints(store).undo_stored().strict().run(&NoClock));
    assert!(matches!(strict, Err(PipelineError::Outdated { .. })));
}
