//! No runtime at all: a `block_on` that parks its thread and a timer, both on std alone. This is all that an adapter to
//! another runtime has to give.
//!
//! Steps never leave the thread, so a `LocalPipeline` takes results that are not `Send`. Prints what happens: `slow` is
//! cut off by its timeout twice before it succeeds, and `quick` has ended long since.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::{Pin, pin};
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{self, Duration};

use rungs::{BoxError, Event, Instant, LocalPipeline, PlanError, StepCx, Timer};

const MS: Duration = Duration::from_millis(1);

/// A clock, and who is to be woken when. Clones are the same clock.
#[derive(Clone)]
struct Clock {
    epoch: time::Instant,
    sleeps: Rc<Cell<u64>>,
    alarms: Rc<RefCell<BTreeMap<(Instant, u64), Waker>>>,
}

impl Timer for Clock {
    type Sleep = Sleep;

    fn now(&self) -> Instant {
        Instant::ZERO + self.epoch.elapsed()
    }

    fn sleep_until(&self, deadline: Instant) -> Sleep {
        // The number tells sleeps apart that end at the same time.
        self.sleeps.set(self.sleeps.get() + 1);
        Sleep { clock: self.clone(), alarm: (deadline, self.sleeps.get()) }
    }
}

struct Sleep {
    clock: Clock,
    alarm: (Instant, u64),
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.clock.now() >= self.alarm.0 {
            return Poll::Ready(());
        }
        self.clock.alarms.borrow_mut().insert(self.alarm, cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.clock.alarms.borrow_mut().remove(&self.alarm);
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<F: Future>(clock: &Clock, future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        let next = clock.alarms.borrow().first_key_value().map(|((deadline, _), _)| *deadline);
        match next {
            Some(deadline) => thread::park_timeout(deadline - clock.now()),
            None => thread::park(),
        }
        let now = clock.now();
        let later = clock.alarms.borrow_mut().split_off(&(now, u64::MAX));
        let due = clock.alarms.replace(later);
        due.into_values().for_each(Waker::wake);
    }
}

fn main() -> Result<ExitCode, PlanError> {
    let clock = Clock { epoch: time::Instant::now(), sleeps: Rc::default(), alarms: Rc::default() };

    let mut p = LocalPipeline::new("custom executor");
    let quick = p.step("quick").run(|| async { Ok::<_, BoxError>(Rc::new("not Send")) });
    let slow = p.step("slow").retries(2).retry_delay(20 * MS).timeout(50 * MS).run_with(|cx: StepCx| {
        let clock = clock.clone();
        async move {
            let takes = 120 * MS / cx.attempt();
            clock.sleep_until(cx.started_at() + takes).await;
            Ok(takes)
        }
    });
    let both = p.step("both").needs((quick, slow));
    let both = both.run(|quick, slow| async move { Ok(format!("{quick}, {slow:?}")) });

    let run = p.runner().observe(|event: &Event<'_, BoxError>| println!("{:?}  {event}", event.at - Instant::ZERO));
    let report = block_on(&clock, run.run(&clock))?;
    println!("\n{report}\n");
    if let Ok(both) = report.output(both) {
        println!("{both}");
    }
    Ok(report.exit_code().into())
}
