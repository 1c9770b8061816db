//! What eight steps cost by rungs, without a clock.
#![no_std]
#![no_main]

use cortex_m_boards::{
    bench::{self, First, Rest},
    exit_on_panic,
};
use embassy_executor::Spawner;
use rungs::NoClock;
use sensor_board::workload::{SUM, untimed};

exit_on_panic!();

#[embassy_executor::main]
async fn main(_spawner: Spawner) {
    let (mut board, mut storage) = (untimed::Board::<First, Rest>::default(), untimed::Storage::new());
    bench::run::<{ bench::POLLS }, _>(untimed::runner().run_in(&mut storage, &mut board, &NoClock), |report| {
        let (announce, watchdog) = (report.outputs.announce, report.outputs.watchdog);
        report.is_success() && announce.zip(watchdog).map(|(a, w)| a.wrapping_add(w)) == Some(SUM)
    })
    .await
}
