//! Results with one owner: made by one step, moved into one other.

use std::{
    cell::{Cell, RefCell},
    future::Future,
    pin::Pin,
    rc::Rc,
};

use allocation_counter::measure;
use rungs::{
    BoxError, CancelToken, Cause, LocalPipeline, NoClock, OutputErrorKind, Owned, Pipeline, Report, Status, own,
};
use rungs_smol::Smol;
use rungs_tokio::Tokio;

use crate::support::{Count, Guard, Hand, Sim, block, drive, fates, give_way, ms};

/// Neither `Clone` nor `Sync`: two threads can never have it at once.
struct Link {
    sent: Cell<u32>,
    _counted: Option<Guard>,
}

impl Link {
    fn new() -> Self {
        Self { sent: Cell::new(0), _counted: None }
    }

    fn counted(alive: &Count) -> Self {
        Self { _counted: Some(alive.guard()), ..Self::new() }
    }

    fn send(self, n: u32) -> Self {
        self.sent.set(self.sent.get() + n);
        self
    }
}

/// Passed through three steps.
fn relay<'env>() -> (Pipeline<'env>, rungs::Handle<u32>) {
    let mut p = Pipeline::new("relay");
    let link = p.step("open").run_owned(async || Ok(Link::new()));
    let n = p.step("number").run(async || Ok(20));
    let link = p.step("send").needs((link, n, own(1))).run_owned(async |link: Link, n, more| {
        give_way().await;
        Ok(link.send(*n + more))
    });
    let sent = p.step("close").needs(link).run(async |link| Ok(link.send(21).sent.get()));
    (p, sent)
}

#[test]
fn a_result_moves_from_step_to_step() {
    let (mut p, sent) = relay();
    for _ in 0..3 {
        let report = block(p.run(&NoClock)).unwrap();
        assert_eq!(*report.output(sent).unwrap(), 42);
    }
}

#[test]
fn in_a_task_of_each_executor() {
    async fn job() -> u32 {
        let (mut p, sent) = relay();
        let report = p.run(&NoClock).await.unwrap();
        give_way().await;
        *report.output(sent).unwrap()
    }
    assert_eq!(smol::block_on(smol::spawn(job())), 42);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    assert_eq!(runtime.block_on(async { tokio::spawn(job()).await.unwrap() }), 42);
    let boxed: Pin<Box<dyn Future<Output = u32> + Send>> = Box::pin(job());
    assert_eq!(block(boxed), 42);
}

#[test]
fn in_spawned_steps() {
    macro_rules! relay {
        ($spawner:expr) => {
            async {
                let mut p = Pipeline::new("spawned").spawn_on($spawner);
                let link = p.step("open").run_owned(async || Ok(Link::new()));
                let sent = p.step("send").needs(link).run(async |link: Link| {
                    give_way().await;
                    Ok(link.send(7).sent.get())
                });
                *p.run(&NoClock).await.unwrap().output(sent).unwrap()
            }
        };
    }
    assert_eq!(smol::block_on(relay!(Smol)), 7);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    assert_eq!(runtime.block_on(relay!(Tokio)), 7);
}

#[test]
fn with_each_kind_of_error() {
    #[derive(Debug, PartialEq)]
    enum Fault {
        Full(u32),
    }
    let mut p = Pipeline::with_code::<Fault>("enum");
    let link = p.step("open").run_owned(async || Ok(Link::new()));
    let full = p.step("send").needs(link).run(async |link: Link| match link.send(9).sent.get() {
        9 => Err(Fault::Full(9)),
        n => Ok(n),
    });
    let report = block(p.run(&NoClock)).unwrap();
    assert_eq!(report.output(full).unwrap_err().own_error(), Some((1, &Fault::Full(9))));

    let text = String::from("borrowed");
    let mut p = Pipeline::with_error::<&str>("text");
    let link = p.step("open").run_owned(|| async { Err::<Link, _>(text.as_str()) });
    p.step("send").needs(link).run(|link| async move { Ok(link.send(1).sent.get()) });
    assert_eq!(fates(&block(p.run(&NoClock)).unwrap()), ["open failed 0..0: borrowed", "send failed: `open` failed"],);
}

