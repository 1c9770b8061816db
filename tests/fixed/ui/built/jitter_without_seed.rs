// Errors that depend on constants are found when the run is built, not by `cargo check`.
#[derive(Debug)]
pub struct Bad;

#[rungs::pipeline(error = Bad)]
mod shaky {
    use super::*;

    #[step(retries = 2, backoff = exponential(ms(10)).jitter(Jitter::Full))]
    async fn join() -> Result<(), Bad> {
        Ok(())
    }
}

pub struct Clock;

impl rungs::Timer for Clock {
    type Sleep = std::future::Pending<()>;

    fn now(&self) -> rungs::Instant {
        rungs::Instant::ZERO
    }

    fn sleep_until(&self, _: rungs::Instant) -> Self::Sleep {
        std::future::pending()
    }
}

fn main() {
    futures_lite::future::block_on(async {
        let _ = shaky::runner().seed(1).run((), &Clock).await;
        let _ = shaky::run(&Clock).await;
    });
}
