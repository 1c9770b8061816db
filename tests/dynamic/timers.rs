//! A run as a task of embassy's. The rules of its timer are checked by `tests/adapters`.

use std::{future::pending, sync::mpsc, thread};

use embassy_executor::Executor;
use rungs::{Backoff, BoxError, Pipeline};
use rungs_embassy::Embassy;

use crate::support::ms;

#[embassy_executor::task]
async fn task(result: mpsc::Sender<Result<u32, String>>) {
    let mut p = Pipeline::new("on embassy");
    let third = p.step("third time").retries(2).backoff(Backoff::fixed(ms(1))).run_with(|cx| async move {
        embassy_time::Timer::after_millis(1).await;
        if cx.attempt() < 3 { Err("not yet".into()) } else { Ok(cx.attempt()) }
    });
    p.step("cut off").timeout(ms(1)).optional().run(pending::<Result<(), BoxError>>);
    let report = p.run(&Embassy).await.unwrap();
    result.send(report.output(third).map(|third| *third).map_err(|error| error.to_string())).unwrap();
}

#[test]
fn a_run_is_a_task_of_embassys() {
    let (result, results) = mpsc::channel();
    // embassy's executor never returns: its thread ends with the process.
    thread::spawn(|| {
        let executor = Box::leak(Box::new(Executor::new()));
        executor.run(|spawner| spawner.spawn(task(result).unwrap()));
    });
    assert_eq!(results.recv().unwrap(), Ok(3));
}
