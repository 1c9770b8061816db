//! How many at once, in which order, and holding what.

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

use rungs::{Backoff, Order, Pipeline};

use crate::support::{Log, Sim, drive, fates, ms};

#[test]
fn never_more_than_the_limit() {
    let sim = Sim::new();
    let clock = sim.clock();
    let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let mut p = Pipeline::new("narrow");
    for n in 0..20 {
        p.step(&n.to_string()).run(|| async {
            most.fetch_max(now.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
            clock.sleep(ms(10)).await;
            now.fetch_sub(1, Ordering::Relaxed);
            Ok(())
        });
    }
    for limit in [1, 3, 20, 100] {
        let report = drive(&sim, p.runner().max_concurrent(limit).run(&clock)).unwrap();
        let limit = limit.min(20);
        assert_eq!(most.swap(0, Ordering::Relaxed), limit as usize);
        assert_eq!(report.duration(), ms(10) * 20_u32.div_ceil(limit));
    }
}

#[test]
fn a_step_in_backoff_holds_no_place() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("backoff");
    p.step("again")
        .retries(1)
        .backoff(Backoff::fixed(ms(10)))
        .run_with(|cx| async move { if cx.attempt() == 1 { Err("no") } else { Ok(()) } });
    p.step("other").run(|| async { Ok(clock.sleep(ms(10)).await) });
    let report = drive(&sim, p.runner().max_concurrent(1).run(&clock)).unwrap();
    assert_eq!(fates(&report), ["again success x2 0..10", "other success 0..10"]);
}

fn order_of(expected: [u64; 3]) -> Vec<String> {
    let sim = Sim::new();
    let clock = sim.clock();
    let log = Log::new();
    let mut p = Pipeline::new("priorities");
    let log = &log;
    for (name, ms_expected) in ["a", "b", "c"].into_iter().zip(expected) {
        let first = p.step(name).expected(ms(ms_expected)).run(move || async move { Ok(log.write(name)) });
        if name == "b" {
            p.step("b2").needs(first).run(|_| async { Ok(log.write("b2")) });
        }
    }
    assert!(drive(&sim, p.runner().max_concurrent(1).run(&clock)).unwrap().is_success());
    drop(p);
    log.lines()
}

#[test]
fn the_longest_remaining_path_goes_first() {
    assert_eq!(order_of([0, 0, 5_000])[0], "c");
    let sim = Sim::new();
    let clock = sim.clock();
    let log = Log::new();
    let mut p = Pipeline::new("priorities");
    p.step("leaf").run(|| async { Ok(log.write("leaf")) });
    let root = p.step("root").run(|| async { Ok(log.write("root")) });
    p.step("next").needs(root).run(|_| async { Ok(log.write("next")) });
    assert!(drive(&sim, p.runner().max_concurrent(1).run(&clock)).unwrap().is_success());
    drop(p);
    assert_eq!(log.lines(), ["root", "leaf", "next"]);
}

#[test]
fn a_resource_is_held_exactly_while_an_attempt_is_in_flight() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("resources");
    p.resource("bus", 2).resource("licence", 1);
    p.step("both").uses("bus", 2).run(|| async { Ok(clock.sleep(ms(10)).await) });
    p.step("one").uses("bus", 1).retries(1).backoff(Backoff::fixed(ms(10))).run_with(|cx| {
        let clock = &clock;
        async move {
            clock.sleep(ms(5)).await;
            if cx.attempt() == 1 { Err("no") } else { Ok(()) }
        }
    });
    p.step("two").uses("bus", 1).uses("licence", 1).run(|| async { Ok(clock.sleep(ms(10)).await) });
    p.step("licensed").uses("licence", 1).run(|| async { Ok(clock.sleep(ms(10)).await) });
    p.step("free").run(|| async { Ok(clock.sleep(ms(10)).await) });
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(
        fates(&report),
        [
            "both success 0..10",
            "one success x2 10..30",
            // It lacked the bus, so that it was passed over and held no licence meanwhile.
            "two success 10..20",
            "licensed success 0..10",
            "free success 0..10",
        ],
    );
}

#[test]
fn a_resource_used_twice_is_used_as_often() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::new("twice");
    p.resource("bus", 3);
    for name in ["a", "b"] {
        p.step(name).uses("bus", 1).uses("bus", 1).run(|| async { Ok(clock.sleep(ms(10)).await) });
    }
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(fates(&report), ["a success 0..10", "b success 10..20"]);
}

#[test]
fn steps_start_as_soon_as_their_own_needs_are_met_or_in_lock_step() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::new("levels");
    let quick = p.step("quick").run(|| async { Ok(clock.sleep(ms(10)).await) });
    let slow = p.step("slow").run(|| async { Ok(clock.sleep(ms(50)).await) });
    let after_quick = p.step("after quick").needs(quick).run(|_| async { Ok(clock.sleep(ms(50)).await) });
    p.step("after slow").needs(slow).run(|_| async { Ok(clock.sleep(ms(10)).await) });
    p.step("last").needs(after_quick).run(|_| async { Ok(()) });
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(
        fates(&report),
        [
            "quick success 0..10",
            "slow success 0..50",
            "after quick success 10..60",
            "after slow success 50..60",
            "last success 60..60",
        ],
    );
    let report = drive(&sim, p.runner().order(Order::Levels).run(&clock)).unwrap();
    assert_eq!(
        fates(&report),
        [
            "quick success 60..70",
            "slow success 60..110",
            "after quick success 110..160",
            "after slow success 110..120",
            "last success 160..160",
        ],
    );
}

#[test]
fn without_limits_steps_start_in_the_order_of_declaration() {
    let started = Mutex::new(Vec::new());
    let mut p = Pipeline::new("order");
    for n in 0..300 {
        let started = &started;
        p.step(&n.to_string()).run(move || async move { Ok(started.lock().unwrap().push(n)) });
    }
    assert!(crate::support::block(p.run(&rungs::NoClock)).unwrap().is_success());
    drop(p);
    assert_eq!(started.into_inner().unwrap(), (0..300).collect::<Vec<_>>());
}

#[test]
fn an_attempt_that_times_out_gives_its_place_and_its_resource_back() {
    for is_spawned in [false, true] {
        let sim = Sim::new();
        let mut p = Pipeline::with_error::<&str>("places");
        p.resource("machine", 1);
        let slow = p.step("slow").uses("machine", 1).timeout(ms(20)).retries(2);
        let third = |cx: rungs::StepCx| async move {
            if cx.attempt() < 3 {
                std::future::pending::<()>().await;
            }
            Ok(())
        };
        if is_spawned {
            slow.spawn_on(sim.tasks()).run_with(third);
        } else {
            slow.run_with(third);
        }
        p.step("next").uses("machine", 1).run(|| async { Ok(()) });
        let report = sim.run(p.runner().max_concurrent(1)).unwrap();
        assert_eq!(report.get("slow").unwrap().attempts(), 3);
        assert!(report.is_success(), "{report}");
    }
}
