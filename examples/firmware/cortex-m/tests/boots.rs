//! The boots by hand, the devices and the clock, on the board.
#![no_std]
#![no_main]

#[embedded_test::tests]
mod tests {
    use by_hand::recorded::{self, Cause, Log, Status};
    use cortex_m_boards::{instructions, start_clock};
    use embassy_time::{Delay, Duration, Instant, Timer, with_timeout};
    use sensor_board::{
        Fault, bring_up,
        cases::{self, Case, End},
        drivers::{
            baro::{self, Air},
            imu, modem,
        },
        model::{Script, World},
    };

    #[init]
    fn init() {
        start_clock(cortex_m::Peripherals::take().unwrap().SYST);
    }

    #[track_caller]
    fn check(case: &Case, world: &World, log: &Log<8>) {
        for (place, (record, (end, attempts))) in log.records.iter().zip(case.steps).enumerate() {
            let expected = match end {
                End::Success => (Status::Success, None),
                End::TimedOut => (Status::Failed, Some(Cause::TimedOut)),
                End::Failed(root) => (Status::Failed, Some(Cause::Need { root })),
                End::Skipped(root) => (Status::Skipped, Some(Cause::Need { root })),
            };
            let name = cases::NAMES[place];
            assert_eq!((record.status.get(), record.cause.get()), expected, "{name}");
            assert_eq!(record.attempts.get(), attempts, "{name}");
            assert!(record.started.get() <= record.finished.get(), "{name}");
        }
        assert_eq!(world.frames(), case.frames);
        assert_eq!(world.watchdog(), Some(cases::WATCHDOG_TICKS));
    }

    async fn boot_recorded(case: Case) {
        let world = World::new(case.script);
        let log = Log::default();
        recorded::boot(&mut world.board(Delay), &log).await;
        check(&case, &world, &log);
    }

    #[test]
    async fn recorded_calm() {
        boot_recorded(cases::CALM).await;
    }

    #[test]
    async fn recorded_rough() {
        boot_recorded(cases::ROUGH).await;
    }

    #[test]
    async fn recorded_silent() {
        boot_recorded(cases::SILENT).await;
    }

    #[test]
    async fn recorded_dark() {
        boot_recorded(cases::DARK).await;
    }

    #[test]
    async fn joined_calm() {
        let world = World::new(Script::CALM);
        assert_eq!(by_hand::joined::boot(&mut world.board(Delay)).await, Ok(()));
        assert_eq!(world.frames(), 1);
    }

    #[test]
    async fn joined_gets_over_nacks() {
        let script = Script { modem: Script::CALM.modem, ..Script::ROUGH };
        let world = World::new(script);
        assert_eq!(by_hand::joined::boot(&mut world.board(Delay)).await, Ok(()));
        assert_eq!(world.frames(), 1);
    }

    #[test]
    async fn joined_hangs_with_a_device() {
        let world = World::new(Script::ROUGH);
        let mut board = world.board(Delay);
        let boot = by_hand::joined::boot(&mut board);
        assert!(with_timeout(Duration::from_secs(5), boot).await.is_err());
    }

    #[test]
    async fn sensors_read_as_their_data_sheets_say() {
        let world = World::new(Script::CALM);
        let mut board = world.board(Delay);
        bring_up::power(&mut board.enable, &mut board.good, &Delay).await.unwrap();
        let imu = imu::set_up(&mut board.bus, &mut Delay).await.unwrap();
        assert_eq!(imu.acceleration(&mut board.bus).await, Ok([0, 0, 999]));
        let baro = baro::set_up(&mut board.bus, &mut Delay).await.unwrap();
        let air = baro.measure(&mut board.bus).await;
        // The example of the data sheet says 25.08 degrees, and for the 32-bit formulas 100656 Pa.
        assert_eq!(air, Ok(Air { centidegrees: 2_508, pascals: 100_656 }));
    }

    #[test]
    async fn the_modem_knows_its_commands() {
        let world = World::new(Script::CALM);
        let mut board = world.board(Delay);
        bring_up::power(&mut board.enable, &mut board.good, &Delay).await.unwrap();
        let firmware = modem::reset(&mut board.modem).await.unwrap();
        assert_eq!(firmware.0, [1, 0, 5]);
        let session = modem::join(&mut board.modem, &firmware).await.unwrap();
        assert_eq!(session.address, 0x2601_1F22);
        // A reset ends the membership.
        modem::reset(&mut board.modem).await.unwrap();
        assert_eq!(modem::send(&mut board.modem, &session, &[1]).await, Err(Fault::Answer));
    }

    #[test]
    async fn nothing_answers_without_the_rail() {
        let world = World::new(Script::CALM);
        let mut board = world.board(Delay);
        assert!(matches!(imu::set_up(&mut board.bus, &mut Delay).await, Err(Fault::Bus(_))));
        let waited = with_timeout(Duration::from_millis(5), modem::reset(&mut board.modem)).await;
        assert!(waited.is_err());
    }

    #[test]
    fn time_never_goes_back() {
        let (start, mut last) = (Instant::now(), Instant::now());
        while start.elapsed() < Duration::from_millis(20) {
            let now = Instant::now();
            assert!(now >= last && now - last < Duration::from_millis(1), "{last} {now}");
            last = now;
        }
    }

    #[test]
    async fn a_timer_ends_within_a_millisecond_of_its_time() {
        for micros in [1, 999, 1_000, 1_001, 20_000] {
            let (start, span) = (Instant::now(), Duration::from_micros(micros));
            Timer::after(span).await;
            let late = start.elapsed().checked_sub(span).expect("not early");
            assert!(late < Duration::from_micros(1_100), "{late}");
        }
    }

    #[test]
    fn instructions_are_counted_exactly() {
        let spin = |rounds: u32| {
            instructions::count(|| {
                for _ in 0..rounds {
                    cortex_m::asm::nop();
                }
            })
            .unwrap()
        };
        // As many instructions a round in each: how many, is the compiler's affair.
        let (a, b, c) = (spin(100), spin(200), spin(300));
        assert_eq!(c - b, b - a);
        assert!(b - a >= 100, "{a} {b}");
        assert_eq!(spin(100), a);
    }
}
