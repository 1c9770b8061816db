//! What eight ready steps cost by rungs, without a clock.
#![no_std]
#![no_main]

use cortex_m_boards::{bench, exit_on_panic};
use rungs::NoClock;
use sensor_board::{READY_SUM, untimed};

exit_on_panic!();

#[cortex_m_rt::entry]
fn main() -> ! {
    let (mut board, mut storage) = (untimed::Board::default(), untimed::Storage::new());
    bench::run(untimed::runner().run_in(&mut storage, &mut board, &NoClock), |report| {
        let (announce, watchdog) = (report.outputs.announce, report.outputs.watchdog);
        report.is_success() && announce.zip(watchdog).map(|(a, w)| a.wrapping_add(w)) == Some(READY_SUM)
    })
}
