// The module must not define the names that the attribute adds to it.
pub struct Fault;

#[rungs::pipeline(error = Fault)]
mod steps {
    use super::Fault;

    #[step]
    async fn run() -> Result<(), Fault> {
        Ok(())
    }
}

fn main() {}
