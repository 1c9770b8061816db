// A type of one's own that is called `Result`.
pub struct Fault;

#[rungs::pipeline(error = Fault)]
mod steps {
    use super::Fault;

    pub struct Result(pub u8);

    #[step]
    async fn measure() -> Result {
        Result(1)
    }
}

fn main() {}
