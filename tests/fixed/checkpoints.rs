//! Results that outlast their run.

mod as_in_a_pipeline;
mod cut_off;

use futures_lite::future::{block_on, yield_now};
use postcard::experimental::max_size::MaxSize;
use rungs::{
    Cause, NoClock, Status,
    fixed::{CheckpointError, Checkpoints},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

/// A store in memory that may fail, and whose writes take two polls.
#[derive(Debug, Default)]
pub struct Memory {
    pub stored: BTreeMap<u32, Vec<u8>>,
    /// Stored in this order.
    pub writes: Vec<u32>,
    /// It works no longer after so many writes.
    pub breaks_after: Option<usize>,
    pub is_unreadable: bool,
}

impl Checkpoints for Memory {
    type Error = &'static str;

    async fn load(&mut self, key: u32, buffer: &mut [u8]) -> Result<Option<usize>, &'static str> {
        if self.is_unreadable {
            return Err("unreadable");
        }
        let Some(stored) = self.stored.get(&key) else { return Ok(None) };
        if let Some(buffer) = buffer.get_mut(..stored.len()) {
            buffer.copy_from_slice(stored);
        }
        Ok(Some(stored.len()))
    }

    async fn store(&mut self, key: u32, bytes: &[u8]) -> Result<(), &'static str> {
        if self.breaks_after.is_some_and(|writes| self.writes.len() >= writes) {
            return Err("worn out");
        }
        yield_now().await;
        self.stored.insert(key, bytes.to_vec());
        self.writes.push(key);
        Ok(())
    }
}

