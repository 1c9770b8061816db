//! The metrics of some runs as Prometheus reads them: `cargo run -p rungs-metrics --example prometheus`.
//!
//! A service lets the exporter listen (`PrometheusBuilder::new().install()`, a default feature of it); here the text is printed.

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder};
use rungs::{Pipeline, sim::Sim};
use std::{error::Error, time::Duration};

/// Runs a job twice, on a held clock. It retries, waits, and fails the second time.
fn runs(sim: &Sim) -> Result<(), Box<dyn Error>> {
    let clock = sim.clock();
    let mut run = 0;
    let mut p = Pipeline::with_error("etl");
    let rows = p.step("extract").retries(1).run_with(async |cx| {
        clock.sleep(Duration::from_millis(20)).await;
        if cx.attempt() == 1 { Err("connection reset") } else { Ok(2) }
    });
    p.step("load").needs(rows).run(move |_| {
        run += 1;
        async move { if run == 2 { Err("no table") } else { Ok(()) } }
    });
    p.step("alarm").after_all().when_any_failed().run(async || Ok(()));
    for _ in 0..2 {
        let runner = p.runner().observe(rungs_metrics::observer());
        let report = sim.block_on(runner.run(&clock))??;
        eprintln!("{report}");
    }
    Ok(())
}

/// What the exporter would answer.
fn scraped() -> Result<String, Box<dyn Error>> {
    let builder = || -> Result<PrometheusBuilder, BuildError> {
        let buckets = |name: &str| Matcher::Full(name.to_owned());
        PrometheusBuilder::new()
            .set_buckets_for_metric(buckets("rungs_step_duration_seconds"), &[0.01, 0.1, 1.0])?
            .set_buckets_for_metric(buckets("rungs_step_retries"), &[0.0, 1.0, 3.0])
    };
    let recorder = builder()?.build_recorder();
    let handle = recorder.handle();
    metrics::with_local_recorder(&recorder, || {
        rungs_metrics::describe();
        runs(&Sim::new())
    })?;
    Ok(handle.render())
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", scraped()?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The value of a series, by its name and labels in any order.
    fn value(text: &str, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        text.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
            let (series, value) = line.rsplit_once(' ')?;
            let (found, rest) = series.split_once('{').unwrap_or((series, "}"));
            let mut given: Vec<_> = rest.strip_suffix('}')?.split(',').filter(|label| !label.is_empty()).collect();
            let mut wanted: Vec<_> = labels.iter().map(|(key, value)| format!("{key}=\"{value}\"")).collect();
            given.sort_unstable();
            wanted.sort_unstable();
            (found == name && given == wanted).then(|| value.parse().ok()).flatten()
        })
    }

    #[test]
    fn the_text_is_what_the_runs_did() -> Result<(), Box<dyn Error>> {
        let text = scraped()?;
        let etl = ("pipeline", "etl");
        let step = |step, status| [etl, ("step", step), ("status", status)];
        for (name, labels, expected) in [
            ("rungs_runs_total", &[etl, ("exit_code", "0")][..], 1.0),
            ("rungs_runs_total", &[etl, ("exit_code", "1")], 1.0),
            ("rungs_run_duration_seconds_count", &[etl], 2.0),
            ("rungs_run_duration_seconds_sum", &[etl], 0.08),
            ("rungs_steps_total", &step("extract", "success"), 2.0),
            ("rungs_steps_total", &step("load", "success"), 1.0),
            ("rungs_steps_total", &step("load", "failed"), 1.0),
            ("rungs_steps_total", &step("alarm", "skipped"), 1.0),
            ("rungs_steps_total", &step("alarm", "success"), 1.0),
            ("rungs_step_duration_seconds_sum", &step("extract", "success"), 0.08),
            ("rungs_step_retries_sum", &[etl, ("step", "extract")], 2.0),
            ("rungs_step_retries_count", &[etl, ("step", "load")], 2.0),
            ("rungs_steps_in_flight", &[etl], 0.0),
        ] {
            assert_eq!(value(&text, name, labels), Some(expected), "{name} {labels:?} in\n{text}");
        }
        let bucket = [&step("extract", "success")[..], &[("le", "0.1")]].concat();
        assert_eq!(value(&text, "rungs_step_duration_seconds_bucket", &bucket), Some(2.0), "{text}");
        assert_eq!(value(&text, "rungs_step_duration_seconds_count", &step("alarm", "skipped")), None);
        assert!(text.contains("# TYPE rungs_steps_in_flight gauge"), "{text}");
        assert!(text.contains("# HELP rungs_steps_total Steps that have ended, by status."), "{text}");
        Ok(())
    }
}
