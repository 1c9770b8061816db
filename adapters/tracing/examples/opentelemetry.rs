//! The spans of a run as OpenTelemetry exports them: `cargo run -p rungs-tracing --example opentelemetry`.
//!
//! The exporter keeps them in memory. A program that sends them has that of `opentelemetry-otlp` in its place; nothing else
//! changes.

use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use rungs::{BoxError, Pipeline};
use rungs_smol::{AllCores, Smol};
use std::time::Duration;
use tracing_subscriber::layer::SubscriberExt;

/// An attempt fails, another succeeds on another thread, and a step fails for good.
fn job() -> Pipeline<'static> {
    let mut p = Pipeline::new("etl");
    let rows = p.step("extract").retries(1).spawn_on(AllCores).run_with(async |cx| {
        smol_timer(1).await;
        tracing::info!("asked for rows");
        if cx.attempt() == 1 { Err("connection reset".into()) } else { Ok(2_u32) }
    });
    p.step("load").needs(rows).run(async |rows| Err::<(), BoxError>(format!("{} rows, no table", *rows).into()));
    p
}

async fn smol_timer(ms: u64) {
    rungs::Timer::sleep_until(&Smol, rungs::Timer::now(&Smol) + Duration::from_millis(ms)).await;
}

/// Runs the job, and gives the spans that were exported.
fn spans() -> Result<Vec<SpanData>, BoxError> {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("rungs"));
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer))?;

    let mut p = job();
    let run = p.runner().observe(rungs_tracing::observer().with_otel_fields()).run(&Smol);
    let report = futures_lite::future::block_on(run)?;
    assert_eq!(report.exit_code(), 1);
    provider.force_flush()?;
    Ok(exporter.get_finished_spans()?)
}

fn main() -> Result<(), BoxError> {
    for span in spans()? {
        println!("{} in {}: {:?}", span.span_context.span_id(), span.parent_span_id, span.name);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry::{Value, trace::Status};

    fn value(span: &SpanData, key: &str) -> Option<Value> {
        span.attributes.iter().find(|pair| pair.key.as_str() == key).map(|pair| pair.value.clone())
    }

    #[test]
    fn spans_are_read_back() -> Result<(), BoxError> {
        let spans = spans()?;
        let named = |name: &str| spans.iter().filter(|span| span.name == name).collect::<Vec<_>>();
        let [run] = named("etl")[..] else { return Err("there is one run".into()) };
        let [extract] = named("extract")[..] else { return Err("there is one step `extract`".into()) };
        let [load] = named("load")[..] else { return Err("there is one step `load`".into()) };
        assert_eq!(value(run, "pipeline"), Some("etl".into()));
        assert_eq!(value(run, "exit_code"), Some(1.into()));
        assert!(matches!(run.status, Status::Error { .. }));
        for step in [extract, load] {
            assert_eq!(step.parent_span_id, run.span_context.span_id());
            assert_eq!(step.span_context.trace_id(), run.span_context.trace_id());
        }
        assert_eq!(value(extract, "attempts"), Some(2.into()));
        assert_eq!(load.status, Status::error("load: failed: 2 rows, no table"));

        let attempts = named("attempt");
        let of_extract: Vec<_> =
            attempts.iter().filter(|span| span.parent_span_id == extract.span_context.span_id()).collect();
        assert_eq!(of_extract.len(), 2);
        for span in of_extract {
            // What the step said itself, on a thread of the executor.
            assert!(span.events.iter().any(|event| event.name == "asked for rows"), "{:?}", span.events);
        }
        assert_eq!(spans.len(), 6);
        Ok(())
    }
}
