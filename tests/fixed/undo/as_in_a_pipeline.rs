//! The same steps in both APIs, with all outcomes: the same undos run, each after those of all that came after its step.

use rungs::{LocalPipeline, NoClock, Status};
use std::cell::{Cell, RefCell};

const STEPS: usize = 5;

/// What steps and undos do: by bits, which steps fail, which skip themselves, and which undos fail.
#[derive(Clone, Default)]
pub struct Script {
    failing: usize,
    skipping: usize,
    stuck: usize,
}

thread_local! {
    /// The undos that have run.
    static UNDONE: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
    static CASES: Cell<usize> = const { Cell::new(0) };
}

fn bit(name: &str) -> usize {
    1 << (name.as_bytes()[0] - b'a')
}

impl Script {
    fn play(&self, name: &'static str) -> Result<Option<&'static str>, &'static str> {
        match bit(name) {
            bit if self.failing & bit != 0 => Err("failed"),
            bit if self.skipping & bit != 0 => Ok(None),
            _ => Ok(Some(name)),
        }
    }

    fn undo(&self, name: &'static str, result: &str) -> Result<(), &'static str> {
        assert_eq!(name, result);
        UNDONE.with_borrow_mut(|undone| undone.push(name));
        if self.stuck & bit(name) != 0 { Err("stuck") } else { Ok(()) }
    }
}

/// Makes of each graph a module, a `LocalPipeline`, and a test that undoes both.
macro_rules! twins {
    ($($graph:ident {
        $($step:ident ($($need:ident),*) $(after $before:ident)* $(follows $earlier:ident)* $(, undo $undo:ident)?;)*
    })*) => { $(
        #[rungs::pipeline(error = &'static str)]
        mod $graph {
            use super::Script;

            pub struct Context {
                pub script: Script,
            }

            $(
                #[step(maybe, after($($before),*), follows($($earlier),*))]
                async fn $step(script: &Script, $($need: &&'static str),*) -> Result<Option<&'static str>, &'static str> {
                    $(assert_eq!(*$need, stringify!($need));)*
                    script.play(stringify!($step))
                }
                $(
                    #[undo($step)]
                    async fn $undo(script: &Script, $step: &&'static str) -> Result<(), &'static str> {
                        script.undo(stringify!($step), $step)
                    }
                )?
            )*
        }

        #[test]
        fn $graph() {
            for number in 0..1 << (3 * STEPS) {
                let [failing, skipping, stuck] = [0, STEPS, 2 * STEPS].map(|at| number >> at & ((1 << STEPS) - 1));
                if failing & skipping != 0 {
                    continue;
                }
                let script = Script { failing, skipping, stuck };
                let mut context = $graph::Context { script: script.clone() };
                let report = futures_lite::future::block_on($graph::run(&mut context, &NoClock));
                let undo = futures_lite::future::block_on($graph::undo::run(&mut context, &report, &NoClock));
                let fate = |name| undo.get(name).map(|undo| undo.status());
                let fates = [$(fate(stringify!($step))),*];
                let undone = UNDONE.take();
                check_order($graph::plan(), &undone);

                let (script, mut p) = (&script, LocalPipeline::with_error(stringify!($graph)));
                $(
                    let $step = p
                        .step(stringify!($step))
                        .needs(($($need,)*))
                        $(.after($before))*
                        $(.follows($earlier))*
                        .run_maybe(move |$($need),*| async move {
                            $(assert_eq!(*$need, stringify!($need));)*
                            script.play(stringify!($step))
                        });
                    $(
                        let $undo = $step;
                        p.undo($undo).run(move |result| async move { script.undo(stringify!($step), &result) });
                    )?
                )*
                let _handles = ($($step,)*);
                let report = futures_lite::future::block_on(p.run(&NoClock)).unwrap();
                let by_pipeline = futures_lite::future::block_on(p.runner().undo(&report).run(&NoClock)).unwrap();
                let mut theirs = UNDONE.take();
                let fate = |name| by_pipeline.get(name).map(|undo| undo.status());
                let expected = [$(fate(stringify!($step))),*];
                for (own, expected) in fates.into_iter().zip(expected) {
                    assert_eq!(own.unwrap_or(Status::Skipped), expected.unwrap_or(Status::Skipped));
                }
                let mut own = undone;
                own.sort_unstable();
                theirs.sort_unstable();
                assert_eq!(own, theirs);
                assert_eq!(undo.exit_code(), by_pipeline.exit_code());
                CASES.set(CASES.get() + 1);
            }
            assert_eq!(CASES.get(), 3_usize.pow(STEPS as u32) << STEPS);
        }
    )* };
}

/// Each undo runs after those of all that came after its step.
fn check_order(plan: rungs::PlanView<'_>, undone: &[&str]) {
    for (at, later) in undone.iter().enumerate() {
        for earlier in &undone[..at] {
            // `earlier` was undone first, so its step does not come before the other.
            assert!(!comes_after(plan, later, earlier), "{undone:?}");
        }
    }
}

/// Whether a step comes after another one, directly or not.
fn comes_after(plan: rungs::PlanView<'_>, step: &str, other: &str) -> bool {
    let needs = plan.get(step).unwrap().needs();
    needs.into_iter().any(|need| need.step().name() == other || comes_after(plan, need.step().name(), other))
}

twins! {
    chain {
        a (), undo undo_a;
        b (a), undo undo_b;
        c (b), undo undo_c;
        d (c), undo undo_d;
        e (d), undo undo_e;
    }

    across {
        a (), undo undo_a;
        b () after a;
        c () follows b, undo undo_c;
        d (a) follows c;
        e () after d, undo undo_e;
    }

    diamond {
        a (), undo undo_a;
        b (a), undo undo_b;
        c (a) follows b;
        d () after b after c, undo undo_d;
        e (b), undo undo_e;
    }

    apart {
        a (), undo undo_a;
        b (), undo undo_b;
        c () follows a;
        d () follows c, undo undo_d;
        e ();
    }
}
