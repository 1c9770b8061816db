// A parameter named after a step has the type of that step's result.
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
