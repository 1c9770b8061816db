// Constants in settings are the user's, whatever names the generated code has.
#![deny(warnings)]

use std::time::Duration;

pub struct Fault;

const COUNT: u32 = 2;
const LEVELS: u32 = 2;
const ATTEMPTS: u32 = 2;
const UNITS: u32 = 1;
const SETTINGS: Duration = Duration::from_millis(1);

struct Plan;

impl Plan {
    const USES: u32 = 2;
}

#[rungs::pipeline(error = Fault, max_concurrent = ATTEMPTS, resources(bus = Plan::USES), deadline = SETTINGS)]
mod steps {
    use super::*;

    #[step(retries = COUNT, timeout = SETTINGS, uses(bus = UNITS))]
    async fn one() -> Result<u32, Fault> {
        Ok(1)
    }

    #[step(retries = LEVELS, uses(bus = Plan::USES))]
    async fn two() -> Result<u32, Fault> {
        Ok(2)
    }
}

fn main() {
    use rungs::fixed::StaticPipeline;
    assert_eq!(steps::Pipeline::STATIC_PLAN.plan.len(), 2);
}
