//! Results that outlast their run.

use crate::{ms, run};
use futures_lite::future::{block_on, yield_now};
use postcard::experimental::max_size::MaxSize;
use rungs::{
    Cause, MemoryCheckpoints, NoClock, Pipeline, Status, Timer,
    fixed::{CheckpointError, Checkpoints},
    sim::{Clock, Sim},
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
fn store_failed(error: CheckpointError<&'static str>) -> &'static str {
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

/// Two ways that meet, two writers of one field, and a step that is not stored between two that are.
#[rungs::pipeline(error = &'static str)]
mod wide {
    use super::yield_now;

    #[derive(Default)]
    pub struct Board {
        pub is_in_use: bool,
        pub modem: u32,
    }

    async fn use_bus(is_in_use: &mut bool) {
        assert!(!core::mem::replace(is_in_use, true), "two steps use the bus");
        yield_now().await;
        yield_now().await;
        *is_in_use = false;
    }

    #[step(checkpoint)]
    pub async fn power() -> u32 {
        yield_now().await;
        1
    }
    #[step(checkpoint)]
    pub async fn clock() -> u32 {
        yield_now().await;
        yield_now().await;
        2
    }
    #[step(checkpoint)]
    pub async fn imu(is_in_use: &mut bool, power: &u32) -> u32 {
        use_bus(is_in_use).await;
        *power + 2
    }
    #[step]
    pub async fn baro(is_in_use: &mut bool, power: &u32) -> u32 {
        use_bus(is_in_use).await;
        *power + 3
    }
    #[step(checkpoint)]
    pub async fn flash(is_in_use: &mut bool, power: &u32) -> u32 {
        use_bus(is_in_use).await;
        *power + 4
    }
    #[step(checkpoint)]
    pub async fn radio(modem: &mut u32, clock: &u32) -> u32 {
        yield_now().await;
        *modem += 1;
        *clock + 4
    }
    #[step(checkpoint)]
    pub async fn join(modem: &mut u32, radio: &u32, baro: &u32) -> u32 {
        yield_now().await;
        *modem += 1;
        radio * baro
    }
    #[step]
    pub async fn announce(imu: &u32, join: &u32, flash: &u32) -> Result<u32, &'static str> {
        Ok(imu + join + flash)
    }
}

#[test]
fn a_run_that_ends_at_any_poll_goes_on_in_the_next_one() {
    let expected = block_on(wide::run(&mut wide::Board::default(), &NoClock)).outputs.announce;
    assert_eq!(expected, Some(3 + 24 + 5));
    for first in 1..40 {
        for further in 1..8 {
            let (mut memory, mut runs) = (Memory::default(), 0);
            let report = loop {
                runs += 1;
                let (stored, mut board) = (memory.writes.len(), wide::Board::default());
                let run = wide::runner().checkpoints(&mut memory, store_failed).run(&mut board, &NoClock);
                // It gets further each time, as a power supply that always fails at the same step would never let it end.
                let ended = polled(run, if runs == 1 { first } else { further + runs });
                if let Some(report) = ended {
                    let given = report.steps().filter(|step| step.is_given()).count();
                    assert_eq!(given, stored, "what is stored is given");
                    break report;
                }
            };
            assert_eq!((report.exit_code(), report.outputs.announce), (0, expected), "{first}, {further}:\n{report}");
            let mut keys = memory.writes.clone();
            keys.sort_unstable();
            keys.dedup();
            assert_eq!(keys.len(), memory.writes.len(), "nothing is stored twice");
        }
    }
}

#[rungs::pipeline(error = &'static str)]
mod timed {
    #[derive(Default)]
    pub struct Device {
        pub calls: u32,
    }

    #[step(checkpoint, timeout = ms(10), retries = 2)]
    pub async fn slow(calls: &mut u32) -> Result<u32, &'static str> {
        *calls += 1;
        Ok(*calls)
    }
    #[step(checkpoint)]
    pub async fn other() -> u32 {
        1
    }
}

/// A store on which the first writes take time.
struct Slow<'m> {
    memory: &'m mut Memory,
    clock: Clock,
    slow: u32,
}

impl Checkpoints for Slow<'_> {
    type Error = &'static str;

    async fn load(&mut self, key: u32, buffer: &mut [u8]) -> Result<Option<usize>, &'static str> {
        self.memory.load(key, buffer).await
    }

    async fn store(&mut self, key: u32, bytes: &[u8]) -> Result<(), &'static str> {
        if self.slow > 0 {
            self.slow -= 1;
            self.clock.sleep_until(self.clock.now() + ms(25)).await;
        }
        self.memory.store(key, bytes).await
    }
}

#[test]
fn storing_is_a_part_of_the_attempt_and_a_write_that_has_begun_goes_on() {
    let sim = Sim::new();
    let mut memory = Memory::default();
    let mut store = Slow { memory: &mut memory, clock: sim.clock(), slow: 1 };
    let mut device = timed::Device::default();
    let clock = sim.clock();
    let report = run(&sim, timed::runner().checkpoints(&mut store, store_failed).run(&mut device, &clock));
    // The first attempt was cut off while its result was being stored, and the second one waited for that; so did `other`.
    assert_eq!(report.get("slow").unwrap().attempts(), 3);
    assert_eq!((report.outputs.slow, device.calls), (Some(3), 3));
    assert_eq!(report.get("other").unwrap().duration(), ms(25));
    assert_eq!(memory.writes.len(), 3, "the cut off write, and two others");
}

#[test]
fn a_run_with_a_store_goes_into_a_task_of_any_thread() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let (mut memory, mut board) = (Memory::default(), wide::Board::default());
    let run = is_send(wide::runner().checkpoints(&mut memory, store_failed).run(&mut board, &NoClock));
    assert_eq!(block_on(run).exit_code(), 0);
}

