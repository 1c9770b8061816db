//! What steps have from elsewhere: the pipeline's defaults, and values.

use crate::{Bad, Sim, ms, run};
use rungs::{Backoff, Config, Instant, NoClock, OnFailure, Settings, Status, When, fixed::StaticPipeline};

const CAREFUL: Settings<'static> = Settings::DEFAULT.retries(5).timeout(ms(7)).when(When::SkipOnError);

#[rungs::pipeline(error = Bad, defaults(retries = 2, retry_delay = ms(10), timeout = ms(50), optional), resources(bus = 1))]
mod usual {
    use super::*;

    #[step]
    async fn plain() -> Result<(), Bad> {
        Err(Bad("no"))
    }
    #[step(backoff = fixed(ms(1)), retry_if = |_: &Bad| true)]
    async fn quick() -> Result<(), Bad> {
        Err(Bad("no"))
    }
    #[step(retries = 0, required)]
    async fn once() -> Result<(), Bad> {
        Ok(())
    }
    #[step(settings = CAREFUL, timeout = ms(9), uses(bus = 1))]
    async fn careful() -> Result<(), Bad> {
        Ok(())
    }
    #[step(settings = CAREFUL, when_all_done)]
    async fn tidy() -> Result<(), Bad> {
        Ok(())
    }
}

#[test]
fn a_steps_own_settings_win_over_a_value_and_that_over_the_defaults() {
    let usual = Settings::DEFAULT.retries(2).backoff(Backoff::exponential(ms(10))).timeout(ms(50)).optional();
    let settings = |step| *usual::Pipeline::STATIC_PLAN.plan.settings(step);
    assert_eq!(settings(usual::step_ids::PLAIN), usual);
    assert_eq!(settings(usual::step_ids::QUICK), usual.backoff(Backoff::fixed(ms(1))));
    assert_eq!(settings(usual::step_ids::ONCE), usual.retries(0).required());
    let careful = usual.retries(5).timeout(ms(9)).when(When::SkipOnError);
    assert_eq!(settings(usual::step_ids::CAREFUL), careful.class(1));
    assert_eq!(settings(usual::step_ids::TIDY), careful.timeout(ms(7)).when(When::AllDone));

    let sim = Sim::new();
    let clock = sim.clock();
    let report = run(&sim, usual::run(&clock));
    let took = |name| {
        let step = report.get(name).unwrap();
        (step.attempts(), step.finished_at())
    };
    assert_eq!(took("plain"), (3, Some(Instant::ZERO + ms(30))));
    assert_eq!(took("quick"), (3, Some(Instant::ZERO + ms(2))));
    assert_eq!(report.exit_code(), 0);
}

#[rungs::pipeline(error = Bad, max_concurrent = 1, order = levels)]
mod configured {
    use super::*;

    #[step]
    async fn first() -> Result<(), Bad> {
        Err(Bad("no"))
    }
    #[step]
    async fn second() -> Result<(), Bad> {
        Ok(())
    }
}

#[test]
fn a_run_takes_a_whole_config_but_the_order_that_is_built_in() {
    let config = Config::DEFAULT.max_concurrent(0).on_failure(OnFailure::Drain);
    let configured = |config| futures_lite::future::block_on(configured::runner().config(config).run((), &NoClock));
    // No limit of 0: nothing could ever start.
    let report = configured(config);
    assert_eq!(report.get("second").unwrap().status(), Status::Skipped);
    assert_eq!(configured(Config::DEFAULT).get("second").unwrap().status(), Status::Success);
}

#[test]
fn a_plan_can_be_asked() {
    let plan = usual::plan();
    assert_eq!((plan.name(), plan.len(), plan.depth()), ("usual", 5, 1));
    assert!(plan.resources().eq([("bus", 1)]));
    let careful = plan.get(usual::step_ids::CAREFUL).unwrap();
    assert_eq!((careful.name(), careful.settings().get_retries()), ("careful", 5));
    assert!(careful.uses().eq([("bus", 1)]));
    assert_eq!(plan.get("tidy").unwrap().uses().count(), 0);
    assert!(plan.get("none").is_none());
    let configured = configured::plan();
    assert_eq!(configured.level(0).count(), 2);
}
