//! The same boot by sequential-storage and postcard alone: its steps one after another, without a plan or a report.
#![no_std]
#![no_main]

use core::future::Future;

use cortex_m_boards::{
    exit_on_panic,
    power::{self, Calls, LENGTH, RamFlash},
};
use embassy_executor::Spawner;
use sequential_storage::{
    cache::{Cache, Uncached},
    map::{MapConfig, MapStorage},
};

exit_on_panic!();

type Map<'f> = MapStorage<u8, &'f RamFlash, Cache<Uncached, Uncached, Uncached, u8>>;

/// The result that is kept under this key, or else that of the body, which is then kept.
async fn once(map: &mut Map<'_>, key: u8, body: impl Future<Output = u32>) -> Option<u32> {
    let mut buffer = [0; 64];
    if let Some(bytes) = map.fetch_item::<&[u8]>(&mut buffer, &key).await.ok()? {
        return postcard::from_bytes(bytes).ok();
    }
    let (result, mut bytes) = (body.await, [0; 8]);
    let bytes: &[u8] = postcard::to_slice(&result, &mut bytes).ok()?;
    map.store_item(&mut buffer, &key, &bytes).await.ok()?;
    Some(result)
}

async fn run(flash: &RamFlash, calls: &Calls) -> Option<u32> {
    let map = &mut MapStorage::new(flash, const { MapConfig::new(0..LENGTH as u32) }, Cache::new_uncached());
    let power = once(map, 0, calls.call(1)).await?;
    let clock = once(map, 1, calls.call(2)).await?;
    let imu = once(map, 2, calls.call(power + 2)).await?;
    let baro = once(map, 3, calls.call(power + 3)).await?;
    let radio = once(map, 4, calls.call(power + 4)).await?;
    let join = once(map, 5, calls.call(radio + 1)).await?;
    let watchdog = once(map, 6, calls.call(clock + 98)).await?;
    once(map, 7, calls.call(imu + baro + join + watchdog)).await
}

#[embassy_executor::main]
async fn main(_spawner: Spawner) {
    power::at_every_word(run).await
}
