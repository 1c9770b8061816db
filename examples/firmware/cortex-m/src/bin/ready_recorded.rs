//! What eight ready steps cost by hand, with time limits, retries and a record.
#![no_std]
#![no_main]

use by_hand::{ready::recorded::boot, recorded::Log};
use cortex_m_boards::{bench, exit_on_panic};
use sensor_board::{READY_SUM, ready::Board};

exit_on_panic!();

#[cortex_m_rt::entry]
fn main() -> ! {
    let (mut board, log) = (Board::default(), Log::default());
    bench::run(boot(&mut board, &log), |sum| *sum == Ok(READY_SUM))
}
