//! The boot with the static API and with the scheduler alone, on the board.
#![no_std]
#![no_main]

#[embedded_test::tests]
mod tests {
    use embedded_hal_async::delay::DelayNs;
    use riscv_board::{Delay, Mtime, bare_loop, block_on};
    // The start-up code.
    use riscv_rt as _;
    use rungs::{
        Timer,
        scheduler::{Cause, Status, StepId},
    };
    use sensor_board::{
        bring_up,
        cases::{self, Case, End},
        drivers::baro::{self, Air},
        model::{Script, World},
    };

    fn boot_rungs(case: Case) {
        let world = World::new(case.script);
        let report = block_on(bring_up::run(&mut world.board(Delay), &Mtime));
        assert_eq!(case.differs(&report), None);
        assert_eq!(world.frames(), case.frames);
        assert_eq!(world.watchdog(), Some(cases::WATCHDOG_TICKS));
    }

    #[test]
    fn rungs_calm() {
        boot_rungs(cases::CALM);
    }

    #[test]
    fn rungs_rough() {
        boot_rungs(cases::ROUGH);
    }

    #[test]
    fn rungs_silent() {
        boot_rungs(cases::SILENT);
    }

    #[test]
    fn rungs_dark() {
        boot_rungs(cases::DARK);
    }

    fn boot(case: Case) {
        let world = World::new(case.script);
        let records = bare_loop::boot(&mut world.board(Delay)).unwrap();
        for (place, (record, (end, attempts))) in records.iter().zip(case.steps).enumerate() {
            let name = cases::NAMES[place];
            let root = match record.node.cause() {
                Some(Cause::Dependency { root, .. }) => Some(root),
                _ => None,
            };
            let step = |place| Some(StepId::new(place).unwrap());
            match end {
                End::Success => assert_eq!(record.node.status(), Status::Success, "{name}"),
                End::TimedOut => assert_eq!(record.node.cause(), Some(Cause::TimedOut), "{name}"),
                End::Failed(by) => assert_eq!((record.node.status(), root), (Status::Failed, step(by)), "{name}"),
                End::Skipped(by) => assert_eq!((record.node.status(), root), (Status::Skipped, step(by)), "{name}"),
            }
            assert_eq!(record.node.attempts(), attempts, "{name}");
            assert!(record.started <= record.finished, "{name}");
        }
        assert_eq!(world.frames(), case.frames);
        assert_eq!(world.watchdog(), Some(cases::WATCHDOG_TICKS));
    }

    #[test]
    fn calm() {
        boot(cases::CALM);
    }

    #[test]
    fn rough() {
        boot(cases::ROUGH);
    }

    #[test]
    fn silent() {
        boot(cases::SILENT);
    }

    #[test]
    fn dark() {
        boot(cases::DARK);
    }

    #[test]
    fn sensors_read_as_their_data_sheets_say() {
        let world = World::new(Script::CALM);
        let mut board = world.board(Delay);
        block_on(async {
            sensor_board::bring_up::power(&mut board.enable, &mut board.good, &Delay).await.unwrap();
            let baro = baro::set_up(&mut board.bus, &mut Delay).await.unwrap();
            let air = baro.measure(&mut board.bus).await;
            assert_eq!(air, Ok(Air { centidegrees: 2_508, pascals: 100_656 }));
        });
    }

    #[test]
    fn a_delay_takes_its_time() {
        let start = Mtime.now();
        block_on(Delay.delay_ms(20));
        let took = (Mtime.now() - start).as_micros();
        assert!((20_000..20_100).contains(&took), "{took}");
    }
}
