//! A boot of eight steps that do almost nothing, to measure the cost of running steps. It has the shape of the board's boot; the
//! types of the devices determine which steps wait.

use core::{
    future::{Future, poll_fn},
    hint::black_box,
    pin::Pin,
    task::{Context, Poll},
};

use crate::Fault;

/// The boot.
#[rungs::pipeline(error = Fault)]
#[allow(missing_docs, reason = "they are numbers that go up")]
pub mod timed {
    use super::*;

    /// What the steps work on: the first two steps have a device each, and the rest share three.
    #[derive(Debug, Default)]
    pub struct Board<First, Rest> {
        pub rail: First,
        pub crystal: First,
        pub bus: Rest,
        pub modem: Rest,
        pub dog: Rest,
    }

    #[step(timeout = ms(50))]
    pub async fn power<First: Device>(rail: &mut First) -> Result<u32, Fault> {
        rail.wait().await;
        rail.touch(0)
    }

    #[step(timeout = ms(20))]
    pub async fn clock<First: Device>(crystal: &mut First) -> Result<u32, Fault> {
        crystal.wait().await;
        crystal.touch(0)
    }

    #[step(retries = 3, backoff = exponential(ms(10)), retry_if = Fault::is_transient)]
    pub async fn imu<Rest: Device>(bus: &mut Rest, power: &u32) -> Result<u32, Fault> {
        bus.wait().await;
        bus.touch(*power)
    }

    #[step(retries = 2, backoff = exponential(ms(10)), retry_if = Fault::is_transient, timeout = ms(30))]
    pub async fn baro<Rest: Device>(bus: &mut Rest, power: &u32) -> Result<u32, Fault> {
        bus.wait().await;
        bus.touch(*power)
    }

    #[step(retries = 2, retry_if = Fault::is_transient, timeout = ms(100))]
    pub async fn radio<Rest: Device>(modem: &mut Rest, power: &u32) -> Result<u32, Fault> {
        modem.wait().await;
        modem.touch(*power)
    }

    #[step(retries = 2, backoff = fixed(ms(50)), retry_if = Fault::is_transient, timeout = ms(200), deadline = secs(1))]
    pub async fn join<Rest: Device>(modem: &mut Rest, radio: &u32) -> Result<u32, Fault> {
        modem.wait().await;
        modem.touch(*radio)
    }

    #[step]
    pub async fn watchdog<Rest: Device>(dog: &mut Rest, clock: &u32) -> Result<u32, Fault> {
        dog.wait().await;
        dog.touch(*clock)
    }

    #[step(skip_on_error, timeout = ms(200))]
    pub async fn announce<Rest: Device>(modem: &mut Rest, imu: &u32, baro: &u32, join: &u32) -> Result<u32, Fault> {
        modem.wait().await;
        modem.touch(imu.wrapping_add(*baro).wrapping_add(*join))
    }
}

/// The same boot without time limits, to compare with boots that do not read a clock.
#[rungs::pipeline(error = Fault)]
#[allow(missing_docs, reason = "they are numbers that go up")]
pub mod untimed {
    use super::*;

    /// What the steps work on: the first two steps have a device each, and the rest share three.
    #[derive(Debug, Default)]
    pub struct Board<First, Rest> {
        pub rail: First,
        pub crystal: First,
        pub bus: Rest,
        pub modem: Rest,
        pub dog: Rest,
    }

    #[step]
    pub async fn power<First: Device>(rail: &mut First) -> Result<u32, Fault> {
        rail.wait().await;
        rail.touch(0)
    }

    #[step]
    pub async fn clock<First: Device>(crystal: &mut First) -> Result<u32, Fault> {
        crystal.wait().await;
        crystal.touch(0)
    }

    #[step(retries = 3, retry_if = Fault::is_transient)]
    pub async fn imu<Rest: Device>(bus: &mut Rest, power: &u32) -> Result<u32, Fault> {
        bus.wait().await;
        bus.touch(*power)
    }

    #[step(retries = 2, retry_if = Fault::is_transient)]
    pub async fn baro<Rest: Device>(bus: &mut Rest, power: &u32) -> Result<u32, Fault> {
        bus.wait().await;
        bus.touch(*power)
    }

    #[step(retries = 2, retry_if = Fault::is_transient)]
    pub async fn radio<Rest: Device>(modem: &mut Rest, power: &u32) -> Result<u32, Fault> {
        modem.wait().await;
        modem.touch(*power)
    }

    #[step(retries = 2, retry_if = Fault::is_transient)]
    pub async fn join<Rest: Device>(modem: &mut Rest, radio: &u32) -> Result<u32, Fault> {
        modem.wait().await;
        modem.touch(*radio)
    }

    #[step]
    pub async fn watchdog<Rest: Device>(dog: &mut Rest, clock: &u32) -> Result<u32, Fault> {
        dog.wait().await;
        dog.touch(*clock)
    }

    #[step(skip_on_error)]
    pub async fn announce<Rest: Device>(modem: &mut Rest, imu: &u32, baro: &u32, join: &u32) -> Result<u32, Fault> {
        modem.wait().await;
        modem.touch(imu.wrapping_add(*baro).wrapping_add(*join))
    }
}

/// All steps have worked on the board, in an order that their needs allow: the sum is this one then.
pub const SUM: u32 = 14;

/// The least number of polls of the boot: one, and one more for each device that its longest path waits for. That path is
/// `power`, `imu`, `baro`, `announce`.
pub const fn polls<First: Device, Rest: Device>() -> u32 {
    1 + First::WAITS + 3 * Rest::WAITS
}

/// A device that counts how often it was used.
pub trait Device: Default {
    /// How often a step that uses it waits for it.
    const WAITS: u32;

    /// Waits until the device can be used.
    fn wait(&self) -> impl Future<Output = ()>;

    /// How often the device was used.
    fn uses(&mut self) -> &mut u32;

    /// Uses the device, and adds to what came in.
    fn touch(&mut self, input: u32) -> Result<u32, Fault> {
        let uses = self.uses();
        *uses = black_box(uses.wrapping_add(1));
        match uses.wrapping_add(input) {
            // Never, but the compiler cannot know: steps may fail.
            0 => Err(Fault::Answer),
            sum => Ok(sum),
        }
    }
}

/// A device that is always ready.
#[derive(Default, Debug)]
pub struct Prompt(u32);

impl Device for Prompt {
    const WAITS: u32 = 0;

    fn wait(&self) -> impl Future<Output = ()> {
        poll_fn(|_| Poll::Ready(()))
    }

    fn uses(&mut self) -> &mut u32 {
        &mut self.0
    }
}

/// A device for which each step waits once.
#[derive(Default, Debug)]
pub struct Slow(u32);

impl Device for Slow {
    const WAITS: u32 = 1;

    fn wait(&self) -> impl Future<Output = ()> {
        Wait { is_over: false }
    }

    fn uses(&mut self) -> &mut u32 {
        &mut self.0
    }
}

/// Wakes its task at the first poll, as an interrupt would, and is ready at the second.
struct Wait {
    is_over: bool,
}

impl Future for Wait {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.is_over {
            return Poll::Ready(());
        }
        self.is_over = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}
