// The bounds of a step on a generic field become bounds of the run on the context.
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

struct I2c;

impl Bus for I2c {}

fn main() {
    let mut board = steps::Board { bus: I2c };
    let report = futures_lite::future::block_on(steps::run(&mut board, &rungs::NoClock));
    assert!(report.is_success());
}
