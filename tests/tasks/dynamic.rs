//! The dynamic API in tasks, with each kind of error.

use crate::{Count, Fault, tasks::in_each_task};
use rungs::{BoxError, CancelToken, NoClock, Observer, Pipeline};
use rungs_smol::Smol;

/// The events of the run below, and how many of them were counted.
const EVENTS: &str = "\
run: run started: 2 steps
local: started
local: success
fails: started
fails: no; again at once
fails: attempt 2
fails: failed after 2 attempts: no
run: run ended: 1 success, 1 failed, exit code 1
8";

macro_rules! errors {
    ($($name:ident: $new:ident, $error:ty, $fail:expr;)*) => { $(
        mod $name {
            use super::*;

            #[test]
            fn made_in_the_task() {
                in_each_task!(
                    async {
                        let mut p = Pipeline::$new::<$error>("made");
                        p.step("fails").run(|| async { Err::<(), $error>($fail) });
                        p.run(&NoClock).await.unwrap().exit_code().to_string()
                    },
                    "1"
                );
            }

            #[test]
            fn made_by_a_function() {
                async fn job() -> String {
                    let mut p = Pipeline::$new::<$error>("made");
                    let a = p.step("a").run(|| async { Ok(5) });
                    let report = p.run(&Smol::new()).await.unwrap();
                    drop(p);
                    smol::future::yield_now().await;
                    let out = report.output(a).unwrap();
                    smol::future::yield_now().await;
                    out.to_string()
                }
                in_each_task!(job(), "5");
            }

            #[test]
            fn moved_into_the_task() {
                fn pipeline() -> Pipeline<'static, $error> {
                    let mut p = Pipeline::$new::<$error>("moved");
                    p.step("fails").run(|| async { Err::<(), $error>($fail) });
                    p
                }
                in_each_task!(
                    {
                        let mut p = pipeline();
                        async move { p.run(&NoClock).await.unwrap().exit_code().to_string() }
                    },
                    "1"
                );
            }

            #[test]
            fn with_observers_and_tokens_and_over_a_local() {
                in_each_task!(
                    async {
                        let local = String::from("local");
                        let (one, other) = (CancelToken::new(), CancelToken::new());
                        let (mut lines, mut count) = (Vec::new(), Count::default());
                        let boxed: Box<dyn Observer<$error> + Send> = Box::new(Count::default());
                        let mut p = Pipeline::$new::<$error>("run");
                        let text = p.step("local").run(|| async { Ok(local.len()) });
                        p.step("fails").needs(text).retries(1).retry_if(|_| true).run(|text| async move {
                            smol::future::yield_now().await;
                            if *text > 0 { Err::<(), $error>($fail) } else { Ok(()) }
                        });
                        let run = p
                            .runner()
                            .cancel(&one)
                            .on_event(|event| lines.push(event.to_string()))
                            .cancel(&other)
                            .observe(boxed)
                            .observe(&mut count);
                        assert_eq!(run.run(&NoClock).await.unwrap().exit_code(), 1);
                        lines.push(count.0.to_string());
                        lines.join("\n")
                    },
                    EVENTS
                );
            }

            #[test]
            fn of_async_closures() {
                in_each_task!(
                    async {
                        let mut p = Pipeline::$new::<$error>("async closures");
                        let a = p.step("a").run(async || Ok(20));
                        let b = p.step("b").needs(a).run(async |a| Ok(*a + 1));
                        let sum = p.step("sum").needs((a, b)).run_with(async |cx, a, b| Ok(*a + *b + cx.attempt()));
                        p.run(&NoClock).await.unwrap().output(sum).unwrap().to_string()
                    },
                    "42"
                );
            }

            #[test]
            fn a_run_alone_is_send() {
                fn send<T: Send>(sent: T) -> T {
                    sent
                }
                let mut p = Pipeline::$new::<$error>("alone");
                p.step("fails").run(|| async { Err::<(), $error>($fail) });
                assert_eq!(smol::block_on(send(p.run(&NoClock))).unwrap().exit_code(), 1);
            }
        }
    )* };
}

errors! {
    default: with_error, BoxError, "no".into();
    anyhow: with_error, ::anyhow::Error, ::anyhow::anyhow!("no");
    text: with_error, &'static str, "no";
    own: with_code, Fault, Fault::No;
}
