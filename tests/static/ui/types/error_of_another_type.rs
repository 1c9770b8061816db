// Every step fails with the pipeline's error type.
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
