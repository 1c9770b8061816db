// What a step asks of a generic field the context must ask too.
pub struct Fault;

pub trait Bus {}

#[rungs::pipeline(error = Fault)]
mod steps {
    use super::{Bus, Fault};

    pub struct Board<B> {
        pub bus: B,
    }

    #[step]
    async fn scan<B: Bus>(bus: &mut B) -> Result<(), Fault> {
        let _ = bus;
        Ok(())
    }
}

fn main() {}
