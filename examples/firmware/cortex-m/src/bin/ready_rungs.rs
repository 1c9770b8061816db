//! What eight ready steps cost by rungs, on embassy's clock.
#![no_std]
#![no_main]

use cortex_m_boards::{bench, exit_on_panic};
use rungs_embassy::Embassy;
use sensor_board::{READY_SUM, ready};

exit_on_panic!();

#[cortex_m_rt::entry]
fn main() -> ! {
    let (mut board, mut storage) = (ready::Board::default(), ready::Storage::new());
    bench::run(ready::runner().run_in(&mut storage, &mut board, &Embassy), |report| {
        let (announce, watchdog) = (report.outputs.announce, report.outputs.watchdog);
        report.is_success() && announce.zip(watchdog).map(|(a, w)| a.wrapping_add(w)) == Some(READY_SUM)
    })
}
