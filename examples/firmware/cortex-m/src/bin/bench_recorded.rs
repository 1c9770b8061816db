//! What eight steps cost by hand, with time limits, retries and a record.
#![no_std]
#![no_main]

use by_hand::{recorded::Log, workload::recorded::boot};
use cortex_m_boards::{
    bench::{self, First, Rest},
    exit_on_panic,
};
use embassy_executor::Spawner;
use sensor_board::workload::{SUM, timed::Board};

exit_on_panic!();

#[embassy_executor::main]
async fn main(_spawner: Spawner) {
    let (mut board, log) = (Board::<First, Rest>::default(), Log::default());
    bench::run::<{ bench::POLLS }, _>(boot(&mut board, &log), |sum| *sum == Ok(SUM)).await
}
