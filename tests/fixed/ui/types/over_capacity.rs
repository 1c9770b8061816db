// The compiler checks units against a capacity that is a constant.
pub struct Fault;

pub const LIMIT: u32 = 2;

#[rungs::pipeline(error = Fault, resources(bus = LIMIT))]
mod steps {
    use super::{Fault, LIMIT};

    #[step(uses(bus = 3))]
    async fn scan() -> Result<(), Fault> {
        Ok(())
    }
}

fn main() {}
