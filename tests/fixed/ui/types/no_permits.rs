// The compiler checks a limit that is a constant.
pub struct Fault;

pub const LIMIT: u32 = 0;

#[rungs::pipeline(error = Fault, max_concurrent = LIMIT)]
mod steps {
    use super::{Fault, LIMIT};

    #[step]
    async fn scan() -> Result<(), Fault> {
        Ok(())
    }
}

fn main() {}
