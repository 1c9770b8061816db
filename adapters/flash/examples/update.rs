//! An update of a device in four steps, whose power is lost three times: each step that has ended stays done.
//!
//! `cargo run -p rungs-flash --example update`

#![allow(clippy::unwrap_used, reason = "an example")]

#[path = "../tests/nor/mod.rs"]
mod nor;

use nor::{Broken, Nor, Torn};
use rungs::{NoClock, fixed::CheckpointError};
use rungs_flash::{Error, FlashCheckpoints, buffer_size};
use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

/// What can go wrong.
#[derive(Debug)]
pub enum Fault {
    /// The flash.
    Store(CheckpointError<Error<Broken>>),
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self::Store(error) = self;
        error.fmt(f)
    }
}

#[rungs::pipeline(error = super::Fault)]
mod update {
    #[step]
    async fn connect() -> u8 {
        1
    }
    /// The length of the image.
    #[step(checkpoint)]
    async fn download(connect: &u8) -> u32 {
        65_536 * u32::from(*connect)
    }
    /// Its checksum.
    #[step(checkpoint)]
    async fn verify(download: &u32) -> u32 {
        download.wrapping_mul(2_654_435_769)
    }
    #[step(checkpoint)]
    async fn install(download: &u32, verify: &u32) -> (u32, u32) {
        (*download, *verify)
    }
    #[step]
    async fn restart(install: &(u32, u32)) -> u32 {
        install.0
    }
}

type Store<'n> = FlashCheckpoints<&'n Nor<4>, { buffer_size(update::CHECKPOINT_BYTES) }>;

/// Runs the update until its end, or until the power is lost, and returns which steps ran.
fn boot(flash: &Nor<4>) -> (bool, Vec<String>) {
    let mut store = Store::new(flash, 0..1_024, 12).unwrap();
    let mut lines = Vec::new();
    let run = update::runner()
        .checkpoints(&mut store, Fault::Store)
        .on_event(|event| lines.push(event.to_string()))
        .run((), &NoClock);
    let has_ended = {
        let mut run = pin!(run);
        loop {
            match run.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(report) => break report.is_success(),
                Poll::Pending if flash.is_dark.get() => break false,
                Poll::Pending => {}
            }
        }
    };
    (has_ended, lines)
}

fn main() {
    let flash = Nor::<4>::new(1_024);
    flash.torn.set(Torn::Half);
    let (mut started, mut words) = (Vec::new(), 10);
    loop {
        println!("power on");
        flash.power_on(words);
        let (has_ended, lines) = boot(&flash);
        lines.iter().for_each(|line| println!("  {line}"));
        started.extend(lines.into_iter().filter(|line| line.ends_with("started")));
        if has_ended {
            break;
        }
        println!("  power lost");
        words += 3;
    }
    let downloads = started.iter().filter(|line| line.starts_with("download")).count();
    println!("`download` has run {downloads} times");
}

#[test]
fn a_step_that_is_stored_does_not_run_again() {
    main();
}
