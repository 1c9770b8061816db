// Types and parameters may have the names that are most likely in the generated code.
#![deny(warnings)]

pub enum Settings {
    Bad,
}

pub struct Watcher(pub u8);

#[rungs::pipeline(error = Settings)]
pub mod steps {
    use super::{Settings, Watcher};

    pub struct Board<Clock> {
        pub clock: Clock,
        pub watcher: Watcher,
    }

    #[step(retries = 1, retry_if = |error: &Settings| matches!(error, Settings::Bad))]
    async fn tick<Clock: Iterator<Item = u8>>(clock: &mut Clock) -> Result<u8, Settings> {
        clock.next().ok_or(Settings::Bad)
    }

    #[step]
    async fn watch(watcher: &mut Watcher, tick: &u8) -> Result<Watcher, Settings> {
        watcher.0 += *tick;
        Ok(Watcher(watcher.0))
    }
}

fn main() {
    let mut board = steps::Board { clock: [2].into_iter(), watcher: Watcher(1) };
    let report = futures_lite::future::block_on(steps::run(&mut board, &rungs::NoClock));
    assert!(report.outputs.watch.is_some_and(|watcher| watcher.0 == 3));
}
