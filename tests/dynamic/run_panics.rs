//! What a run calls beside its steps: an observer or a timer that panics ends the run with an error that names it, and the
//! pipeline can be run again.

use std::{
    cell::Cell,
    error::Error as _,
    pin::Pin,
    sync::atomic::{AtomicU32, Ordering},
    task::{Context, Poll},
};

use rungs::{
    Event, EventKind, Exit, Instant, LocalPipeline, NoClock, Observer, PanicSource, Pipeline, PipelineError, PlanError,
    Timer,
};

use crate::support::{Clock, Count, Hand, Log, Sim, block, drive, fates, give_way, ms};

/// Panics at one kind of event.
struct PanicsAt(fn(&EventKind<'_, &'static str>) -> bool);

impl Observer<&'static str> for PanicsAt {
    fn on_event(&mut self, event: &Event<'_, &'static str>) {
        assert!(!(self.0)(&event.kind), "at {}", event.name);
    }
}

/// A step that fails at first, one that waits, one that panics, and one that ends late.
fn eventful(alive: &Count) -> Pipeline<'_, &'static str> {
    let mut p = Pipeline::with_error("eventful");
    p.step("hung").run(|| async {
        let _alive = alive.guard();
        for _ in 0..3 {
            give_way().await;
        }
        Ok(())
    });
    p.step("again").retries(1).run_with(|cx| async move { if cx.attempt() == 1 { Err("once more") } else { Ok(()) } });
    p.step("boom").optional().run(|| async { if true { panic!("in a step") } else { Ok(()) } });
    p
}

/// What became of the run: who panicked, and how.
fn broke_off<T>(ran: Result<T, PipelineError>) -> (PanicSource, String) {
    match ran.err() {
        Some(PipelineError::Panicked { who, message, .. }) => (who, message),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_observer_that_panics_at_any_event_ends_the_run() {
    type At = fn(&EventKind<'_, &'static str>) -> bool;
    let ats: [(At, &str); 6] = [
        (|kind| matches!(kind, EventKind::RunStarted(_)), "eventful"),
        (|kind| matches!(kind, EventKind::Started), "hung"),
        (|kind| matches!(kind, EventKind::Retrying { .. }), "again"),
        (|kind| matches!(kind, EventKind::Ended { status: rungs::Status::Success, .. }), "again"),
        (|kind| matches!(kind, EventKind::Ended { status: rungs::Status::Failed, .. }), "boom"),
        (|kind| matches!(kind, EventKind::RunEnded { .. }), "eventful"),
    ];
    let alive = Count::new();
    let mut p = eventful(&alive);
    for (at, name) in ats {
        let log = Log::new();
        let run = p.runner().observe(log.clone()).observe(PanicsAt(at)).observe(log.clone()).run(&NoClock);
        let (who, message) = broke_off(block(run));
        let PanicSource::Observer(observer) = who else { panic!("{who}") };
        assert!(observer.ends_with("run_panics::PanicsAt"), "{observer}");
        assert_eq!(message, format!("at {name}"));
        assert_eq!(alive.get(), 0, "the attempts in flight were dropped");
        assert_eq!(log.lines().len() % 2, 1, "the observers before it had the event, and those after it had not");
        assert!(block(p.run(&NoClock)).unwrap().is_success());
    }
}

#[test]
fn each_observer_has_its_name() {
    let mut p = Pipeline::with_error::<&str>("names");
    p.step("a").run(|| async { Ok(()) });
    let mut bad = PanicsAt(|_| true);
    let (who, _) = broke_off(block(p.runner().on_event(|_| ()).observe(&mut bad).run(&NoClock)));
    assert!(who.to_string().starts_with("the observer `&mut "), "{who}");
    assert!(who.to_string().ends_with("PanicsAt`"), "{who}");
    let (who, message) = broke_off(block(p.runner().on_event(|_| panic!("closure")).run(&NoClock)));
    assert!(who.to_string().contains("each_observer_has_its_name::{{closure}}"), "{who}");
    assert_eq!(message, "closure");
}

#[test]
fn an_observer_that_panics_over_attempts_that_panic_when_dropped() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("in drop");
        }
    }
    impl Observer<&'static str> for Bomb {
        fn on_event(&mut self, event: &Event<'_, &'static str>) {
            assert_ne!(event.name, "last");
        }
    }
    let alive = Count::new();
    let mut p = Pipeline::with_error::<&str>("both");
    for name in ["a", "b"] {
        p.step(name).run(|| async {
            let _alive = alive.guard();
            let _bomb = Bomb;
            std::future::pending::<Result<(), &str>>().await
        });
    }
    p.step("last").run(|| async { Ok(()) });
    let (who, _) = broke_off(block(p.runner().observe(Bomb).run(&NoClock)));
    assert!(who.to_string().ends_with("Bomb`"), "{who}");
    assert_eq!(alive.get(), 0);
}

#[test]
fn an_observer_that_panics_when_dropped_has_no_effect() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("in drop");
        }
    }
    impl<E> Observer<E> for Bomb {
        fn on_event(&mut self, _: &Event<'_, E>) {}
    }
    let mut p = Pipeline::new("observed");
    p.step("a").run(async || Ok(()));
    assert!(block(p.runner().observe(Bomb).run(&NoClock)).unwrap().is_success());
    p.step("b").run(std::future::pending::<Result<(), _>>);
    let mut run = Box::pin(p.runner().observe(Bomb).run(&NoClock));
    assert!(Hand::new().poll(run.as_mut()).is_pending());
    drop(run);
    drop(p.runner().observe(None::<Bomb>).run(&NoClock));
}

