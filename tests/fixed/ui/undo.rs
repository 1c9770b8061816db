// An undo names a step of the pipeline, is given its result alone, and has no needs.
pub struct Fault;
pub struct Link<'u>(&'u mut u8);

#[rungs::pipeline(error = Fault)]
mod steps {
    use super::{Fault, Link};

    pub struct Board {
        pub rail: u8,
        pub uart: u8,
    }

    #[step]
    async fn power(rail: &mut u8) -> Result<u8, Fault> {
        *rail = 3;
        Ok(*rail)
    }

    #[undo(pwoer)]
    async fn misspelt() {}

    #[undo(power, after(radio), maybe)]
    async fn needy(power: &u8, radio: &u8, rial: &mut u8) {
        *rial = *power - *radio;
    }

    #[undo(power)]
    async fn again(power: u8) {
        let _ = power;
    }

    #[undo]
    async fn nameless() {}

    #[step]
    async fn radio(power: &u8) -> Result<u8, Fault> {
        Ok(*power)
    }

    #[undo(radio, retries = 2)]
    fn plain(radio: &u8) {
        let _ = radio;
    }

    #[step]
    async fn send(radio: u8) {
        let _ = radio;
    }

    #[step]
    async fn link(uart: &mut u8) -> Link<'_> {
        Link(uart)
    }

    #[undo(link)]
    async fn unlink(link: &Link<'_>) {
        let _ = link;
    }

    #[step]
    async fn tune(link: &mut Link<'_>) -> u8 {
        *link.0
    }

    #[step]
    async fn trim(tune: &mut u8) {
        *tune = 0;
    }

    #[undo(tune)]
    async fn untune(tune: &u8) {
        let _ = tune;
    }

    #[step(when_all_done, after_all)]
    async fn tidy() {}

    #[undo(tidy)]
    #[step]
    async fn both() {}

    #[undo(tidy)]
    async fn untidy() {}

    #[undo(send)]
    pub const UNSENT: u8 = 0;
}

fn main() {}
