//! Runs whose events and reports go to defmt's log, as they would on a board; then the time as the log shows it.

use core::time::Duration;
use rungs::{Backoff, Instant, Pipeline, StepCx};
use rungs_embassy::{Embassy, Log};
use rungs_embassy_tests::drive;

#[derive(defmt::Format)]
pub enum Error {
    NoAnswer { address: u8 },
}

#[rungs::pipeline(error = Error, on_failure = cancel)]
mod boot {
    use super::*;
    use rungs::Cause;

    #[step(retries = 3, backoff = fixed(secs(1)))]
    async fn radio() -> Result<u8, Error> {
        Err(Error::NoAnswer { address: 0x10 })
    }

    #[step(retries = 1)]
    async fn imu() -> Result<u8, Error> {
        Err(Error::NoAnswer { address: 0x68 })
    }

    #[step(skip_on_error)]
    async fn frame(imu: &u8) -> Result<u8, Error> {
        Ok(*imu)
    }

    #[step(when_all_done)]
    async fn tidy(imu: Result<&u8, Cause>) -> Result<(), Error> {
        let _ = imu;
        Ok(())
    }
}

const MS: Duration = Duration::from_millis(1);

fn main() {
    let mut p = Pipeline::with_code("bring-up");
    let imu = p.step("imu").retries(2).backoff(Backoff::fixed(3 * MS)).run_with(|cx: StepCx| async move {
        if cx.attempt() < 3 { Err(Error::NoAnswer { address: 0x68 }) } else { Ok(()) }
    });
    let radio = p.step("radio").timeout(10 * MS).run(core::future::pending::<Result<(), _>>);
    let announce = p.step("announce").after((imu, radio)).run(|| async { Ok(()) });
    p.step("serve\nradio: success").after(announce).skip_on_error().run(|| async { Ok(()) });
    p.step("alarm").after(imu).when_any_failed().run(|| async { Ok(()) });
    let run = p.runner().observe(Log).run(&Embassy);
    let Ok(report) = drive(run) else { return defmt::error!("the plan is wrong") };
    defmt::info!("{}", report);
    defmt::info!("{}", drive(boot::run(&Embassy)));
    defmt::info!("{}", Instant::from_nanos(1_500_000_999));
}
