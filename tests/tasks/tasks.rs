//! Where a run may be.

use std::pin::Pin;

/// A future on the heap, as frameworks ask for.
pub(crate) type Boxed<'a> = Pin<Box<dyn Future<Output = String> + Send + 'a>>;

/// Runs futures on tokio.
pub(crate) fn on_tokio<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// Holds what this future comes to in each kind of task. The expression is written out for each one anew, so that the
/// compiler looks at it as it would in a program.
macro_rules! in_each_task {
    ($future:expr, $expected:expr) => {{
        let expected = $expected;
        assert_eq!(smol::block_on($future), expected, "block_on");
        assert_eq!(smol::block_on(smol::spawn($future)), expected, "smol::spawn");
        let by_spawn = $crate::tasks::on_tokio(async { tokio::spawn($future).await.unwrap() });
        assert_eq!(by_spawn, expected, "tokio::spawn");
        let by_set = $crate::tasks::on_tokio(async {
            let mut set = tokio::task::JoinSet::new();
            set.spawn($future);
            set.join_next().await.unwrap().unwrap()
        });
        assert_eq!(by_set, expected, "a JoinSet");
        let boxed: $crate::tasks::Boxed<'_> = Box::pin($future);
        assert_eq!(smol::block_on(boxed), expected, "a boxed future");
        let by_scope = std::thread::scope(|scope| scope.spawn(|| smol::block_on($future)).join().unwrap());
        assert_eq!(by_scope, expected, "a scoped thread");
        let executor = smol::LocalExecutor::new();
        assert_eq!(smol::block_on(executor.run(executor.spawn($future))), expected, "a local executor");

        let mut outer = rungs::Pipeline::new("outer");
        let inner = outer.step("inner").run(|| async { Ok($future.await) });
        let report = smol::block_on(smol::spawn(async move { outer.run(&rungs::NoClock).await })).unwrap();
        assert_eq!(*report.output(inner).unwrap(), expected, "a step of another pipeline");
    }};
}

pub(crate) use in_each_task;
