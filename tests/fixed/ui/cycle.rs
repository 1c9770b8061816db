// A cycle is reported where it closes, with its whole path.
pub struct Fault;

#[rungs::pipeline(error = Fault)]
mod farm {
    use super::Fault;

    #[step]
    async fn hen(egg: &u8) -> Result<u8, Fault> {
        Ok(*egg)
    }

    #[step]
    async fn egg(nest: &u8) -> Result<u8, Fault> {
        Ok(*nest)
    }

    #[step(after(hen))]
    async fn nest() -> Result<u8, Fault> {
        Ok(1)
    }

    #[step]
    async fn fox(fox: &u8) -> Result<u8, Fault> {
        Ok(*fox)
    }
}

fn main() {}
