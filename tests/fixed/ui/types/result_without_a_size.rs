// A buffer on a board has a size, which follows from the type of the result.
#[rungs::pipeline(error = &'static str)]
mod boot {
    #[step(checkpoint)]
    async fn name() -> Result<String, &'static str> {
        Ok("imu".into())
    }
}

fn main() {}
