//! By joins and loops.

use embassy_futures::join::join;
use sensor_board::{
    Fault,
    workload::{
        Device,
        untimed::{self as steps, Board},
    },
};

use crate::joined::retry;

pub async fn boot(board: &mut Board<impl Device, impl Device>) -> Result<u32, Fault> {
    let Board { rail, crystal, bus, modem, dog } = board;
    let sensing = async {
        let power = steps::power(rail).await?;
        let sensors = async {
            let imu = retry(3, async || steps::imu(bus, &power).await).await;
            let baro = retry(2, async || steps::baro(bus, &power).await).await;
            Ok((imu?, baro?))
        };
        let network = async {
            let radio = retry(2, async || steps::radio(modem, &power).await).await?;
            retry(2, async || steps::join(modem, &radio).await).await
        };
        let (sensors, session) = join(sensors, network).await;
        let ((imu, baro), session) = (sensors?, session?);
        steps::announce(modem, &imu, &baro, &session).await
    };
    let guarding = async {
        let clock = steps::clock(crystal).await?;
        steps::watchdog(dog, &clock).await
    };
    let (sensing, guarding) = join(sensing, guarding).await;
    Ok(sensing?.wrapping_add(guarding?))
}
