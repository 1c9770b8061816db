// Settings are typed: a number of retries, a span of time.
use core::time::Duration;

pub struct Fault;

#[rungs::pipeline(error = Fault)]
mod steps {
    use super::{Duration, Fault};

    #[step(retries = "3")]
    async fn retries() -> Result<(), Fault> {
        Ok(())
    }

    #[step(timeout = 50)]
    async fn timeout() -> Result<(), Fault> {
        Ok(())
    }

    #[step(timeout = Duration::from_millis(5))]
    async fn right() -> Result<(), Fault> {
        Ok(())
    }
}

fn main() {}
