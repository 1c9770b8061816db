// The compiler checks a number of retries that is a constant, and one in settings from elsewhere.
use rungs::Settings;

pub struct Fault;

pub const MANY: u32 = 200_001;
pub const PATIENT: Settings<'static> = Settings::DEFAULT.retries(MANY);

#[rungs::pipeline(error = Fault)]
mod steps {
    use super::{Fault, MANY, PATIENT};

    #[step(retries = MANY)]
    async fn dial() -> Result<(), Fault> {
        Ok(())
    }

    #[step(settings = PATIENT)]
    async fn greet() -> Result<(), Fault> {
        Ok(())
    }
}

fn main() {}
