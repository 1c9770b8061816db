// The predicate of `retry_if` takes the error type of the pipeline.
pub struct Fault;

fn is_busy(error: &&'static str) -> bool {
    *error == "busy"
}

#[rungs::pipeline(error = Fault)]
mod steps {
    use super::{Fault, is_busy};

    #[step(retries = 3, retry_if = is_busy)]
    async fn power() -> Result<(), Fault> {
        Err(Fault)
    }
}

fn main() {}
