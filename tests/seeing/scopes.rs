//! What an observer lets travel with attempts: entered and left around each poll, wherever that takes place.

use std::{
    cell::RefCell,
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    task::{Context, Waker},
    thread::{self, ThreadId},
    time::Duration,
};

use rungs::{
    AttemptScope, AttemptSpawner, BoxError, CancelToken, Event, LocalPipeline, NoClock, Observer, Pipeline,
    SpawnedAttempt, Status, sim::Sim,
};
use rungs_smol::{AllCores, Smol};
use rungs_tokio::Tokio;

use crate::{drive, ms};

thread_local! {
    /// Where the current thread is: the names of what it has entered.
    static INSIDE: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// What the code that asks is within, from the outside in.
fn inside() -> String {
    INSIDE.with_borrow(|names| names.join(" "))
}

/// Names each attempt, and counts how often it is entered and left.
#[derive(Clone, Default)]
struct Names {
    prefix: &'static str,
    entered: Arc<AtomicU32>,
    left: Arc<AtomicU32>,
    dropped: Arc<AtomicU32>,
    threads: Arc<Mutex<Vec<ThreadId>>>,
}

struct Name {
    name: String,
    counts: Names,
}

impl AttemptScope for Name {
    fn enter(&mut self) {
        self.counts.entered.fetch_add(1, Ordering::SeqCst);
        self.counts.threads.lock().unwrap().push(thread::current().id());
        INSIDE.with_borrow_mut(|names| names.push(self.name.clone()));
    }

    fn exit(&mut self) {
        self.counts.left.fetch_add(1, Ordering::SeqCst);
        assert_eq!(INSIDE.with_borrow_mut(Vec::pop).as_ref(), Some(&self.name));
    }
}

impl Drop for Name {
    fn drop(&mut self) {
        self.counts.dropped.fetch_add(1, Ordering::SeqCst);
    }
}

impl<E> Observer<E> for Names {
    fn on_event(&mut self, _: &Event<'_, E>) {
        assert_eq!(inside(), "", "an observer is not called within an attempt");
    }

    fn attempt_scope(&mut self, started: &Event<'_, E>) -> Option<Box<dyn AttemptScope>> {
        let name = format!("{}{}#{}", self.prefix, started.name, started.attempt);
        Some(Box::new(Name { name, counts: self.clone() }))
    }
}

impl Names {
    fn counts(&self) -> [u32; 3] {
        [&self.entered, &self.left, &self.dropped].map(|count| count.load(Ordering::SeqCst))
    }
}

/// The future of an attempt, as all spawners take it.
type Job = Pin<Box<dyn Future<Output = Result<String, BoxError>> + Send>>;

/// Tells where it is dropped.
struct Guard(Arc<Mutex<Vec<String>>>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.lock().unwrap().push(inside());
    }
}

#[test]
fn each_poll_of_an_attempt_in_place_is_within_its_value() {
    let sim = Sim::new();
    let clock = sim.clock();
    let names = Names::default();
    let mut p = Pipeline::with_error("named");
    let waits = p.step("waits").retries(1).run_with(async |cx| {
        let first = inside();
        clock.sleep(ms(5)).await;
        if cx.attempt() == 1 { Err("again") } else { Ok([first, inside()]) }
    });
    // What is before the future, in the closure itself, belongs to the attempt as well.
    let early = p.step("early").run(|| {
        let early = inside();
        async { Ok(early) }
    });
    let report = drive(&sim, p.runner().observe(names.clone()).run(&clock)).unwrap();
    assert_eq!(*report.output(waits).unwrap(), ["waits#2", "waits#2"]);
    assert_eq!(*report.output(early).unwrap(), "early#1");
    assert_eq!(names.counts(), [5, 5, 3]);
}

