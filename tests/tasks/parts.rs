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
