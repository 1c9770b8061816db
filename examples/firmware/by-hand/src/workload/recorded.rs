//! With time limits, retries and a record.

use embassy_futures::join::join;
use embassy_time::Duration;
use sensor_board::workload::{
    Device,
    timed::{self as steps, Board},
};

use crate::recorded::{Log, Policy, Root};

const ONCE: Policy = Policy::ONCE;

pub async fn boot(board: &mut Board<impl Device, impl Device>, log: &Log<8>) -> Result<u32, Root> {
    let Board { rail, crystal, bus, modem, dog } = board;
    let sensing = async {
        const POWERING: Policy = ONCE.timeout(Duration::from_millis(50));
        let power = log.step(0, &POWERING, async || steps::power(rail).await).await;
        let sensors = async {
            const IMU_SET_UP: Policy = ONCE.retries(3).exponential(Duration::from_millis(10));
            const BARO_SET_UP: Policy =
                ONCE.retries(2).exponential(Duration::from_millis(10)).timeout(Duration::from_millis(30));
            match power {
                Ok(power) => {
                    let imu = log.step(2, &IMU_SET_UP, async || steps::imu(bus, &power).await).await;
                    let baro = log.step(3, &BARO_SET_UP, async || steps::baro(bus, &power).await).await;
                    (imu, baro)
                }
                Err(root) => (log.fail(2, root), log.fail(3, root)),
            }
        };
        let network = async {
            const RADIO_RESET: Policy = ONCE.retries(2).timeout(Duration::from_millis(100));
            const JOINING: Policy = ONCE
                .retries(2)
                .fixed(Duration::from_millis(50))
                .timeout(Duration::from_millis(200))
                .deadline(Duration::from_secs(1));
            let radio = match power {
                Ok(power) => log.step(4, &RADIO_RESET, async || steps::radio(modem, &power).await).await,
                Err(root) => log.fail(4, root),
            };
            match radio {
                Ok(radio) => log.step(5, &JOINING, async || steps::join(modem, &radio).await).await,
                Err(root) => log.fail(5, root),
            }
        };
        let ((imu, baro), session) = join(sensors, network).await;
        match (imu, baro, session) {
            (Ok(imu), Ok(baro), Ok(session)) => {
                const ANNOUNCING: Policy = ONCE.timeout(Duration::from_millis(200));
                log.step(7, &ANNOUNCING, async || steps::announce(modem, &imu, &baro, &session).await).await
            }
            (Err(root), ..) | (_, Err(root), _) | (.., Err(root)) => {
                log.skip(7, root);
                Err(root)
            }
        }
    };
    let guarding = async {
        const STARTING: Policy = ONCE.timeout(Duration::from_millis(20));
        match log.step(1, &STARTING, async || steps::clock(crystal).await).await {
            Ok(clock) => log.step(6, &ONCE, async || steps::watchdog(dog, &clock).await).await,
            Err(root) => log.fail(6, root),
        }
    };
    let (sensing, guarding) = join(sensing, guarding).await;
    Ok(sensing?.wrapping_add(guarding?))
}
