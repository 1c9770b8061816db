// A step that may skip itself returns an option.
#[derive(Debug)]
pub struct Bad;

#[rungs::pipeline(error = Bad)]
mod steps {
    use super::Bad;

    #[step(maybe)]
    async fn fallible() -> Result<u8, Bad> {
        Ok(3)
    }
}

fn main() {}