/// An error of the pipelines here.
pub fn store_failed(error: CheckpointError<&'static str>) -> &'static str {
    match error {
        CheckpointError::Store(error) => error,
        _ => "not encoded",
    }
}

#[rungs::pipeline(error = &'static str)]
mod update {
    pub struct Device {
        pub log: Vec<&'static str>,
        pub has_power: bool,
    }

    #[step]
    pub async fn connect(log: &mut Vec<&'static str>) -> u8 {
        log.push("connect");
        1
    }
    #[step(checkpoint)]
    pub async fn download(log: &mut Vec<&'static str>, connect: &u8) -> u32 {
        log.push("download");
        6 + u32::from(*connect)
    }
    #[step(checkpoint)]
    pub async fn verify(log: &mut Vec<&'static str>, download: &u32) -> Result<(u32, bool), &'static str> {
        log.push("verify");
        Ok((*download, true))
    }
    #[step]
    pub async fn install(
        log: &mut Vec<&'static str>,
        verify: &(u32, bool),
        has_power: &bool,
    ) -> Result<u32, &'static str> {
        log.push("install");
        if *has_power { Ok(verify.0) } else { Err("no power") }
    }
    #[step(when_all_done)]
    pub async fn tidy(log: &mut Vec<&'static str>, install: Result<&u32, rungs::Cause>) {
        let _ = install;
        log.push("tidy");
    }
}

fn update(memory: &mut Memory, has_power: bool) -> (update::Report, Vec<&'static str>, Vec<String>) {
    let (mut device, mut events) = (update::Device { log: Vec::new(), has_power }, Vec::new());
    let run = update::runner()
        .checkpoints(memory, store_failed)
        .on_event(|event| events.push(event.to_string()))
        .run(&mut device, &NoClock);
    let report = block_on(run);
    (report, device.log, events)
}

#[test]
fn a_run_goes_on_where_the_one_before_ended() {
    let mut memory = Memory::default();
    let (first, log, _) = update(&mut memory, false);
    assert_eq!((first.exit_code(), log), (1, vec!["connect", "download", "verify", "install", "tidy"]));
    assert_eq!(memory.writes.len(), 2);

    let (second, log, events) = update(&mut memory, true);
    assert_eq!((second.exit_code(), log), (0, vec!["install", "tidy"]));
    assert_eq!(second.outputs.install, Some(7));
    assert_eq!((second.outputs.download, second.outputs.verify), (Some(7), Some((7, true))));
    let verify = second.get("verify").unwrap();
    assert_eq!((verify.status(), verify.attempts(), verify.is_given()), (Status::Success, 0, true));
    assert_eq!(second.get("connect").unwrap().cause(), Some(Cause::UpToDate));
    assert_eq!(
        events[1..5],
        ["connect: skipped: up to date", "download: success, given", "verify: success, given", "install: started"]
    );
    assert_eq!(memory.writes.len(), 2, "nothing is stored twice");
    assert!(second.to_string().contains("2 given"), "{second}");
}

#[test]
fn a_run_without_a_store_stores_nothing_and_is_given_nothing() {
    let mut device = update::Device { log: Vec::new(), has_power: true };
    let report = block_on(update::run(&mut device, &NoClock));
    assert_eq!((report.exit_code(), report.outputs.install), (0, Some(7)));
    assert_eq!(device.log, ["connect", "download", "verify", "install", "tidy"]);
}

#[test]
fn a_result_that_is_not_stored_fails_its_step_and_its_body_is_not_called_again() {
    let mut memory = Memory { breaks_after: Some(1), ..Memory::default() };
    let (report, log, events) = update(&mut memory, true);
    assert_eq!(log, ["connect", "download", "verify", "tidy"]);
    assert_eq!(events[5..7], ["verify: started", "verify: failed: worn out"]);
    assert_eq!((report.exit_code(), report.outputs.verify), (1, None));
    assert!(matches!(report.get("install").unwrap().cause(), Some(Cause::Dependency { .. })));

    memory.breaks_after = None;
    let (report, log, _) = update(&mut memory, true);
    assert_eq!((report.exit_code(), log), (0, vec!["verify", "install", "tidy"]));
}

#[test]
fn a_store_that_cannot_be_read_fails_the_steps_before_any_body() {
    let mut memory = Memory { is_unreadable: true, ..Memory::default() };
    let (report, log, events) = update(&mut memory, true);
    // What is not stored by itself runs: nobody knows whether it is needed.
    assert_eq!(log, ["connect", "tidy"]);
    assert!(events.contains(&"download: failed: unreadable".into()), "{events:?}");
    let download = report.get("download").unwrap();
    assert_eq!((download.status(), download.attempts(), report.exit_code()), (Status::Failed, 0, 1));
}

/// The same pipeline in a later release: `download` does something else, and `verify` has another type.
mod later {
    #[rungs::pipeline(error = &'static str, name = "update")]
    pub mod version {
        #[step]
        pub async fn connect() -> u8 {
            1
        }
        #[step(checkpoint, version = 2)]
        pub async fn download(connect: &u8) -> u32 {
            8 + u32::from(*connect)
        }
        #[step(checkpoint)]
        pub async fn verify(download: &u32) -> Result<(u32, bool), &'static str> {
            Ok((*download, true))
        }
    }

    #[rungs::pipeline(error = &'static str, name = "update")]
    pub mod types {
        #[step]
        pub async fn connect() -> u8 {
            1
        }
        #[step(checkpoint)]
        pub async fn download(connect: &u8) -> u32 {
            6 + u32::from(*connect)
        }
        #[step(checkpoint)]
        pub async fn verify(download: &u32) -> Result<(u32, bool, [u8; 2]), &'static str> {
            Ok((*download, true, [1; 2]))
        }
    }
}

#[test]
fn a_step_that_has_changed_runs_again_and_so_do_those_below_it() {
    let mut memory = Memory::default();
    assert_eq!(update(&mut memory, false).0.exit_code(), 1);
    let mut events = Vec::new();
    let run = later::version::runner().checkpoints(&mut memory, store_failed);
    let run = run.on_event(|event| events.push(event.to_string())).run((), &NoClock);
    assert_eq!(block_on(run).outputs.verify, Some((9, true)));
    let changed = "runs again: it has changed since its result was stored, or a step that it needs has";
    assert_eq!(events[1..3], [format!("download: {changed}"), format!("verify: {changed}")]);
    assert_eq!(memory.writes.len(), 4);
}

#[test]
fn a_result_that_no_longer_decodes_is_told_and_its_step_runs_again() {
    let mut memory = Memory::default();
    assert_eq!(update(&mut memory, false).0.exit_code(), 1);
    let mut events = Vec::new();
    let run = later::types::runner().checkpoints(&mut memory, store_failed);
    let run = run.on_event(|event| events.push(event.to_string())).run((), &NoClock);
    let report = block_on(run);
    assert_eq!(report.outputs.verify, Some((7, true, [1; 2])));
    assert!(report.get("download").unwrap().is_given());
    assert_eq!(events[1], "verify: runs again: its stored result cannot be read");
}

