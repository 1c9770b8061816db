//! What eight ready steps cost by hand, with joins and loops.
#![no_std]
#![no_main]

use by_hand::ready::joined::boot;
use cortex_m_boards::{bench, exit_on_panic};
use sensor_board::{READY_SUM, untimed::Board};

exit_on_panic!();

#[cortex_m_rt::entry]
fn main() -> ! {
    let mut board = Board::default();
    bench::run(boot(&mut board), |sum| *sum == Ok(READY_SUM))
}
