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

    #[step(maybe)]
    async fn plain() -> u8 {
        3
    }
}

fn main() {
    let _ = futures_lite::future::block_on(steps::run(&rungs::NoClock));
}
