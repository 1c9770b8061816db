//! Tests of a pipeline on a held clock: a day of backoff passes in microseconds, times are exact, and a test can try many
//! interleavings. `cargo test --example simulated` runs the tests; as a program it prints the day.

use std::time::{Duration, Instant};

use rungs::sim::{Script, Sim, SimError};
use rungs::{Backoff, Handle, Pipeline};

const HOUR: Duration = Duration::from_secs(3600);

/// What a program runs every night. What a step does is handed in, so that a test can hand in something else.
fn nightly<A>(fetch: impl FnMut() -> A + Send + 'static) -> (Pipeline<'static, &'static str>, Handle<u64>)
where
    A: Future<Output = Result<u64, &'static str>> + Send + 'static,
{
    let mut p = Pipeline::with_error("nightly");
    let orders =
        p.step("fetch").retries(4).backoff(Backoff::exponential(6 * HOUR).cap(8 * HOUR)).timeout(HOUR).run(fetch);
    let total = p.step("total").needs(orders).run(async |orders| Ok(*orders * 7));
    p.step("alarm").after(total).when_any_failed().run(async || Ok(()));
    (p, total)
}

/// A source that is down for a day: it refuses twice, hangs once, refuses again, and then answers.
fn down_for_a_day(sim: &Sim) -> Script<u64, &'static str> {
    sim.script().fail_times(2, "503").hang().fail("503").succeed_in(Duration::from_millis(30), 6)
}

fn main() -> Result<(), SimError> {
    let (sim, start) = (Sim::new(), Instant::now());
    let source = down_for_a_day(&sim);
    let (mut p, _) = nightly(move || source.play());
    let report = sim.run(p.runner().on_event(|event| println!("{:>12?}  {event}", event.at - rungs::Instant::ZERO)))?;
    println!("\n{report}\nin {:?} of real time", start.elapsed());
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use rungs::{CancelToken, sim};

    #[test]
    fn a_source_that_is_down_for_a_day_is_waited_for() {
        let sim = Sim::new();
        let source = down_for_a_day(&sim);
        let (mut p, total) = nightly(move || source.play());
        let report = sim.run(p.runner()).unwrap();
        assert_eq!(*report.output(total).unwrap(), 42);
        assert_eq!(report.duration(), (6 + 8 + 1 + 8 + 8) * HOUR + Duration::from_millis(30));
    }

    #[test]
    fn a_source_that_is_gone_raises_the_alarm() {
        let sim = Sim::new();
        let (mut p, _) = nightly(|| async { Err("410") });
        let report = sim.run(p.runner()).unwrap();
        assert_eq!((report.exit_code(), report.get("alarm").unwrap().attempts()), (1, 1));
    }

    /// Somebody stops the run at the very moment at which the source answers: the total or the alarm, whichever comes first, and
    /// never both.
    #[test]
    fn a_stop_at_the_moment_of_the_answer_is_before_it_or_after_it() {
        let mut stopped = 0;
        sim::explore(0..200, |sim| {
            let (source, clock, token) = (sim.script().succeed_in(HOUR / 2, 6), sim.clock(), CancelToken::new());
            let (mut p, total) = nightly(move || source.play());
            let stop = token.clone();
            p.step("stop").optional().spawn_on(sim.tasks()).run(move || {
                let (clock, stop) = (clock.clone(), stop.clone());
                async move {
                    clock.sleep(HOUR / 2).await;
                    stop.cancel();
                    Ok(())
                }
            });
            let report = sim.run(p.runner().cancel(&token)).unwrap();
            let (has_total, has_alarm) = (report.output(total).is_ok(), report.get("alarm").unwrap().attempts() == 1);
            assert_ne!(has_total, has_alarm, "{report}");
            stopped += u32::from(has_alarm);
        });
        assert!((1..200).contains(&stopped), "both orders are tried: {stopped}");
    }
}