/// A timer of which one call panics: the nth, of any kind.
struct Faulty<'c> {
    clock: &'c Clock,
    calls_left: &'c AtomicU32,
}

struct FaultySleep<'c> {
    sleep: crate::support::Sleep,
    calls_left: &'c AtomicU32,
}

fn count_down(calls_left: &AtomicU32) {
    let left = calls_left.load(Ordering::Relaxed);
    calls_left.store(left.wrapping_sub(1), Ordering::Relaxed);
    assert_ne!(left, 0, "the clock stopped");
}

impl<'c> Timer for Faulty<'c> {
    type Sleep = FaultySleep<'c>;

    fn now(&self) -> Instant {
        count_down(self.calls_left);
        self.clock.now()
    }
    fn sleep_until(&self, deadline: Instant) -> Self::Sleep {
        count_down(self.calls_left);
        FaultySleep { sleep: self.clock.sleep_until(deadline), calls_left: self.calls_left }
    }
}

impl Future for FaultySleep<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        count_down(self.calls_left);
        Pin::new(&mut self.sleep).poll(cx)
    }
}

impl Drop for FaultySleep<'_> {
    fn drop(&mut self) {
        count_down(self.calls_left);
    }
}

#[test]
fn a_timer_that_panics_at_any_call_ends_the_run() {
    let (sim, alive) = (Sim::new(), Count::new());
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("timed");
    p.step("late").timeout(ms(5)).retries(1).run_with(|cx| {
        let (clock, alive) = (&clock, &alive);
        async move {
            let _alive = alive.guard();
            clock.sleep(if cx.attempt() == 1 { ms(10) } else { ms(1) }).await;
            Ok(())
        }
    });
    p.step("boom").optional().run(|| async { if true { panic!("in a step") } else { Ok(()) } });
    let mut panics = 0;
    for calls in 0.. {
        let calls_left = AtomicU32::new(calls);
        let faulty = Faulty { clock: &clock, calls_left: &calls_left };
        let ran = drive(&sim, p.run(&faulty));
        assert_eq!(alive.get(), 0);
        if let Ok(report) = ran {
            assert!(report.is_success(), "{:?}", fates(&report));
            // A drop is not reported: the sleep was of no more use.
            if calls_left.load(Ordering::Relaxed) < 1_000 {
                break;
            }
            continue;
        }
        let (who, message) = broke_off(ran);
        assert!(matches!(who, PanicSource::Timer(name) if name.contains("Faulty")), "{who}");
        assert!(message.contains("the clock stopped"), "{message}");
        panics += 1;
        assert!(drive(&sim, p.run(&clock)).unwrap().is_success(), "after call {calls}");
    }
    assert!(panics > 10, "{panics}");
}

#[test]
fn the_error_owns_its_words_and_is_passed_on() {
    let mut p = Pipeline::new("nightly");
    p.step("a").run(|| async { Ok(()) });
    let ran = block(p.runner().on_event(|_| panic!("disk full")).run(&NoClock));
    let error = ran.map(|_| ()).unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with("the run of pipeline `nightly` broke off: the observer `"), "{text}");
    assert!(text.ends_with("` panicked: disk full"), "{text}");
    assert_eq!((error.pipeline(), error.exit_code(), error.mistakes().len()), ("nightly", 4, 0));
    assert!(error.source().is_none());
    assert_eq!(Exit::from(error.clone()).code(), PipelineError::PANICKED_EXIT_CODE);
    let boxed = || -> Result<(), Box<dyn std::error::Error + Send + Sync>> { Err(error.clone())? };
    assert_eq!(boxed().unwrap_err().to_string(), text);
    let any = || -> anyhow::Result<()> { Err(error.clone())? };
    assert_eq!(any().unwrap_err().downcast::<PipelineError>().unwrap(), error);
}

#[test]
fn a_wrong_plan_is_shown_as_itself() {
    let mut p = Pipeline::new("wrong");
    p.step("a").depends_on(["b"]).run(|_| async { Ok(()) });
    let error = block(p.run(&NoClock)).map(|_| ()).unwrap_err();
    let plan = p.check().unwrap_err();
    assert_eq!((error.to_string(), error.pipeline()), (plan.to_string(), "wrong"));
    assert_eq!((error.mistakes(), error.exit_code()), (plan.mistakes(), PlanError::EXIT_CODE));
    assert_eq!(PipelineError::from(plan), error);
    assert_eq!(Exit::from(Err::<(), _>(error)).code(), 3);
}

/// Nobody can be named, so the panic goes on, and the pipeline stays usable.
#[test]
fn a_waker_that_panics_is_the_executors() {
    struct Fragile;
    impl std::task::Wake for Fragile {
        fn wake(self: std::sync::Arc<Self>) {
            panic!("the executor is gone");
        }
    }
    let is_first = Cell::new(true);
    let mut p = LocalPipeline::with_error::<&str>("woken");
    p.step("a").run(|| async { if is_first.take() { Ok(give_way().await) } else { Ok(()) } });
    let waker = std::task::Waker::from(std::sync::Arc::new(Fragile));
    let mut run = Box::pin(p.run(&NoClock));
    let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        run.as_mut().poll(&mut Context::from_waker(&waker)).is_ready()
    }));
    drop(run);
    assert!(block(p.run(&NoClock)).unwrap().is_success());
}
