#[derive(Debug)]
pub struct Bad;

#[rungs::pipeline(error = Bad, deadline = secs(5))]
mod limited {
    use super::*;

    #[step]
    async fn power() -> Result<(), Bad> {
        Ok(())
    }
}

#[rungs::pipeline(error = Bad)]
mod unlimited {
    use super::*;

    #[step]
    async fn power() -> Result<(), Bad> {
        Ok(())
    }
}

fn main() {
    let _ = futures_lite::future::block_on(limited::run(&rungs::NoClock));
    let signal = rungs::fixed::StopSignal::new();
    let runner = unlimited::runner().deadline(std::time::Duration::from_secs(5)).cancel(&signal).max_concurrent(1);
    let _ = futures_lite::future::block_on(runner.run((), &rungs::NoClock));
}
