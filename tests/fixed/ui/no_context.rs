// A module without a marked context: one error, however many parameters are its fields.
pub struct Fault;
pub struct Rail;
pub struct Radio;

#[rungs::pipeline(error = Fault)]
mod boot {
    use super::{Fault, Radio, Rail};

    pub struct Volts(pub u8);

    pub struct Board {
        pub rail: Rail,
        pub radio: Radio,
    }

    #[step]
    async fn power(rail: &mut Rail) -> Result<Volts, Fault> {
        let _ = rail;
        Ok(Volts(3))
    }

    #[step]
    async fn join(radio: &mut Radio, rail: &Rail, power: &Volts) -> Result<(), Fault> {
        let _ = (radio, rail, power);
        Ok(())
    }
}

fn main() {}