#[test]
fn results_that_are_not_send() {
    let shared = Rc::new(RefCell::new(Vec::new()));
    let mut p = LocalPipeline::new("local");
    let owned: Owned<Rc<_>> = p.step("make").run_owned(|| async { Ok(shared.clone()) });
    p.step("use").needs(owned).run(async |owned: Rc<RefCell<Vec<u8>>>| Ok(owned.borrow_mut().push(1)));
    drop(block(p.run(&NoClock)).unwrap());
    drop(block(p.run(&NoClock)).unwrap());
    assert_eq!(*shared.borrow(), [1, 1]);
}

#[test]
fn with_a_context_and_from_a_list() {
    let mut p = Pipeline::new("list");
    let links: Vec<Owned<Link>> = (1..=3)
        .map(|n| p.step(&n.to_string()).run_owned_with(move |cx| async move { Ok(Link::new().send(n * cx.attempt())) }))
        .collect();
    let last = p.step("last").after(&links[2]).run(async || Ok(()));
    let sum = p.step("sum").needs(links).after(last).run_with(async |cx, links| {
        let sent: u32 = links.iter().map(|link| link.sent.get()).sum();
        Ok(sent * cx.attempt())
    });
    assert_eq!(*block(p.run(&NoClock)).unwrap().output(sum).unwrap(), 6);
}

#[test]
fn a_producer_may_have_retries() {
    let attempts = Count::new();
    let mut p = Pipeline::with_error::<&str>("stubborn");
    let link = p.step("open").retries(2).run_owned(|| async {
        match attempts.raise() {
            3 => Ok(Link::new()),
            _ => Err("no"),
        }
    });
    let sent = p.step("send").needs(link).run(async |link| Ok(link.send(3).sent.get()));
    assert_eq!(*block(p.run(&NoClock)).unwrap().output(sent).unwrap(), 3);
}

#[test]
fn a_clean_up_step_is_given_it_or_the_cause() {
    for fails in [false, true] {
        let alive = Count::new();
        let mut p = Pipeline::with_error::<&str>("clean-up");
        let link = p.step("open").run_owned(|| async { if fails { Err("busy") } else { Ok(Link::counted(&alive)) } });
        let work = p.step("work").after(&link).run(async || Err::<(), _>("broken"));
        let closed = p.step("close").needs(link).after(work).when_all_done().run(async |link| match link {
            Ok(link) => Ok(Ok(link.send(5).sent.get())),
            Err(unmet) => Ok(Err(unmet.cause())),
        });
        let report = block(p.run(&NoClock)).unwrap();
        assert_eq!(*report.output(closed).unwrap(), if fails { Err(Cause::Failed) } else { Ok(5) });
        assert_eq!(alive.get(), 0);
    }
}

fn with_an_idle_owner(alive: &Count) -> Pipeline<'_, &'static str> {
    let mut p = Pipeline::with_error("idle");
    let link = p.step("open").run_owned(|| async { Ok(Link::counted(alive)) });
    let bad = p.step("bad").run(|| async { Err::<(), _>("broken") });
    p.step("send").needs((link, bad)).run(async |link: Link, _| Ok(link.send(1).sent.get()));
    p
}

#[test]
fn what_no_step_took_stays_in_the_report_and_is_dropped_with_it() {
    let alive = Count::new();
    let mut p = with_an_idle_owner(&alive);
    for _ in 0..2 {
        let report = block(p.run(&NoClock)).unwrap();
        assert_eq!(report.get("send").unwrap().status(), Status::Failed);
        assert_eq!(alive.get(), 1);
        assert_eq!(report.output_named::<Link>("open").err().unwrap().kind(), OutputErrorKind::HasOwner);
        drop(report);
        assert_eq!(alive.get(), 0, "although the pipeline lives");
    }
    let mut report: Report<&str> = block(p.run(&NoClock)).unwrap();
    drop(p);
    let link: Link = report.take_named("open").unwrap();
    drop(report);
    assert_eq!(alive.get(), 1);
    assert_eq!(link.send(2).sent.get(), 2);
    assert_eq!(alive.get(), 0);
}

