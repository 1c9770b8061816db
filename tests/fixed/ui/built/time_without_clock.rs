#[derive(Debug)]
pub struct Bad;

#[rungs::pipeline(error = Bad)]
mod timed {
    use super::*;

    #[step]
    async fn power() -> Result<(), Bad> {
        Ok(())
    }

    #[step(timeout = ms(50), after(power))]
    async fn imu() -> Result<(), Bad> {
        Ok(())
    }
}

fn main() {
    let _ = futures_lite::future::block_on(timed::run(&rungs::NoClock));
}
