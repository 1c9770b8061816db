// Two steps with the same name.
pub struct Fault;

#[rungs::pipeline(error = Fault)]
mod twins {
    use super::Fault;

    #[step]
    async fn fetch() -> Result<u8, Fault> {
        Ok(1)
    }

    #[step]
    async fn fetch() -> Result<u8, Fault> {
        Ok(2)
    }
}

fn main() {}
