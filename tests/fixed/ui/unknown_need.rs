// A parameter names a step or a field of the context.
pub struct BringUp;
pub struct Rail;

#[rungs::pipeline(error = BringUp)]
mod bring_up {
    use super::*;

    pub struct Board {
        pub rail: Rail,
    }

    #[step]
    async fn power(rail: &mut Rail) -> Result<u8, BringUp> {
        let _ = rail;
        Ok(3)
    }

    #[step(after(pwoer))]
    async fn imu(powr: &u8, rial: &Rail, antenna: &u8) -> Result<(), BringUp> {
        let _ = (powr, rial, antenna);
        Ok(())
    }
}

fn main() {}
