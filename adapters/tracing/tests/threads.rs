//! Steps that are spawned carry their context to the threads of their executor, also where two runs share these.

#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

use rungs::{BoxError, Pipeline};
use rungs_smol::{AllCores, Smol};
use rungs_tokio::Tokio;
use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};
use tracing::{
    Event, Instrument, Subscriber,
    field::{Field, Visit},
    info_span,
    span::{Attributes, Id},
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
    registry::LookupSpan,
};

/// What a step says: the fields of the spans around it, and the thread.
type Said = Arc<Mutex<Vec<(String, thread::ThreadId)>>>;

struct Listener(Said);

#[derive(Default)]
struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0 += &format!("{field}={value:?} ");
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Listener {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, cx: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        cx.span(id).unwrap().extensions_mut().insert(fields);
    }

    fn on_event(&self, event: &Event<'_>, cx: Context<'_, S>) {
        if event.metadata().target() == "threads" {
            let spans = cx.event_scope(event).into_iter().flat_map(|scope| scope.from_root());
            let text = spans.map(|span| span.extensions().get::<Fields>().unwrap().0.clone()).collect();
            self.0.lock().unwrap().push((text, thread::current().id()));
        }
    }
}

type Job = Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send>>;

fn job() -> Job {
    Box::pin(async {
        tracing::info!("begins");
        rungs::Timer::sleep_until(&Smol, rungs::Timer::now(&Smol) + Duration::from_millis(2)).await;
        tracing::info!("ends");
        Ok(())
    })
}

async fn request<S>(number: u64, spawner: S)
where
    S: rungs::AttemptSpawner<Job, Handle: Send> + Clone + Send + 'static,
{
    let mut p = Pipeline::new("page").spawn_on(spawner);
    for step in ["price", "stock"] {
        p.step(step).retries(1).run(job);
    }
    let run = p.runner().observe(rungs_tracing::observer()).run(&Smol);
    assert!(run.instrument(info_span!("request", number)).await.unwrap().is_success());
}

#[test]
fn lines_of_two_runs_are_told_apart_on_any_thread() {
    let said = Said::default();
    let subscriber = tracing_subscriber::registry().with(Listener(said.clone()));
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let both = futures_lite::future::zip(request(1, AllCores), request(2, AllCores));
    futures_lite::future::block_on(both);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let _entered = runtime.enter();
    futures_lite::future::block_on(futures_lite::future::zip(request(3, Tokio), request(4, Tokio)));

    let said = said.lock().unwrap();
    assert_eq!(said.len(), 16);
    assert!(said.iter().all(|(_, id)| *id != thread::current().id()));
    for number in 1..=4 {
        for step in ["price", "stock"] {
            let expected = format!("number={number} pipeline=\"page\" step=\"{step}\" attempt=1 ");
            assert_eq!(said.iter().filter(|(text, _)| *text == expected).count(), 2, "{expected}: {said:?}");
        }
    }
}
