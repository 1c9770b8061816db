//! All parts of the dynamic API together, within one task.

use async_executor::Executor;
use rungs::Pipeline;
use rungs_async_executor::On;
use rungs_smol::Smol;
use std::sync::Arc;

#[test]
fn steps_spawned_on_the_executor_of_their_run() {
    let executor = Arc::new(Executor::new());
    let own = executor.clone();
    let code = smol::block_on(executor.run(executor.spawn(async move {
        let mut p = Pipeline::new("spawns").spawn_on(On(own));
        let a = p.step("a").run(|| async { Ok(1) });
        let b = p.step("b").spawn_on(Smol).needs(a).run(|a| async move { Ok(*a) });
        p.step("c").needs(vec![a, b]).run(|all| async move { Ok(all.len()) });
        p.step("d").depends_on(["c"]).run(|inputs| async move { Ok(inputs.names().count()) });
        p.step("e").needs(a).when_all_done().run(|a| async move { Ok(a.is_ok()) });
        let report = p.run(&Smol).await.unwrap();
        assert!(*report.output_named::<bool>("e").unwrap());
        report.exit_code()
    })));
    assert_eq!(code, 0);
}

/// What a task may borrow depends on the task; a run adds nothing to that.
#[test]
fn steps_and_observers_borrow_what_lives_outside_of_the_task() {
    async fn borrowing(text: &str, lines: &mut Vec<String>) -> usize {
        let mut p = Pipeline::new("borrows");
        let len = p.step("len").run(|| async { Ok(text.len()) });
        let run = p.runner().on_event(|event| lines.push(event.to_string()));
        let report = run.run(&Smol).await.unwrap();
        *report.output(len).unwrap()
    }
    let text = String::from("outside");
    let mut lines = Vec::new();
    assert_eq!(smol::block_on(borrowing(&text, &mut lines)), 7);
    let by_thread = std::thread::scope(|scope| scope.spawn(|| smol::block_on(borrowing(&text, &mut lines))).join());
    assert_eq!(by_thread.unwrap(), 7);
    let executor = Executor::new();
    assert_eq!(smol::block_on(executor.run(executor.spawn(borrowing(&text, &mut lines)))), 7);
    drop(executor);
    let mut outer = Pipeline::new("outer");
    let inner = outer.step("inner").run(|| async { Ok(borrowing(&text, &mut Vec::new()).await) });
    assert_eq!(*smol::block_on(outer.run(&Smol)).unwrap().output(inner).unwrap(), 7);
    assert_eq!(lines.len(), 3 * 4);
}

#[test]
fn an_observer_may_stay_on_its_thread_where_the_run_does() {
    let shared = std::rc::Rc::new(std::cell::Cell::new(0));
    let mut p = Pipeline::new("here");
    p.step("a").run(|| async { Ok(()) });
    let run = p.runner().on_event(|_| shared.set(shared.get() + 1)).run(&rungs::NoClock);
    assert!(smol::block_on(run).unwrap().is_success());
    assert_eq!(shared.get(), 4);
}

/// A function that is called once for each pipeline need not know its observers.
#[test]
fn a_helper_takes_any_observer() {
    async fn watched<O: rungs::Observer<rungs::BoxError>>(observer: O) -> u8 {
        let mut p = Pipeline::new("helped");
        p.step("a").run(|| async { Ok(()) });
        p.runner().observe(observer).run(&rungs::NoClock).await.unwrap().exit_code()
    }
    let mut count = crate::Count::default();
    assert_eq!(smol::block_on(watched(&mut count)), 0);
    assert_eq!(count.0, 4);
}
