// Joins, orders without needs, and steps after all others.
pub struct Fault;

#[rungs::pipeline(error = Fault)]
mod steps {
    use super::Fault;

    #[step(mabye)]
    async fn left() -> Option<u8> {
        None
    }

    #[step(follows(lefd))]
    async fn right(left: Option<&u8>) -> Result<u8, Fault> {
        Ok(left.copied().unwrap_or(0))
    }

    #[step(when_none_failed, skip_on_error)]
    async fn join(left: &u8, right: Result<&u8, rungs::Cause>) -> Result<u8, Fault> {
        Ok(*left + right.map_or(0, |right| *right))
    }

    #[step(after_all, never_cancle)]
    async fn tidy() {}
}

#[rungs::pipeline]
mod cycle {
    #[step(follows(tidy))]
    async fn early() {}

    #[step(when_all_done, after_all)]
    async fn tidy() {}
}

fn main() {}
