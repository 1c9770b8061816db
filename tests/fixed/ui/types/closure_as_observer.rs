//! A closure is no observer by itself.

#[rungs::pipeline(error = &'static str)]
mod boot {
    #[step]
    async fn power() -> Result<(), &'static str> {
        Ok(())
    }
}

fn main() {
    let mut events = 0;
    let _ = boot::runner().observe(|_| events += 1).run((), &rungs::NoClock);
}
