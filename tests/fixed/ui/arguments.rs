// The arguments of the attributes.
pub struct Fault;

#[rungs::pipeline(error = Fault, order = random, max_concurrent = 0, resources(bus = 2))]
mod steps {
    use super::Fault;

    #[step(retrys = 3)]
    async fn misspelt() -> Result<(), Fault> {
        Ok(())
    }

    #[step(timeout(5), optional = true, optional)]
    async fn forms() -> Result<(), Fault> {
        Ok(())
    }

    #[step(when_all_done, skip_on_error, backoff = fixed(ms(5)))]
    async fn contradictions() -> Result<(), Fault> {
        Ok(())
    }

    #[step(uses(bus = 3, bsu = 1))]
    async fn resources() -> Result<(), Fault> {
        Ok(())
    }
}

fn main() {}
