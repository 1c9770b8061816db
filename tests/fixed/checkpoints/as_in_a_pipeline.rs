//! Checkpoints mean the same as in a `Pipeline`.

use super::{Memory, later, store_failed};
use futures_lite::future::block_on;
use rungs::{Cause, MemoryCheckpoints, NoClock, Pipeline, Status};

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
