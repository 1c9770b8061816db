// The names that the attribute adds to the module are taken.
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
