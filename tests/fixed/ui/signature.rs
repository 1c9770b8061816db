// A step is an async fn that returns a result, and the result borrows nothing.
pub struct Fault;

pub trait Bus {}

#[rungs::pipeline(error = Fault)]
mod steps {
    use super::{Bus, Fault};

    pub struct Board<B: Bus> {
        pub bus: B,
    }

    #[step]
    fn blocking() -> Result<u8, Fault> {
        Ok(1)
    }

    #[step]
    async fn nothing() {}

    #[step]
    async fn number() -> (u8, u8) {
        (1, 2)
    }

    #[step]
    async fn borrowed<T: Bus>(bus: &T) -> Result<&T, Fault> {
        Ok(bus)
    }
}

fn main() {}
