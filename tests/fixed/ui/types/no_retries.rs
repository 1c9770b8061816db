// The compiler checks a number of retries that is a constant beside settings that have no effect without retries.
pub struct Fault;

pub const NONE: u32 = 0;

#[rungs::pipeline(error = Fault)]
mod steps {
    use super::{Fault, NONE};

    #[step(retries = NONE)]
    async fn once() -> Result<(), Fault> {
        Ok(())
    }

    #[step(retries = NONE, retry_delay = ms(5))]
    async fn delayed() -> Result<(), Fault> {
        Ok(())
    }

    #[step(retries = NONE, retry_if = |_| true)]
    async fn choosy() -> Result<(), Fault> {
        Ok(())
    }
}

fn main() {}
