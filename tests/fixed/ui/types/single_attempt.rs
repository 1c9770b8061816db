// A step that uses up what it is given cannot be retried, wherever its settings state that.
use rungs::Settings;

pub struct Fault;
pub struct Link<'s>(&'s mut u8);
pub const PATIENT: Settings<'static> = Settings::DEFAULT.retries(2);

#[rungs::pipeline(error = Fault, defaults(retries = 1))]
mod steps {
    use super::{Fault, Link, PATIENT};

    pub struct Board {
        pub uart: u8,
    }

    #[step]
    async fn packet() -> Result<u8, Fault> {
        Ok(3)
    }

    #[step(settings = PATIENT)]
    async fn send(packet: u8) -> Result<(), Fault> {
        let _ = packet;
        Ok(())
    }

    #[step]
    async fn link(uart: &mut u8) -> Result<Link<'_>, Fault> {
        Ok(Link(uart))
    }

    #[step(retries = 0)]
    async fn close(link: Link<'_>) -> Result<(), Fault> {
        *link.0 = 0;
        Ok(())
    }
}

fn main() {}
