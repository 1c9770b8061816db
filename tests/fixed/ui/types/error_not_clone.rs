// An error that is handed on is cloned.
pub struct Fault;

#[rungs::pipeline(error = Fault)]
mod steps {
    use super::Fault;
    use rungs::Unmet;

    #[step]
    async fn power() -> Result<(), Fault> {
        Err(Fault)
    }

    #[step(when_all_done)]
    async fn tidy(power: Result<&(), Unmet<Fault>>) {
        let _ = power;
    }
}

fn main() {}
