//! The boot with the static API, on the board. It is a binary of its own because the smaller board has no room for more.
#![no_std]
#![no_main]

#[embedded_test::tests]
mod tests {
    use cortex_m_boards::start_clock;
    use embassy_time::Delay;
    use rungs_embassy::Embassy;
    use sensor_board::{bring_up, cases, model::World};

    #[init]
    fn init() {
        start_clock(cortex_m::Peripherals::take().unwrap().SYST);
    }

    /// One test, as the future of each test has room of its own.
    #[test]
    async fn boots_under_each_script() {
        for case in cases::ALL {
            let world = World::new(case.script);
            let report = bring_up::run(&mut world.board(Delay), &Embassy).await;
            assert_eq!(case.differs(&report), None, "{}", case.name);
            assert_eq!(world.frames(), case.frames);
            assert_eq!(world.watchdog(), Some(cases::WATCHDOG_TICKS));
        }
    }
}
