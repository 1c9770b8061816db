// Each step fails with the error type of the pipeline.
pub struct Fault;

#[rungs::pipeline(error = Fault)]
mod steps {
    use super::Fault;

    #[step]
    async fn power() -> Result<(), &'static str> {
        Err("no power")
    }
}

fn main() {}
