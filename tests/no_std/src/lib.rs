//! A run of two steps, by the scheduler alone.
#![no_std]
#![forbid(unsafe_code)]

use core::hint::black_box;
use rungs::{
    Config, Instant, Settings,
    scheduler::{Action, Edges, Need, StorageSize, StepState, Numbering, Outcome, Plan, Scheduler, Storage, StepId, invert},
};

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}

/// Runs a chain of two and tells how many steps were started.
pub fn run() -> u32 {
    let Some(zero) = StepId::new(0) else { return 0 };
    let (needs, starts) = ([Need::result(zero)], [0, 0, 1]);
    let (mut up, mut list) = ([0; 3], [Need::result(zero)]);
    invert(Edges::new(&starts, &needs), &mut up, &mut list);
    let plan = Plan::new(Edges::new(&starts, &needs), Edges::new(&up, &list), &[Settings::DEFAULT], &[]);
    let (mut states, mut ready) = ([StepState::default(); 2], [0; StorageSize::ready_words(2)]);
    let state = Storage { states: &mut states, ready: &mut ready, ..Storage::default() };
    let Ok(mut run) = Scheduler::new(plan, Numbering::default(), Config::DEFAULT, state, Instant::ZERO) else {
        return 0;
    };
    let mut started = 0;
    while let Some(Action::Start(step)) = black_box(&mut run).poll_action(Instant::ZERO) {
        started += 1;
        run.handle_outcome(step, Outcome::Success, Instant::ZERO);
    }
    started
}