#[test]
fn a_value_goes_with_a_spawned_attempt_to_its_thread() {
    fn names_on<S>(p: &mut Pipeline<'_, BoxError, S>) -> Names
    where
        S: AttemptSpawner<Job, Handle: Send> + Clone + Send + 'static,
    {
        let names = Names::default();
        let handles: Vec<_> = ["a", "b", "c"]
            .map(|name| {
                p.step(name).run(|| -> Job {
                    Box::pin(async {
                        let before = inside();
                        smol::Timer::after(Duration::from_millis(1)).await;
                        assert_eq!(inside(), before);
                        Ok(before)
                    })
                })
            })
            .into();
        let report = smol::block_on(p.runner().observe(names.clone()).run(&Smol)).unwrap();
        let said: Vec<_> = handles.into_iter().map(|step| report.output(step).unwrap().to_string()).collect();
        assert_eq!(said, ["a#1", "b#1", "c#1"]);
        names
    }
    let all_cores = names_on(&mut Pipeline::new("spawned").spawn_on(AllCores));
    assert!(all_cores.threads.lock().unwrap().iter().any(|id| *id != thread::current().id()));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let _entered = runtime.enter();
    let tokio = names_on(&mut Pipeline::new("spawned").spawn_on(Tokio));
    assert!(tokio.threads.lock().unwrap().iter().any(|id| *id != thread::current().id()));
    for names in [all_cores, tokio] {
        let [entered, left, dropped] = names.counts();
        // The closures run on the thread of the run, outside of any poll of the executor.
        assert!(entered >= 6 && entered == left && dropped == 3, "{entered} {left} {dropped}");
    }
}

#[test]
fn what_a_cut_off_attempt_drops_is_within_its_value() {
    let sim = Sim::new();
    let (clock, names, dropped) = (sim.clock(), Names::default(), Arc::default());
    let tasks = sim.tasks();
    let hang = |dropped: &Arc<Mutex<Vec<String>>>| {
        let guard = Guard(dropped.clone());
        async move {
            let _guard = guard;
            std::future::pending::<Result<(), &str>>().await
        }
    };
    let mut p = Pipeline::with_error("cut off");
    p.step("here").timeout(ms(5)).run(|| hang(&dropped));
    let also = dropped.clone();
    p.step("there").timeout(ms(7)).spawn_on(tasks).run(move || hang(&also));
    let report = drive(&sim, p.runner().observe(names.clone()).run(&clock)).unwrap();
    assert_eq!(report.count(Status::Failed), 2);
    assert_eq!(*dropped.lock().unwrap(), ["here#1", "there#1"]);
    let [entered, left, gone] = names.counts();
    assert!(entered == left && gone == 2);

    // A run that is dropped drops them in the same way.
    dropped.lock().unwrap().clear();
    let mut run = Box::pin(p.runner().observe(names.clone()).run(&clock));
    assert!(run.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(run);
    assert_eq!(*dropped.lock().unwrap(), ["here#1"]);
}

#[test]
fn an_attempt_that_panics_is_left() {
    let names = Names::default();
    let mut p: Pipeline<'_> = Pipeline::new("panics");
    p.step("here").run(async || -> Result<(), _> { panic!("in {}", inside()) });
    p.step("there").spawn_on(AllCores).run(async || -> Result<(), _> { panic!("in {}", inside()) });
    let report = smol::block_on(p.runner().observe(names.clone()).run(&NoClock)).unwrap();
    assert_eq!(inside(), "");
    for (step, within) in [("here", "here#1"), ("there", "there#1")] {
        assert_eq!(report.get(step).unwrap().reason().unwrap().to_string(), format!("panicked: in {within}"));
    }
    let [entered, left, dropped] = names.counts();
    assert!(entered == left && dropped == 2);
}

#[test]
fn the_values_of_several_observers_lie_within_each_other() {
    let (outer, inner) =
        (Names { prefix: "outer/", ..Names::default() }, Names { prefix: "inner/", ..Names::default() });
    let mut p = LocalPipeline::new("two");
    let step = p.step("step").run(async || Ok(inside()));
    let run = p.runner().observe(outer).on_event(|_| {}).observe(Some(Box::new(inner)));
    let report = smol::block_on(run.run(&NoClock)).unwrap();
    assert_eq!(*report.output(step).unwrap(), "outer/step#1 inner/step#1");
}

#[test]
fn a_value_that_panics_fails_the_step() {
    struct Bad;
    impl AttemptScope for Bad {
        fn enter(&mut self) {
            panic!("no entry");
        }
        fn exit(&mut self) {}
    }
    struct Gives;
    impl<E> Observer<E> for Gives {
        fn on_event(&mut self, _: &Event<'_, E>) {}
        fn attempt_scope(&mut self, started: &Event<'_, E>) -> Option<Box<dyn AttemptScope>> {
            if started.name == "good" { None } else { Some(Box::new(Bad)) }
        }
    }
    let mut p: Pipeline<'_> = Pipeline::new("bad");
    p.step("bad").run(async || Ok(()));
    p.step("far").spawn_on(AllCores).run(async || Ok(()));
    p.step("good").run(async || Ok(()));
    let report = smol::block_on(p.runner().observe(Gives).run(&NoClock)).unwrap();
    for step in ["bad", "far"] {
        assert_eq!(report.get(step).unwrap().reason().unwrap().to_string(), "panicked: no entry");
    }
    assert_eq!(report.get("good").unwrap().status(), Status::Success);
}

#[test]
fn a_cancelled_run_leaves_all_values() {
    let (names, token) = (Names::default(), CancelToken::new());
    let mut p: Pipeline<'_> = Pipeline::new("cancelled");
    for step in ["one", "two"] {
        p.step(step).run(std::future::pending::<Result<(), BoxError>>);
    }
    let mut run = Box::pin(p.runner().cancel(&token).observe(names.clone()).run(&NoClock));
    assert!(run.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    token.cancel();
    assert!(run.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
    let [entered, left, dropped] = names.counts();
    assert!(entered == left && dropped == 2, "{entered} {left} {dropped}");
}

#[test]
fn a_value_of_a_spawned_attempt_is_told_so_before_it_is_entered() {
    #[derive(Clone, Default)]
    struct Calls(Arc<Mutex<Vec<String>>>);
    struct Call(&'static str, Calls);
    impl Call {
        fn note(&self, what: &str) {
            self.1.0.lock().unwrap().push(format!("{} {what}", self.0));
        }
    }
    impl AttemptScope for Call {
        fn on_spawn(&mut self) {
            self.note("spawned");
        }
        fn enter(&mut self) {
            self.note("entered");
        }
        fn exit(&mut self) {
            self.note("left");
        }
    }
    struct Gives(&'static str, Calls);
    impl<E> Observer<E> for Gives {
        fn on_event(&mut self, _: &Event<'_, E>) {}
        fn attempt_scope(&mut self, _: &Event<'_, E>) -> Option<Box<dyn AttemptScope>> {
            Some(Box::new(Call(self.0, self.1.clone())))
        }
    }
    let calls = Calls::default();
    let mut p: Pipeline<'_> = Pipeline::new("told");
    let here = p.step("here").run(async || Ok(()));
    p.step("there").after(here).spawn_on(AllCores).run(async || Ok(()));
    let run = p.runner().observe(Gives("outer", calls.clone())).observe(Gives("inner", calls.clone()));
    assert!(smol::block_on(run.run(&NoClock)).unwrap().is_success());
    let within = ["outer entered", "inner entered", "inner left", "outer left"];
    let mut expected = within.to_vec();
    expected.extend(["outer spawned", "inner spawned"]);
    // The closure that makes the future, and the one poll of that, which drops it.
    expected.extend(within.iter().chain(&within));
    assert_eq!(*calls.0.lock().unwrap(), expected);
}

#[test]
fn an_attempt_without_a_scope_is_at_most_two_words_longer_where_it_is_spawned() {
    fn spawned<F>(_: &F) -> [usize; 2] {
        [size_of::<SpawnedAttempt<F>>(), size_of::<F>()]
    }
    let [wrapped, plain] = spawned(&async { std::future::ready([1_u64; 4]).await });
    assert!(wrapped <= plain + 2 * size_of::<usize>(), "{wrapped}, {plain}");
}
