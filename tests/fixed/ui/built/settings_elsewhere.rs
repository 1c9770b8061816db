// What settings come from is to blame: a value, or the defaults.
#[derive(Debug)]
pub struct Bad;

pub const CAREFUL: rungs::Settings<'static> =
    rungs::Settings::DEFAULT.retries(1).backoff(rungs::Backoff::fixed(std::time::Duration::from_millis(1)));

#[rungs::pipeline(error = Bad, defaults(timeout = ms(50)))]
mod timed {
    use super::*;

    #[step]
    async fn power() -> Result<(), Bad> {
        Ok(())
    }
}

#[rungs::pipeline(error = Bad)]
mod valued {
    use super::*;

    #[step(settings = CAREFUL)]
    async fn power() -> Result<(), Bad> {
        Ok(())
    }
}

fn main() {
    let _ = futures_lite::future::block_on(timed::run(&rungs::NoClock));
    let _ = futures_lite::future::block_on(valued::run(&rungs::NoClock));
}