#[test]
fn a_step_has_the_fingerprint_that_it_has_in_a_pipeline() {
    let checkpoints = MemoryCheckpoints::new();
    let mut p: Pipeline<'_> = Pipeline::new("update");
    let connect = p.step("connect").run(async || Ok(1_u8));
    let download =
        p.step("download").version(2).checkpoint().needs(connect).run(async |connect| Ok(u32::from(*connect)));
    p.step("verify").checkpoint().needs(download).run(async |_| Ok(7));
    assert!(block_on(p.runner().checkpoints(checkpoints.clone()).run(&NoClock)).unwrap().is_success());
    let mut dynamic: Vec<u64> = checkpoints.list().iter().map(|checkpoint| checkpoint.fingerprint).collect();

    let mut memory = Memory::default();
    let run = later::version::runner().checkpoints(&mut memory, store_failed).run((), &NoClock);
    assert_eq!(block_on(run).exit_code(), 0);
    let head = |bytes: &Vec<u8>| u64::from_le_bytes(bytes[..8].try_into().unwrap());
    let mut fixed: Vec<u64> = memory.stored.values().map(head).collect();
    dynamic.sort_unstable();
    fixed.sort_unstable();
    assert_eq!(dynamic, fixed);
}

/// Steps of each kind, some of which are stored.
#[rungs::pipeline(error = &'static str)]
mod shape {
    #[step]
    pub async fn connect() -> u32 {
        1
    }
    #[step(checkpoint)]
    pub async fn list(connect: &u32) -> u32 {
        *connect
    }
    #[step]
    pub async fn unpack(list: &u32) -> u32 {
        *list
    }
    #[step(checkpoint)]
    pub async fn left(list: &u32, connect: &u32) -> u32 {
        list + connect
    }
    #[step(checkpoint, after(connect))]
    pub async fn right(unpack: &u32) -> u32 {
        *unpack
    }
    #[step(follows(unpack))]
    pub async fn log() -> u32 {
        1
    }
    #[step(checkpoint, when_none_failed)]
    pub async fn join(left: Option<&u32>, right: Option<&u32>) -> u32 {
        left.copied().unwrap_or(0) + right.copied().unwrap_or(0)
    }
    #[step(when_all_done)]
    pub async fn disconnect(connect: Result<&u32, rungs::Cause>) {
        let _ = connect;
    }
    #[step(when_all_done)]
    pub async fn clean_left(left: Result<&u32, rungs::Cause>, disconnect: Result<&(), rungs::Cause>) {
        let _ = (left, disconnect);
    }
    #[step(when_any_failed)]
    pub async fn alarm(right: Result<&u32, rungs::Cause>) {
        let _ = right;
    }
    #[step(when_all_done, after_all)]
    pub async fn last() {}
}

/// How each step of the same pipeline ends, with steps as closures.
fn shape_of_closures(store: MemoryCheckpoints) -> Vec<(Status, Option<Cause>, bool)> {
    let mut p = Pipeline::with_error::<&'static str>("shape");
    let connect = p.step("connect").run(async || Ok(1_u32));
    let list = p.step("list").checkpoint().needs(connect).run(async |connect| Ok(*connect));
    let unpack = p.step("unpack").needs(list).run(async |list| Ok(*list));
    let left = p.step("left").checkpoint().needs((list, connect)).run(async |list, connect| Ok(*list + *connect));
    let right = p.step("right").checkpoint().needs(unpack).after(connect).run(async |unpack| Ok(*unpack));
    p.step("log").follows(unpack).run(async || Ok(1_u32));
    p.step("join").checkpoint().needs((left, right)).when_none_failed().run(async |_, _| Ok(2_u32));
    let disconnect = p.step("disconnect").needs(connect).when_all_done().run(async |_| Ok(()));
    p.step("clean_left").needs((left, disconnect)).when_all_done().run(async |_, _| Ok(()));
    p.step("alarm").needs(right).when_any_failed().run(async |_| Ok(()));
    p.step("last").when_all_done().after_all().run(async || Ok(()));
    let report = block_on(p.runner().checkpoints(store).run(&NoClock)).unwrap();
    report.steps().map(|step| (step.status(), step.cause(), step.is_given())).collect()
}

#[test]
fn what_is_stored_and_what_is_left_out_agree_with_a_pipeline_of_closures() {
    let (mut all, all_of_closures) = (Memory::default(), MemoryCheckpoints::new());
    assert_eq!(block_on(shape::runner().checkpoints(&mut all, store_failed).run((), &NoClock)).exit_code(), 0);
    let ends = shape_of_closures(all_of_closures.clone());
    assert!(ends.iter().all(|end| end.1.is_none_or(|cause| cause == Cause::NotNeeded)), "{ends:?}");
    let stored = all_of_closures.list();
    assert_eq!((stored.len(), all.stored.len()), (4, 4), "{stored:?}");
    for subset in 0..1 << stored.len() {
        let (mut memory, of_closures) = (Memory::default(), MemoryCheckpoints::new());
        for (_, checkpoint) in stored.iter().enumerate().filter(|(nth, _)| subset >> nth & 1 == 1) {
            let key = rungs::__private::key("shape", &checkpoint.step);
            memory.stored.insert(key, all.stored[&key].clone());
            block_on(rungs::Checkpoints::store(&of_closures, checkpoint.clone())).unwrap();
        }
        let report = block_on(shape::runner().checkpoints(&mut memory, store_failed).run((), &NoClock));
        let ends: Vec<_> = report.steps().map(|step| (step.status(), step.cause(), step.is_given())).collect();
        assert_eq!(ends, shape_of_closures(of_closures), "{subset:04b} of {stored:?}:\n{report}");
    }
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
