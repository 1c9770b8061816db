//! The static API in tasks, with each kind of error.

use crate::{Count, Fault, tasks::in_each_task};
use rungs::{BoxError, NoClock, Observer, fixed::StopSignal};

/// The events of the run below, and how many of them were counted.
const EVENTS: &str = "\
steps: run started: 3 steps
count: started
count: success
fails: started
fails: no; again at once
fails: attempt 2
fails: failed after 2 attempts: no
alarm: started
alarm: success
steps: run ended: 2 success, 1 failed, exit code 1
10";

macro_rules! errors {
    ($($name:ident: $error:ty, $fail:expr;)*) => { $(
        mod $name {
            use super::*;

            #[rungs::pipeline(error = $error)]
            mod steps {
                #[allow(unused_imports, reason = "not each error is of this module")]
                use super::*;
                use rungs::Cause;

                pub struct Board {
                    pub n: u32,
                    pub text: String,
                }

                #[step]
                async fn count(n: &mut u32) -> Result<u32, $error> {
                    *n += 1;
                    smol::future::yield_now().await;
                    Ok(*n)
                }

                #[undo(count, retries = 1)]
                async fn uncount(n: &mut u32, count: &u32) -> Result<(), $error> {
                    smol::future::yield_now().await;
                    *n -= *count;
                    Ok(())
                }

                #[step(retries = 1, retry_if = |_: &$error| true)]
                async fn fails(count: &u32, text: &str) -> Result<String, $error> {
                    if *count > 0 { Err($fail) } else { Ok(text.into()) }
                }

                #[step(when_any_failed)]
                async fn alarm(fails: Result<&String, Cause>) -> Result<bool, $error> {
                    Ok(fails.is_err())
                }
            }

            fn board() -> steps::Board {
                steps::Board { n: 0, text: "text".into() }
            }

            #[test]
            fn made_in_the_task() {
                in_each_task!(
                    async {
                        let mut board = board();
                        let report = steps::run(&mut board, &NoClock).await;
                        smol::future::yield_now().await;
                        format!("{} {:?}", report.exit_code(), report.outputs.alarm)
                    },
                    "1 Some(true)"
                );
            }

            #[test]
            fn taken_back_in_the_task() {
                in_each_task!(
                    async {
                        let (mut board, stop) = (board(), StopSignal::new());
                        let report = steps::run(&mut board, &NoClock).await;
                        let undone = steps::undo::run(&mut board, &report, &NoClock).await;
                        let mut count = Count::default();
                        let runner = steps::undo::runner().cancel(&stop).observe(&mut count);
                        board.n += 1;
                        let again = runner.run((&mut board, &report), &NoClock).await;
                        format!("{} {} {} {}", undone.exit_code(), again.exit_code(), board.n, count.0)
                    },
                    "0 0 0 4"
                );
            }

            #[test]
            fn on_storage_of_the_caller() {
                in_each_task!(
                    async {
                        let (mut board, mut storage) = (board(), steps::Storage::new());
                        let runner = steps::runner().max_concurrent(1);
                        runner.run_in(&mut storage, &mut board, &NoClock).await.exit_code().to_string()
                    },
                    "1"
                );
            }

            #[test]
            fn with_observers_and_signals_and_over_a_local() {
                static STOP: StopSignal = StopSignal::new();
                in_each_task!(
                    async {
                        let (mut board, other) = (board(), StopSignal::new());
                        let (mut lines, mut count) = (Vec::new(), Count::default());
                        let boxed: Box<dyn Observer<$error> + Send> = Box::new(Count::default());
                        let runner = steps::runner()
                            .cancel(&STOP)
                            .on_event(|event| lines.push(event.to_string()))
                            .cancel(&other)
                            .observe(boxed)
                            .observe(&mut count);
                        assert_eq!(runner.run(&mut board, &NoClock).await.exit_code(), 1);
                        lines.push(count.0.to_string());
                        lines.join("\n")
                    },
                    EVENTS
                );
            }

            #[test]
            fn a_boxed_observer() {
                let mut count = Count::default();
                let boxed: Box<dyn rungs::Observer<$error> + Send + '_> = Box::new(&mut count);
                let mut board = board();
                let report = smol::block_on(steps::runner().observe(boxed).run(&mut board, &NoClock));
                assert_eq!((report.exit_code(), count.0), (1, 10));
            }
        }
    )* };
}

errors! {
    default: BoxError, "no".into();
    anyhow: ::anyhow::Error, ::anyhow::anyhow!("no");
    text: &'static str, "no";
    own: Fault, Fault::No;
}
