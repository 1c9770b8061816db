//! What eight steps cost by hand, with joins and loops.
#![no_std]
#![no_main]

use by_hand::workload::joined::boot;
use cortex_m_boards::{
    bench::{self, First, Rest},
    exit_on_panic,
};
use embassy_executor::Spawner;
use sensor_board::workload::{SUM, untimed::Board};

exit_on_panic!();

#[embassy_executor::main]
async fn main(_spawner: Spawner) {
    let mut board = Board::<First, Rest>::default();
    bench::run::<{ bench::POLLS }, _>(boot(&mut board), |sum| *sum == Ok(SUM)).await
}
