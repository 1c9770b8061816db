//! Limits and stops that pass while a result is being stored.

use rungs::{CancelToken, Pipeline};

use crate::support::{Count, Sim, Slow, drive, fates, ms};

#[test]
fn what_is_being_stored_is_stored_whatever_limits_and_stops_say() {
    for spawned in [false, true] {
        let sim = Sim::new();
        let store = Slow::new(&sim, ms(1_000));
        let (token, clock) = (CancelToken::new(), sim.clock());
        let mut p: Pipeline<'_> = Pipeline::new("patient");
        p.step("timeout").timeout(ms(30)).retries(1).checkpoint().run(async || Ok(()));
        p.step("deadline").deadline(ms(30)).checkpoint().run(async || Ok(()));
        let stopped = p.step("stopped").checkpoint();
        let _ = if spawned { stopped.spawn_on(sim.tasks()).run(async || Ok(1)) } else { stopped.run(async || Ok(1)) };
        p.step("in its body").checkpoint().run(async || Ok(clock.sleep(ms(100)).await));
        p.step("stop").run(async || {
            clock.sleep(ms(50)).await;
            token.cancel();
            token.cancel();
            Ok(())
        });
        let report = drive(&sim, p.runner().checkpoints(store.open()).cancel(&token).run(&clock)).unwrap();
        assert_eq!(
            fates(&report),
            [
                "timeout success 1000..2000",
                "deadline success 1000..2000",
                "stopped success 1000..2000",
                "in its body cancelled 1000..1050: the run was cancelled",
                "stop success 1000..1050",
            ]
        );
        assert_eq!((store.steps().len(), store.alive.get()), (3, 0));
    }
}

#[test]
fn what_cannot_be_stored_after_a_limit_fails_its_step_which_is_not_called_again() {
    let sim = Sim::new();
    let (store, bodies) = (Slow::new(&sim, ms(100)).refusing("late"), Count::new());
    let mut p: Pipeline<'_> = Pipeline::new("refused");
    p.step("late").timeout(ms(30)).retries(3).checkpoint().run(async || {
        bodies.raise();
        Ok(())
    });
    let report = drive(&sim, p.runner().checkpoints(store.open()).run(&sim.clock())).unwrap();
    assert_eq!(fates(&report), ["late failed 100..200: its result was not stored: cannot write: no storage space"]);
    assert_eq!(bodies.get(), 1);
}

#[test]
fn a_store_that_takes_for_ever_does_not_hold_a_run_that_has_a_grace() {
    let sim = Sim::new();
    let (store, clock) = (Slow::new(&sim, ms(1_000_000)), sim.clock());
    let mut p: Pipeline<'_> = Pipeline::new("patient");
    p.step("timeout").timeout(ms(30)).checkpoint().run(async || Ok(()));
    let report = drive(&sim, p.runner().checkpoints(store.open()).grace(ms(20)).run(&clock)).unwrap();
    assert_eq!(fates(&report), ["timeout failed 1000000..1000050: timed out"]);
    assert_eq!((store.steps(), store.alive.get()), (vec![], 0));
}
