//! Pipelines of equal steps, to see how much flash a step takes: each has a time limit and retries, needs the result of the
//! one before, and waits once.

/// A program that runs a pipeline of these steps.
#[macro_export]
macro_rules! program_of_steps {
    ($first:ident $($need:ident => $step:ident,)*) => {
        #[rungs::pipeline(error = Fault)]
        mod steps {
            use sensor_board::{
                Fault,
                workload::{Device, Slow},
            };

            #[derive(Debug, Default)]
            pub struct Board {
                pub device: Slow,
            }

            #[step(timeout = ms(50), retries = 2, backoff = exponential(ms(10)))]
            async fn $first(device: &mut Slow) -> Result<u32, Fault> {
                device.wait().await;
                device.touch(0)
            }

            $(
                #[step(timeout = ms(50), retries = 2, backoff = exponential(ms(10)))]
                async fn $step(device: &mut Slow, $need: &u32) -> Result<u32, Fault> {
                    device.wait().await;
                    device.touch(*$need)
                }
            )*
        }

        $crate::exit_on_panic!();

        #[embassy_executor::main]
        async fn main(_spawner: embassy_executor::Spawner) {
            let mut board = steps::Board::default();
            let report = steps::run(&mut board, &rungs_embassy::Embassy).await;
            semihosting::process::exit(i32::from(report.exit_code()))
        }
    };
}
