//! No runtime: a timer and a `block_on` that parks its thread, both on std alone. An adapter to another runtime needs no more
//! than such a timer.
//!
//! The steps stay on their thread, so a `LocalPipeline` takes results that are not `Send`. Prints each event: `slow` hangs
//! until its timeout twice before it succeeds, long after `quick` has ended.

use std::cell::RefCell;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{self, Duration};

use rungs::{Exit, Instant, LocalPipeline, PipelineError, Timer};

/// A clock, with the wakers to call and the times to call them at. Clones share all that.
#[derive(Clone)]
struct Clock {
    epoch: time::Instant,
    sleeps: Rc<RefCell<Vec<(Instant, Waker)>>>,
}

impl Timer for Clock {
    type Sleep = Sleep;

    fn now(&self) -> Instant {
        Instant::ZERO + self.epoch.elapsed()
    }

    fn sleep_until(&self, deadline: Instant) -> Sleep {
        Sleep(self.clone(), deadline)
    }
}

struct Sleep(Clock, Instant);

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.0.now() >= self.1 {
            return Poll::Ready(());
        }
        // The entry of a dropped sleep stays until its time; it then causes a spurious wake, which is harmless.
        self.0.sleeps.borrow_mut().push((self.1, cx.waker().clone()));
        Poll::Pending
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
        let next = clock.sleeps.borrow().iter().map(|(at, _)| *at).min();
        next.map_or_else(thread::park, |at| thread::park_timeout(at - clock.now()));
        let now = clock.now();
        clock.sleeps.borrow_mut().extract_if(.., |(at, _)| *at <= now).for_each(|(_, waker)| waker.wake());
    }
}

fn main() -> Exit {
    run().unwrap_or_else(Exit::from)
}

fn run() -> Result<Exit, PipelineError> {
    let clock = Clock { epoch: time::Instant::now(), sleeps: Rc::default() };
    let ms = Duration::from_millis;
    let mut p = LocalPipeline::new("custom executor");
    p.step("quick").run(async || Ok(Rc::new("not Send")));
    p.step("slow").retries(2).retry_delay(ms(20)).timeout(ms(50)).run_with(|cx| {
        // An hour, so that only the timeout ends the first two attempts, however busy the machine is.
        let work = if cx.attempt() < 3 { ms(3_600_000) } else { ms(5) };
        let done = clock.sleep_until(cx.started_at() + work);
        async {
            done.await;
            Ok(())
        }
    });
    let run = p.runner().on_event(|event| println!("{:?}  {event}", event.at - Instant::ZERO));
    let report = block_on(&clock, run.run(&clock))?;
    println!("\n{report}");
    Ok(report.into())
}
