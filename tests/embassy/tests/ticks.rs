//! `Embassy` at 32,768 Hz, where no tick begins at a whole millisecond.

use std::{
    future::pending,
    pin::pin,
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use rungs::{Instant, Pipeline, Timer};
use rungs_embassy::Embassy;
use rungs_embassy_tests::{Hand, drive, move_to, tick};

/// There is one clock for all tests.
fn the_clock() -> MutexGuard<'static, ()> {
    static CLOCK: Mutex<()> = Mutex::new(());
    CLOCK.lock().unwrap()
}

#[test]
fn a_sleep_ends_at_the_first_tick_that_shows_its_deadline() {
    let _clock = the_clock();
    for start in 0..64 {
        // A tick is 30,517.58 ns.
        for nanos in [0, 1, 30_517, 30_518, 30_519, 61_035, 61_036, 1_000_000, 1_000_001] {
            move_to(start);
            let deadline = Embassy.now() + Duration::from_nanos(nanos);
            let mut sleep = pin!(Embassy.sleep_until(deadline));
            let hand = Hand::default();
            while hand.poll(sleep.as_mut()).is_pending() {
                while !hand.is_woken() {
                    assert!(Embassy.now() < deadline, "{nanos} ns from tick {start}");
                    tick();
                }
            }
            assert!(Embassy.now() >= deadline, "{nanos} ns from tick {start}");
        }
    }
}

#[test]
fn a_run_after_34_years() {
    let _clock = the_clock();
    move_to(1 << 45);
    assert_eq!(Embassy.now().as_nanos(), (1 << 30) * 1_000_000_000);
    let mut p = Pipeline::with_error::<&str>("late");
    p.step("cut off").timeout(Duration::from_millis(10)).run(pending::<Result<(), _>>);
    let report = drive(p.run(&Embassy)).unwrap();
    // 327.68 ticks, rounded up; then down to whole nanoseconds.
    assert_eq!(report.duration(), Duration::from_nanos(10_009_765));
}

#[test]
fn far_deadlines_wait() {
    let _clock = the_clock();
    move_to(1);
    for far in [1 << 60, i64::MAX as u64, 1 << 63, u64::MAX - 1, u64::MAX] {
        let mut sleep = pin!(Embassy.sleep_until(Instant::from_nanos(far)));
        let hand = Hand::default();
        // embassy's sleeps never end at their first poll.
        for tick in 1..5 {
            move_to(tick);
            assert!(hand.poll(sleep.as_mut()).is_pending(), "{far} ns at tick {tick}");
        }
    }
}
