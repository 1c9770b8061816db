//! What eight steps cost by rungs, on embassy's clock.
#![no_std]
#![no_main]

use cortex_m_boards::{
    bench::{self, First, Rest},
    exit_on_panic,
};
use embassy_executor::Spawner;
use rungs_embassy::Embassy;
use sensor_board::workload::{SUM, timed};

exit_on_panic!();

#[embassy_executor::main]
async fn main(_spawner: Spawner) {
    let (mut board, mut storage) = (timed::Board::<First, Rest>::default(), timed::Storage::new());
    bench::run::<{ bench::POLLS }, _>(timed::runner().run_in(&mut storage, &mut board, &Embassy), |report| {
        let (announce, watchdog) = (report.outputs.announce, report.outputs.watchdog);
        report.is_success() && announce.zip(watchdog).map(|(a, w)| a.wrapping_add(w)) == Some(SUM)
    })
    .await
}
