// A store for a pipeline that stores nothing.
use rungs::fixed::Checkpoints;

#[rungs::pipeline(error = &'static str)]
mod boot {
    #[step]
    async fn power() -> Result<u32, &'static str> {
        Ok(3_300)
    }
}

fn store(store: &mut impl Checkpoints) {
    let _ = boot::runner().checkpoints(store, |_| "the store failed");
}

fn main() {}
