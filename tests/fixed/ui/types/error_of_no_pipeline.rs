// A pipeline without an error type, and a step that fails by an alias.
pub type Outcome = std::io::Result<()>;

#[rungs::pipeline]
mod steps {
    use super::Outcome;

    #[step]
    async fn load() -> Outcome {
        Ok(())
    }
}

fn main() {}
