// A result that a step takes by value, and a field that a result borrows, are gone for later steps.
pub struct Fault;
pub struct Link<'s>(&'s mut u8);

#[rungs::pipeline(error = Fault)]
mod steps {
    use super::{Fault, Link};

    pub struct Board {
        pub uart: u8,
    }

    #[step]
    async fn packet() -> Result<u8, Fault> {
        Ok(3)
    }

    #[step]
    async fn send(packet: u8) {
        let _ = packet;
    }

    #[step]
    async fn send_again(packet: u8) {
        let _ = packet;
    }

    #[step]
    async fn log(packet: &u8) {
        let _ = packet;
    }

    #[step]
    async fn link(uart: &mut u8) -> Result<Link<'_>, Fault> {
        Ok(Link(uart))
    }

    #[step]
    async fn reset(uart: &mut u8) {
        *uart = 0;
    }
}

fn main() {}
