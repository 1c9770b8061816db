//! One graph, written once, for both APIs.

use super::{Script, told::Told};

/// A graph in both APIs, each a function of a script and of the time of the stop.
pub(super) struct Twins {
    pub(super) by_macro: fn(Script, Option<u32>) -> Told,
    pub(super) by_pipeline: fn(Script, Option<u32>) -> Told,
}

/// Makes of each graph a `#[pipeline]` module, a [`LocalPipeline`](rungs::LocalPipeline), and a test that they agree. A
/// step is a letter, its settings, its needs by name and type as the macro takes them, and the steps that it comes
/// after.
macro_rules! twins {
    ($(
        $graph:ident [$($said:tt)*] [$($config:tt)*] {
            $($step:ident [$($key:ident $(= $value:expr)?),*] ($($need:ident: $type:ty),*) $(after $before:ident)*;)*
        }
    )*) => { $(
        #[rungs::pipeline(error = Bad, $($said)*)]
        mod $graph {
            use super::*;

            pub struct Context {
                pub(super) script: Script,
            }

            $(#[step($($key $(= $value)?,)* after($($before),*))]
            async fn $step(script: &Script, cx: &StepCx, $($need: $type),*) -> Result<Made, Bad> {
                script.play(stringify!($step), cx, &[$(Given::told(&$need)),*]).await
            })*
        }

        #[test]
        fn $graph() {
            let by_macro = |script: Script, when: Option<u32>| {
                let (clock, stops, events) = (script.clock.clone(), script.stops.clone(), Events::default());
                let (stop, ask) = (script.stop, script.asks_at(when));
                let mut context = $graph::Context { script };
                let runner = $graph::runner().on_event(|event| events.note(event));
                let report = match stop {
                    None => settle(&clock, ask, runner.run(&mut context, &clock)),
                    Some(_) => settle(&clock, ask, runner.cancel(&stops.signal).run(&mut context, &clock)),
                };
                let report = report.map(|report| reported!(report, [$(report.outputs.$step.as_ref()),*]));
                Told { events: events.all(), report }
            };
            let by_pipeline = |script: Script, when: Option<u32>| {
                let (script, clock, stops, events) = (&script, &script.clock, &script.stops, Events::default());
                let (stop, ask) = (script.stop, script.asks_at(when));
                let mut pipeline = LocalPipeline::with_code(stringify!($graph));
                $(
                    let $step = pipeline
                        .step(stringify!($step))
                        .needs(($($need,)*))
                        $(.after($before))*
                        $(.$key($($value)?))*
                        .run_with(move |cx, $($need),*| async move {
                            script.play(stringify!($step), &cx, &[$(Given::told(&$need)),*]).await
                        });
                )*
                let runner = pipeline.runner()$($config)*.on_event(|event| events.note(event));
                let report = match stop {
                    None => settle(clock, ask, runner.run(clock)),
                    Some(_) => settle(clock, ask, runner.cancel(&stops.token).run(clock)),
                };
                let report = report.map(|report| {
                    let report = report.unwrap();
                    reported!(report, [$(report.output($step).ok()),*])
                });
                Told { events: events.all(), report }
            };
            agree(&Twins { by_macro, by_pipeline });
        }
    )* };
}

/// The contents of a report, which has a different type in each API.
macro_rules! reported {
    ($report:ident, [$($output:expr),*]) => {
        Reported {
            steps: $report
                .steps()
                .map(|step| {
                    let (id, name, status, cause) = (step.id(), step.name(), step.status(), step.cause());
                    let (attempts, started, finished) = (step.attempts(), step.started_at(), step.finished_at());
                    let (error, reason) = (step.error(), step.reason().map(|reason| reason.to_string()));
                    let is_required = step.is_required();
                    format!("{:?}", (id, name, status, cause, attempts, started, finished, error, reason, is_required))
                })
                .collect(),
            outputs: vec![$($output.map(|made| Made::clone(&made))),*],
            exit_code: $report.exit_code(),
            span: $report.span(),
            table: $report.to_string(),
        }
    };
}
