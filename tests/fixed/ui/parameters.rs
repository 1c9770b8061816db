// Results are taken by `&`, `&mut` or by value, fields by `&` or `&mut`, and clean-up steps take the outcomes of their needs.
use rungs::Cause;

pub struct Fault;

#[rungs::pipeline(error = Fault)]
mod steps {
    use super::{Cause, Fault};

    pub struct Board {
        pub radio: u8,
    }

    #[step]
    async fn power() -> Result<u8, Fault> {
        Ok(3)
    }

    #[step]
    async fn owned(radio: u8) -> Result<(), Fault> {
        let _ = radio;
        Ok(())
    }

    #[step]
    async fn settled(power: Result<&u8, Cause>) -> Result<(), Fault> {
        let _ = power;
        Ok(())
    }

    #[step(when_all_done)]
    async fn unsettled(power: &u8) -> Result<(), Fault> {
        let _ = power;
        Ok(())
    }

    #[step]
    async fn radio(radio: &mut u8) -> Result<(), Fault> {
        *radio += 1;
        Ok(())
    }

    #[step]
    async fn pattern((power, radio): (&u8, &u8)) -> Result<(), Fault> {
        let _ = (power, radio);
        Ok(())
    }
}

fn main() {}