/// A result that is neither `Copy` nor `Clone`.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize, MaxSize)]
pub struct Image {
    size: u32,
    checksum: [u8; 4],
}

#[rungs::pipeline(error = &'static str)]
mod branch {
    use super::Image;

    pub struct Device {
        pub image: Option<u32>,
        pub calls: u32,
        pub is_broken: bool,
    }

    #[step(maybe, checkpoint)]
    pub async fn download(image: &Option<u32>, calls: &mut u32) -> Option<Image> {
        *calls += 1;
        image.map(|size| Image { size, checksum: [7; 4] })
    }
    // It takes the result on another lane than that which made it.
    #[step]
    pub async fn write(download: Image, is_broken: &bool) -> u32 {
        if *is_broken { core::future::pending().await } else { download.size }
    }
    #[step(checkpoint)]
    pub async fn version() -> u32 {
        super::yield_now().await;
        7
    }
    #[step(when_none_failed)]
    pub async fn boot(write: Option<&u32>, version: Option<&u32>, is_broken: &bool) -> Result<u32, &'static str> {
        if *is_broken { Err("no boot") } else { Ok(write.or(version).copied().unwrap_or(0)) }
    }
}

/// Polls a run ten times, and lets go of it.
fn interrupted<T>(run: impl Future<Output = T>) -> Option<T> {
    polled(run, 10)
}

fn polled<T>(run: impl Future<Output = T>, polls: u32) -> Option<T> {
    let mut run = pin!(run);
    let mut cx = Context::from_waker(Waker::noop());
    (0..polls).find_map(|_| match run.as_mut().poll(&mut cx) {
        Poll::Ready(ended) => Some(ended),
        Poll::Pending => None,
    })
}

#[test]
fn a_stored_result_is_taken_by_value() {
    let mut memory = Memory::default();
    let mut device = branch::Device { image: Some(8), calls: 0, is_broken: true };
    assert!(interrupted(branch::runner().checkpoints(&mut memory, store_failed).run(&mut device, &NoClock)).is_none());
    assert_eq!((memory.writes.len(), device.calls), (2, 1));
    device.is_broken = false;
    let report = block_on(branch::runner().checkpoints(&mut memory, store_failed).run(&mut device, &NoClock));
    assert_eq!((report.outputs.write, report.outputs.boot, report.outputs.download), (Some(8), Some(8), None));
    assert_eq!(device.calls, 1);
}

#[test]
fn a_step_that_skipped_itself_is_not_asked_again() {
    let mut memory = Memory::default();
    let mut device = branch::Device { image: None, calls: 0, is_broken: true };
    for is_broken in [true, false] {
        device.is_broken = is_broken;
        let report = block_on(branch::runner().checkpoints(&mut memory, store_failed).run(&mut device, &NoClock));
        assert_eq!(report.exit_code(), u8::from(is_broken));
        let download = report.get("download").unwrap();
        assert_eq!((download.cause(), download.is_given()), (Some(Cause::SkippedItself), !is_broken));
        assert_eq!(report.outputs.boot, (!is_broken).then_some(7));
    }
    assert_eq!(device.calls, 1);
}

#[test]
fn a_run_with_a_store_goes_into_a_task_of_any_thread() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let (mut memory, mut board) = (Memory::default(), cut_off::wide::Board::default());
    let run = is_send(cut_off::wide::runner().checkpoints(&mut memory, store_failed).run(&mut board, &NoClock));
    assert_eq!(block_on(run).exit_code(), 0);
}

#[rungs::pipeline(error = Box<dyn std::error::Error + Send + Sync>)]
mod boxed {
    #[step(checkpoint)]
    pub async fn power() -> Result<u32, Box<dyn std::error::Error + Send + Sync>> {
        super::yield_now().await;
        Ok(7)
    }
}

#[test]
fn a_run_with_a_boxed_error_and_a_store_is_send() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let mut memory = Memory { breaks_after: Some(0), ..Memory::default() };
    let run = boxed::runner().checkpoints(&mut memory, |_| "the store failed".into()).run((), &NoClock);
    let report = block_on(is_send(run));
    assert_eq!(report.get("power").unwrap().error().unwrap().to_string(), "the store failed");
}
