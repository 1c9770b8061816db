// A parameter named after a step has that step's result for its type.
pub struct Fault;

#[rungs::pipeline(error = Fault)]
mod steps {
    use super::Fault;

    #[step]
    async fn power() -> Result<u16, Fault> {
        Ok(3)
    }

    #[step]
    async fn imu(power: &u8) -> Result<(), Fault> {
        let _ = power;
        Ok(())
    }
}

fn main() {}
