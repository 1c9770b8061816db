#[derive(Debug)]
pub struct Bad;

#[rungs::pipeline(error = Bad)]
mod not_a_result {
    use super::*;

    type Outcome = Option<u8>;

    #[step]
    async fn one() -> Outcome {
        Some(1)
    }
}

fn main() {}