#[test]
fn a_run_that_is_dropped_drops_its_results() {
    let (alive, hand) = (Count::new(), Hand::new());
    let mut p = Pipeline::new("dropped");
    let link = p.step("open").run_owned(|| async { Ok(Link::counted(&alive)) });
    let shared = p.step("shared").run(|| async { Ok(alive.guard()) });
    let never = p.step("never").needs(shared).run(async |_| Ok(std::future::pending::<()>().await));
    p.step("send").needs(link).after(never).run(async |link| Ok(link.send(1).sent.get()));
    for _ in 0..2 {
        let mut run = Box::pin(p.run(&NoClock));
        assert!(hand.poll_to_rest(run.as_mut()).is_pending());
        assert_eq!(alive.get(), 2);
        drop(run);
        assert_eq!(alive.get(), 0, "although the pipeline lives");
    }
}

#[test]
fn a_consumer_that_is_ended_drops_it() {
    let (alive, token) = (Count::new(), CancelToken::new());
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::new("ended");
    let link = p.step("open").run_owned(|| async { Ok(Link::counted(&alive)) });
    p.step("slow").needs(link).timeout(ms(5)).run(|link| {
        let clock = &clock;
        async move {
            clock.sleep(ms(50)).await;
            Ok(link.send(1).sent.get())
        }
    });
    let report = drive(&sim, p.runner().cancel(&token).run(&clock)).unwrap();
    assert_eq!(fates(&report), ["open success 0..0", "slow failed 0..5: timed out"]);
    assert_eq!(alive.get(), 0);
    let open = report.output_named::<Link>("open").err().unwrap();
    assert_eq!((open.kind(), open.to_string()), (OutputErrorKind::Taken, "the result of `open` was taken".into()));
}

#[test]
fn a_drop_that_panics_hurts_nobody() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("in drop");
        }
    }
    let mut p = Pipeline::with_error::<&str>("bombs");
    let unused = p.step("unused").run_owned(async || Ok(Bomb));
    let bomb = p.step("bomb").run_owned(async || Ok(Bomb));
    p.step("takes").needs(bomb).run(async |bomb| {
        drop(bomb);
        Ok(())
    });
    p.step("released").release_early().run_owned(async || Ok(Bomb));
    for _ in 0..2 {
        let report = block(p.run(&NoClock)).unwrap();
        assert_eq!(report.get("takes").unwrap().error().unwrap().to_string(), "panicked: in drop");
        assert_eq!(report.count(Status::Success), 3);
    }
    let mut report = block(p.run(&NoClock)).unwrap();
    std::mem::forget(report.take(unused).unwrap());
}

#[test]
fn a_rerun_allocates_nothing_for_them() {
    let (mut p, _) = relay();
    drop(block(p.run(&NoClock)).unwrap());
    let with = measure(|| drop(block(p.run(&NoClock)).unwrap())).count_total;
    let mut same = Pipeline::new("shared");
    let n = same.step("n").run(async || Ok(1_u32));
    same.step("next").needs(n).run(async |n| {
        give_way().await;
        Ok(*n)
    });
    drop(block(same.run(&NoClock)).unwrap());
    let without = measure(|| drop(block(same.run(&NoClock)).unwrap())).count_total;
    assert_eq!(with, without);
}

#[test]
fn a_step_that_was_never_added_takes_nothing() {
    let mut p: Pipeline<'_, BoxError> = Pipeline::new("begun");
    let link = p.step("open").run_owned(async || Ok(Link::new()));
    drop(p.step("begun").retries(3).needs(link));
    p.step("other").retries(3).run(async || Ok(()));
    let mut report = block(p.run(&NoClock)).unwrap();
    assert!(report.take_named::<Link>("open").is_ok());
}
