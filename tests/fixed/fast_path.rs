//! The fast path changes nothing: each run equals one with an observer, which never takes it.

use crate::{Bad, Clock, Sim, ms, run};
use rungs::NoClock;
use std::{cell::Cell, task::Poll};

/// What a step does.
#[derive(Clone, Copy, Debug)]
enum Do {
    Succeed,
    /// Is pending once, and wakes itself.
    Yield,
    Fail,
    FailOnce,
    /// Computes for a millisecond.
    Work,
    /// Needs a clock.
    Sleep,
    Hang,
}

use Do::{Fail, FailOnce, Hang, Sleep, Succeed, Work, Yield};

/// What all steps do, and the number of their attempts.
pub struct Script {
    does: [Do; 5],
    tries: [Cell<u32>; 5],
    clock: Clock,
}

async fn play(script: &Script, step: usize) -> Result<u32, Bad> {
    let Script { does, tries, clock } = script;
    tries[step].set(tries[step].get() + 1);
    match does[step] {
        Succeed => {}
        Work => clock.advance(ms(1)),
        Yield => {
            let mut polled = false;
            let once = |cx: &mut std::task::Context<'_>| {
                cx.waker().wake_by_ref();
                if std::mem::replace(&mut polled, true) { Poll::Ready(()) } else { Poll::Pending }
            };
            std::future::poll_fn(once).await;
        }
        Fail => return Err(Bad("always")),
        FailOnce if tries[step].get() == 1 => return Err(Bad("once")),
        FailOnce => {}
        Sleep => clock.sleep(ms(2)).await,
        Hang => std::future::pending().await,
    }
    Ok(tries[step].get())
}

macro_rules! five_steps {
    ($name:ident: $($settings:tt)*) => {
        #[rungs::pipeline(error = Bad)]
        mod $name {
            use super::*;

            pub struct Board {
                pub(super) script: Script,
            }

            #[step($($settings)*)]
            async fn a(script: &Script) -> Result<u32, Bad> {
                play(script, 0).await
            }

            #[step($($settings)*)]
            async fn b(script: &Script, a: &u32) -> Result<u32, Bad> {
                Ok(play(script, 1).await? + a)
            }

            #[step($($settings)*)]
            async fn c(script: &Script, a: &u32) -> Result<u32, Bad> {
                Ok(play(script, 2).await? + a)
            }

            #[step(skip_on_error, $($settings)*)]
            async fn d(script: &Script, b: &u32, c: &u32) -> Result<u32, Bad> {
                Ok(play(script, 3).await? + b + c)
            }

            #[step(when_all_done, $($settings)*)]
            async fn e(script: &Script, b: Result<&u32, rungs::Cause>) -> Result<u32, Bad> {
                Ok(play(script, 4).await? + b.copied().unwrap_or(100))
            }
        }

        impl From<Script> for $name::Board {
            fn from(script: Script) -> Self {
                Self { script }
            }
        }
    };
}

five_steps! { plain: retries = 1 }
five_steps! { timed: retries = 1, retry_delay = ms(3), timeout = ms(5), deadline = ms(9) }

/// Everything that a run leaves, as text.
macro_rules! told {
    ($name:ident, $runner:expr, $sim:expr, $timer:expr, $script:expr) => {{
        let mut board = $name::Board::from($script);
        let report = run($sim, $runner.run(&mut board, $timer));
        let outputs = &report.outputs;
        let outputs = [outputs.a, outputs.b, outputs.c, outputs.d, outputs.e];
        (report.to_string(), outputs, board.script.tries.map(Cell::into_inner))
    }};
}

/// Calls `check` with every script of these actions.
fn each_script(doings: &[Do], mut check: impl FnMut([Do; 5])) -> usize {
    let scripts = doings.len().pow(5);
    for number in 0..scripts {
        let nth = |step: u32| doings[number / doings.len().pow(step) % doings.len()];
        check([nth(0), nth(1), nth(2), nth(3), nth(4)]);
    }
    scripts
}

fn script(does: [Do; 5], sim: &Sim) -> Script {
    Script { does, tries: Default::default(), clock: sim.clock() }
}

#[test]
fn without_a_clock() {
    let checked = each_script(&[Succeed, Yield, Fail, FailOnce], |does| {
        let sim = &Sim::new();
        let ahead = told!(plain, plain::runner(), sim, &NoClock, script(does, sim));
        let seen = told!(plain, plain::runner().on_event(|_| {}), sim, &NoClock, script(does, sim));
        assert_eq!(ahead, seen, "{does:?}");
    });
    assert_eq!(checked, 1_024);
}

#[test]
fn with_a_clock() {
    let checked = each_script(&[Succeed, Yield, Fail, FailOnce, Work, Sleep, Hang], |does| {
        let (one, other) = (&Sim::new(), &Sim::new());
        let ahead = told!(timed, timed::runner(), one, &one.clock(), script(does, one));
        let seen = told!(timed, timed::runner().on_event(|_| {}), other, &other.clock(), script(does, other));
        assert_eq!(ahead, seen, "{does:?}");
        assert_eq!(one.now(), other.now(), "{does:?}");
    });
    assert_eq!(checked, 16_807);
}

#[rungs::pipeline(error = Bad)]
mod nothing {
    use super::*;
}

#[test]
fn a_pipeline_without_steps() {
    let sim = Sim::new();
    let clock = sim.clock();
    assert!(run(&sim, nothing::run(&clock)).is_success());
    assert!(run(&sim, nothing::run(&NoClock)).is_success());
}

#[rungs::pipeline(error = Bad)]
mod lamps {
    use super::*;

    pub struct Board {
        pub burns: bool,
    }

    #[step(optional)]
    async fn lamp() -> Result<(), Bad> {
        Ok(())
    }
    #[step(optional, after(lamp))]
    async fn spare(burns: &bool) -> Result<(), Bad> {
        if *burns { Ok(()) } else { Err(Bad("dark")) }
    }
}

#[test]
fn an_optional_step_that_took_it_is_not_required() {
    for burns in [true, false] {
        let report = run(&Sim::new(), lamps::run(&mut lamps::Board { burns }, &NoClock));
        assert!(report.steps().all(|step| !step.is_required()), "{report}");
        assert_eq!(report.exit_code(), 0);
    }
}
