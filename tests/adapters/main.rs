//! The table of adapters and rules: `cargo test -p rungs-tests --test adapters`.

mod elsewhere;
mod leaving;
mod own;

use rungs_conformance::{Rule, Table};
use std::process::ExitCode;

/// smol's clock and its global executor.
mod smol {
    use rungs_smol::Smol;

    rungs_conformance::suite! {
        mod suite;
        block_on: smol::block_on;
        timer: Smol;
        spawner: Smol;
        except: {
            an_executor_that_goes_away_ends_its_attempts: "the global executor lives as long as the process",
        }
    }
    pub(crate) use suite::RULES;
}

/// async-executor's executors: one with two threads of its own, and one on the thread of the run.
mod async_executor {
    use async_executor::{Executor, LocalExecutor};
    use rungs_async_executor::On;
    use rungs_smol::Smol;
    use std::{future::pending, rc::Rc, sync::OnceLock, thread};

    static EXECUTOR: OnceLock<Executor<'static>> = OnceLock::new();

    fn executor() -> &'static Executor<'static> {
        EXECUTOR.get_or_init(|| {
            for _ in 0..2 {
                thread::spawn(|| smol::block_on(EXECUTOR.wait().run(pending::<()>())));
            }
            Executor::new()
        })
    }

    thread_local! {
        static LOCAL: Rc<LocalExecutor<'static>> = Rc::new(LocalExecutor::new());
    }

    fn local() -> Rc<LocalExecutor<'static>> {
        LOCAL.with(Rc::clone)
    }

    rungs_conformance::suite! {
        mod suite;
        block_on: |future| smol::block_on(local().run(future));
        timer: Smol;
        spawner: On(executor());
        gone: crate::leaving::an_executor;
        local: On(local());
    }
    pub(crate) use suite::RULES;
}

/// tokio with several threads; with one thread, and a local set on it; from outside, by the handle of a runtime; and its threads
/// for steps that block.
mod tokio {
    use rungs_tokio::{Blocking, On, Tokio, TokioLocal};
    use std::sync::LazyLock;
    use tokio::{
        runtime::{Builder, Runtime},
        task::LocalSet,
    };

    static THREADS: LazyLock<Runtime> =
        LazyLock::new(|| Builder::new_multi_thread().worker_threads(2).enable_time().build().expect("threads"));

    thread_local! {
        static LOCAL: (Runtime, LocalSet) =
            (Builder::new_current_thread().enable_time().build().expect("a runtime"), LocalSet::new());
    }

    rungs_conformance::suite! {
        mod threads;
        block_on: |future| THREADS.block_on(future);
        timer: Tokio;
        spawner: Tokio;
        except: { an_executor_that_goes_away_ends_its_attempts: "the run is on the runtime as well, and goes with it" }
    }
    rungs_conformance::suite! {
        mod local;
        block_on: |future| LOCAL.with(|(runtime, local)| local.block_on(runtime, future));
        timer: Tokio;
        spawner: Tokio;
        local: TokioLocal;
        except: {
            a_run_moves_to_another_thread: "the runtime has one thread, and the run leaves it",
            an_executor_that_goes_away_ends_its_attempts: "the run is on the runtime as well, and goes with it",
        }
    }
    rungs_conformance::suite! {
        mod handle;
        block_on: smol::block_on;
        timer: On(THREADS.handle().clone());
        spawner: On(THREADS.handle().clone());
        gone: crate::leaving::a_runtime;
    }
    rungs_conformance::suite! {
        mod blocking;
        block_on: |future| THREADS.block_on(future);
        timer: Tokio;
        spawner: Blocking(Tokio);
        except: { an_executor_that_goes_away_ends_its_attempts: "a thread on which an attempt blocks cannot be taken away" }
    }
    pub(crate) use {blocking::RULES as BLOCKING, handle::RULES as HANDLE, local::RULES as LOCAL_SET, threads::RULES};
}

/// embassy's clock; its executor takes no futures of others.
mod embassy {
    rungs_conformance::suite! {
        mod suite;
        block_on: smol::block_on;
        timer: rungs_embassy::Embassy;
    }
    pub(crate) use suite::RULES;
}

/// The held clock and the executor of a simulation.
mod sim {
    use rungs::sim::Sim;
    use std::rc::Rc;

    thread_local! {
        static SIM: Rc<Sim> = Rc::new(Sim::new());
    }

    fn sim() -> Rc<Sim> {
        SIM.with(Rc::clone)
    }

    rungs_conformance::suite! {
        mod suite;
        block_on: |future| sim().block_on(future).expect("the simulation comes to its end");
        timer: sim().clock();
        spawner: sim().tasks();
        except: {
            wakes_from_other_threads_are_not_lost: "a simulation ends with an error when another thread wakes it",
            a_run_moves_to_another_thread: "a simulation is of one thread",
            an_executor_that_goes_away_ends_its_attempts: "the run is in the simulation as well, and goes with it",
        }
    }
    pub(crate) use suite::RULES;
}

fn main() -> ExitCode {
    // Whoever names a test looks for another program's.
    if std::env::args().skip(1).any(|arg| !arg.starts_with('-')) {
        return ExitCode::SUCCESS;
    }
    let columns = [
        ("smol", smol::RULES),
        ("async-executor", async_executor::RULES),
        ("tokio", tokio::RULES),
        ("tokio, local set", tokio::LOCAL_SET),
        ("tokio, by handle", tokio::HANDLE),
        ("tokio, blocking", tokio::BLOCKING),
        ("embassy", embassy::RULES),
        ("simulation", sim::RULES),
        ("std alone", own::RULES),
        ("std, threads", own::THREADS),
    ];
    let mut table = Table::of(columns);
    // The suite lists the rules of a run twice.
    let of = |group| smol::RULES.iter().filter(move |rule| rule.group == group).map(|rule| rule.name);
    assert!(
        of("in_place").eq(of("spawned")),
        "a rule of runs in place is not one of spawned runs, or the other way round"
    );
    let rules: Vec<&Rule> = smol::RULES.iter().filter(|rule| ["clock", "in_place"].contains(&rule.group)).collect();
    let missing: Vec<_> = elsewhere::ALL.iter().filter_map(|column| column.add_to(&mut table, &rules).err()).collect();
    let (kept, broken, skipped) = table.counts();
    println!("{table}");
    for why in &missing {
        println!("{why}");
    }
    println!("columns: {} shown, {} skipped", columns.len() + elsewhere::ALL.len() - missing.len(), missing.len());
    // The line that other test programs end with.
    let result = if table.is_kept() { "ok" } else { "FAILED" };
    println!("test result: {result}. {kept} passed; {broken} failed; {skipped} ignored; 0 measured; 0 filtered out");
    if table.is_kept() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
