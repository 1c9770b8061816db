// The attribute sees names. Where a type parameter keeps the compiler from telling, a `Result` is called `Result`.
pub struct Fault;

pub type Outcome<T> = Result<T, Fault>;

#[rungs::pipeline(error = Fault)]
mod steps {
    use super::{Fault, Outcome};

    pub struct Board<T: Clone> {
        pub value: T,
    }

    #[step]
    async fn sample<T: Clone>(value: &T) -> Outcome<T> {
        Ok(value.clone())
    }
}

fn main() {}
