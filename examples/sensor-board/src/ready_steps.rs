//! Another boot of eight steps, each of which is ready at its first poll and does next to nothing: what it costs is what
//! running steps costs. The shape is the board's.

use core::hint::black_box;

use crate::Fault;

/// The boot.
#[rungs::pipeline(error = Fault)]
#[allow(missing_docs, reason = "they are numbers that go up")]
pub mod ready {
    use super::*;

    /// What the steps work on: devices that count how often they were used.
    #[derive(Default, Debug)]
    pub struct Board {
        pub rail: u32,
        pub crystal: u32,
        pub bus: u32,
        pub modem: u32,
        pub dog: u32,
    }

    #[step(timeout = ms(50))]
    pub async fn power(rail: &mut u32) -> Result<u32, Fault> {
        touch(rail, 0)
    }

    #[step(timeout = ms(20))]
    pub async fn clock(crystal: &mut u32) -> Result<u32, Fault> {
        touch(crystal, 0)
    }

    #[step(retries = 3, backoff = exponential(ms(10)), retry_if = Fault::is_transient)]
    pub async fn imu(bus: &mut u32, power: &u32) -> Result<u32, Fault> {
        touch(bus, *power)
    }

    #[step(retries = 2, backoff = exponential(ms(10)), retry_if = Fault::is_transient, timeout = ms(30))]
    pub async fn baro(bus: &mut u32, power: &u32) -> Result<u32, Fault> {
        touch(bus, *power)
    }

    #[step(retries = 2, retry_if = Fault::is_transient, timeout = ms(100))]
    pub async fn radio(modem: &mut u32, power: &u32) -> Result<u32, Fault> {
        touch(modem, *power)
    }

    #[step(retries = 2, backoff = fixed(ms(50)), retry_if = Fault::is_transient, timeout = ms(200), deadline = secs(1))]
    pub async fn join(modem: &mut u32, radio: &u32) -> Result<u32, Fault> {
        touch(modem, *radio)
    }

    #[step]
    pub async fn watchdog(dog: &mut u32, clock: &u32) -> Result<u32, Fault> {
        touch(dog, *clock)
    }

    #[step(skip_on_error, timeout = ms(200))]
    pub async fn announce(modem: &mut u32, imu: &u32, baro: &u32, join: &u32) -> Result<u32, Fault> {
        touch(modem, imu.wrapping_add(*baro).wrapping_add(*join))
    }
}

/// The same boot without time limits: what there is to compare with where nobody looks at a clock.
#[rungs::pipeline(error = Fault)]
#[allow(missing_docs, reason = "they are numbers that go up")]
pub mod untimed {
    use super::*;

    /// What the steps work on: devices that count how often they were used.
    #[derive(Default, Debug)]
    pub struct Board {
        pub rail: u32,
        pub crystal: u32,
        pub bus: u32,
        pub modem: u32,
        pub dog: u32,
    }

    #[step]
    pub async fn power(rail: &mut u32) -> Result<u32, Fault> {
        touch(rail, 0)
    }

    #[step]
    pub async fn clock(crystal: &mut u32) -> Result<u32, Fault> {
        touch(crystal, 0)
    }

    #[step(retries = 3, retry_if = Fault::is_transient)]
    pub async fn imu(bus: &mut u32, power: &u32) -> Result<u32, Fault> {
        touch(bus, *power)
    }

    #[step(retries = 2, retry_if = Fault::is_transient)]
    pub async fn baro(bus: &mut u32, power: &u32) -> Result<u32, Fault> {
        touch(bus, *power)
    }

    #[step(retries = 2, retry_if = Fault::is_transient)]
    pub async fn radio(modem: &mut u32, power: &u32) -> Result<u32, Fault> {
        touch(modem, *power)
    }

    #[step(retries = 2, retry_if = Fault::is_transient)]
    pub async fn join(modem: &mut u32, radio: &u32) -> Result<u32, Fault> {
        touch(modem, *radio)
    }

    #[step]
    pub async fn watchdog(dog: &mut u32, clock: &u32) -> Result<u32, Fault> {
        touch(dog, *clock)
    }

    #[step(skip_on_error)]
    pub async fn announce(modem: &mut u32, imu: &u32, baro: &u32, join: &u32) -> Result<u32, Fault> {
        touch(modem, imu.wrapping_add(*baro).wrapping_add(*join))
    }
}

/// All steps have worked on the board, in an order that their needs allow: the sum is this one then.
pub const READY_SUM: u32 = 14;

/// Uses a device, and adds to what came in.
fn touch(device: &mut u32, input: u32) -> Result<u32, Fault> {
    *device = black_box(device.wrapping_add(1));
    match device.wrapping_add(input) {
        // Never, but the compiler cannot know: steps may fail.
        0 => Err(Fault::Answer),
        sum => Ok(sum),
    }
}
