// A step is an async fn, and its result borrows nothing.
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
    async fn borrowed<T: Bus>(bus: &T) -> Result<&T, Fault> {
        Ok(bus)
    }
}

fn main() {}
