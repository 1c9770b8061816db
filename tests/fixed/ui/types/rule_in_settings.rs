// How a step takes its needs is written beside the value.
pub struct Fault;

pub const TIDY: rungs::Settings<'static> = rungs::Settings::DEFAULT.when(rungs::When::AllDone);

#[rungs::pipeline(error = Fault)]
mod steps {
    use super::{Fault, TIDY};

    #[step(settings = TIDY)]
    async fn tidy() -> Result<(), Fault> {
        Ok(())
    }
}

fn main() {}
