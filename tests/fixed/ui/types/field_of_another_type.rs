// A parameter named after a field of the context borrows that field.
pub struct Fault;

#[rungs::pipeline(error = Fault)]
mod steps {
    use super::Fault;

    pub struct Board {
        pub rail: u16,
    }

    #[step]
    async fn power(rail: &mut u8) -> Result<(), Fault> {
        *rail += 1;
        Ok(())
    }
}

fn main() {}
