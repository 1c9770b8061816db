//! What a meaning costs: three steps, of which the last one has the meaning that a feature `meaning-..` selects. Without a
//! feature it is an ordinary step.
#![no_std]
#![no_main]

use cortex_m_boards::{bench, exit_on_panic};
use embassy_executor::Spawner;
use rungs_embassy::Embassy;

exit_on_panic!();

/// A pipeline with this third step.
macro_rules! with_third {
    ($($third:tt)*) => {
        #[rungs::pipeline(error = Fault)]
        mod boot {
            use sensor_board::{
                Fault,
                workload::{Device, Slow},
            };

            #[derive(Debug, Default)]
            pub struct Board {
                pub rail: Slow,
                pub bus: Slow,
                pub dog: Slow,
            }

            #[step(timeout = ms(50))]
            async fn first(rail: &mut Slow) -> Result<u32, Fault> {
                rail.wait().await;
                rail.touch(0)
            }

            #[step(timeout = ms(50))]
            async fn second(bus: &mut Slow) -> Result<u32, Fault> {
                bus.wait().await;
                bus.touch(0)
            }

            $($third)*
        }
    };
}

#[cfg(not(any(
    feature = "meaning-maybe",
    feature = "meaning-when_none_failed",
    feature = "meaning-follows",
    feature = "meaning-never_cancel",
    feature = "meaning-by_value",
    feature = "meaning-by_mut",
    feature = "meaning-when_all_done",
    feature = "meaning-after_all",
)))]
with_third! {
    #[step(timeout = ms(50), after(first))]
    async fn third(dog: &mut Slow, second: &u32) -> Result<u32, Fault> {
        dog.wait().await;
        dog.touch(*second)
    }
}

#[cfg(feature = "meaning-maybe")]
with_third! {
    #[step(timeout = ms(50), after(first), maybe)]
    async fn third(dog: &mut Slow, second: &u32) -> Result<Option<u32>, Fault> {
        dog.wait().await;
        let sum = dog.touch(*second)?;
        Ok((sum > 1).then_some(sum))
    }
}

#[cfg(feature = "meaning-when_none_failed")]
with_third! {
    #[step(timeout = ms(50), after(first), when_none_failed)]
    async fn third(dog: &mut Slow, second: Option<&u32>) -> Result<u32, Fault> {
        dog.wait().await;
        dog.touch(second.copied().unwrap_or(1))
    }
}

#[cfg(feature = "meaning-follows")]
with_third! {
    #[step(timeout = ms(50), follows(first))]
    async fn third(dog: &mut Slow, second: &u32) -> Result<u32, Fault> {
        dog.wait().await;
        dog.touch(*second)
    }
}

#[cfg(feature = "meaning-never_cancel")]
with_third! {
    #[step(timeout = ms(50), after(first), never_cancel)]
    async fn third(dog: &mut Slow, second: &u32) -> Result<u32, Fault> {
        dog.wait().await;
        dog.touch(*second)
    }
}

#[cfg(feature = "meaning-by_value")]
with_third! {
    #[step(timeout = ms(50), after(first))]
    async fn third(dog: &mut Slow, second: u32) -> Result<u32, Fault> {
        dog.wait().await;
        dog.touch(second)
    }
}

#[cfg(feature = "meaning-by_mut")]
with_third! {
    #[step(timeout = ms(50), after(first))]
    async fn third(dog: &mut Slow, second: &mut u32) -> Result<u32, Fault> {
        dog.wait().await;
        *second = second.wrapping_add(1);
        dog.touch(second.wrapping_sub(1))
    }
}

#[cfg(feature = "meaning-when_all_done")]
with_third! {
    #[step(timeout = ms(50), after(first), when_all_done)]
    async fn third(dog: &mut Slow, second: Result<&u32, rungs::Cause>) -> Result<u32, Fault> {
        dog.wait().await;
        dog.touch(second.copied().unwrap_or(1))
    }
}

// With a rule, which it needs: its cost is that beyond the one of the rule.
#[cfg(feature = "meaning-after_all")]
with_third! {
    #[step(timeout = ms(50), after_all, when_all_done)]
    async fn third(dog: &mut Slow, second: Result<&u32, rungs::Cause>) -> Result<u32, Fault> {
        dog.wait().await;
        dog.touch(second.copied().unwrap_or(1))
    }
}

/// One poll, and one more for each step on the way from `first` to `third`.
const POLLS: u32 = 3;

#[embassy_executor::main]
async fn main(_spawner: Spawner) {
    let (mut board, mut storage) = (boot::Board::default(), boot::Storage::new());
    bench::run::<POLLS, _>(boot::runner().run_in(&mut storage, &mut board, &Embassy), |report| {
        report.is_success() && report.outputs.third == Some(2)
    })
    .await
}
