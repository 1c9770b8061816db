//! A package that depends on rungs under another name. It compiles only if all generated code takes the path that
//! `crate = path` states, so the pipeline uses every argument of the attributes.

/// The library behind a module, as a facade would pass it on.
pub mod deps {
    pub use conveyor as rungs;
}

/// A pipeline whose generated code finds the library behind the facade.
#[conveyor::pipeline(
    error = &'static str,
    crate = crate::deps::rungs,
    max_concurrent = 2,
    deadline = secs(9),
    order = levels,
    on_failure = drain,
    defaults(optional),
    resources(bus = 1)
)]
pub mod boot {
    use conveyor::{Backoff, Cause, Settings, StepCx};

    /// What the steps work on.
    #[derive(Debug, Default)]
    pub struct Board {
        /// Whether the rail is on.
        pub rail: bool,
        /// What the steps have done.
        pub log: Vec<&'static str>,
    }

    const PATIENT: Settings<'static> = Settings::DEFAULT.retries(1).backoff(Backoff::fixed(std::time::Duration::ZERO));

    #[step(retries = 2, backoff = fixed(ms(1)), retry_if = |_| true, timeout = secs(1), uses(bus = 1), required)]
    async fn power(rail: &mut bool, cx: &StepCx) -> Result<u32, &'static str> {
        *rail = cx.attempt() == 1;
        Ok(3_300)
    }

    #[step(settings = PATIENT, deadline = mins(1), expected = ms(2), retry_on_timeout = false)]
    async fn radio(power: &u32, rail: &mut bool, log: &mut Vec<&'static str>) -> Result<u32, &'static str> {
        log.push(if *rail { "on" } else { "off" });
        Ok(power / 100)
    }

    #[step(retries = 1, retry_delay = ms(1), after(power), skip_on_error)]
    async fn sensor(log: &mut Vec<&'static str>) -> Result<(), &'static str> {
        log.push("sensor");
        Err("no sensor")
    }

    #[step(when_all_done)]
    async fn tidy(
        radio: Result<&u32, Cause>,
        sensor: Result<&(), Cause>,
        log: &mut Vec<&'static str>,
    ) -> Result<(), &'static str> {
        log.push(if radio.is_ok() && sensor.is_err() { "up" } else { "down" });
        Ok(())
    }
}

/// A pipeline without a context that names the dependency itself.
#[conveyor::pipeline(error = &'static str, crate = conveyor)]
pub mod hello {
    #[step]
    async fn hello() -> Result<&'static str, &'static str> {
        Ok("hello")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use conveyor::{Instant, NoClock, Timer};

    /// A clock on which every sleep ends at once, as its time had come.
    #[derive(Default)]
    struct Hurried(std::sync::atomic::AtomicU64);

    impl Timer for Hurried {
        type Sleep = std::future::Ready<()>;

        fn now(&self) -> Instant {
            Instant::from_nanos(self.0.load(std::sync::atomic::Ordering::Relaxed))
        }

        fn sleep_until(&self, deadline: Instant) -> Self::Sleep {
            self.0.store(deadline.as_nanos(), std::sync::atomic::Ordering::Relaxed);
            std::future::ready(())
        }
    }

    #[test]
    fn a_pipeline_runs_behind_a_facade() {
        let mut board = boot::Board::default();
        let report = futures_lite::future::block_on(boot::run(&mut board, &Hurried::default()));
        assert_eq!((report.outputs.radio, board.rail), (Some(33), true));
        assert_eq!(report.step(boot::step_ids::SENSOR).map(|step| step.attempts()), Some(2));
        assert_eq!(board.log, ["on", "sensor", "sensor", "up"]);
    }

    #[test]
    fn a_pipeline_names_a_renamed_dependency() {
        let report = futures_lite::future::block_on(hello::run(&NoClock));
        assert_eq!(report.outputs.hello, Some("hello"));
    }
}
