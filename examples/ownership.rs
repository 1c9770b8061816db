//! Ownership: a driver that one step makes and the next ones use, one after another, by value.
//!
//! `open` makes the driver of a camera, `focus` and `shoot` take it and pass it on, and `close` takes it for good. Nothing is
//! cloned, locked or counted, and a second user of the driver would not compile. The raw picture is dropped as soon as it
//! has been developed, and the result leaves the report by value. Prints the report and what was measured.

use rungs::{NoClock, OutputErrorKind, Owned, Pipeline};
use std::cell::Cell;

/// It is neither `Clone` nor `Sync`: it has one user at a time.
struct Camera {
    focus: u8,
    shots: Cell<u32>,
}

impl Camera {
    fn shoot(&self) -> Vec<u8> {
        self.shots.set(self.shots.get() + 1);
        vec![self.focus; 1_000_000]
    }

    /// Ends its use: by value, so that nobody shoots afterwards.
    fn close(self) -> u32 {
        self.shots.get()
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut p = Pipeline::new("photo");

    let camera: Owned<Camera> = p.step("open").run_owned(async || Ok(Camera { focus: 0, shots: Cell::new(0) }));
    let camera = p.step("focus").needs(camera).run_owned(async |mut camera: Camera| {
        camera.focus = 42;
        Ok(camera)
    });
    // Two results: the step returns both, and the next ones take them apart.
    let taken = p.step("shoot").needs(camera).run_owned(async |camera: Camera| {
        let raw = camera.shoot();
        Ok((camera, raw))
    });
    let raw = p.step("close").needs(taken).release_early().run(async |(camera, raw): (Camera, Vec<u8>)| {
        println!("shots: {}", camera.close());
        Ok(raw)
    });
    let mean =
        p.step("measure").needs(raw).run(async |raw| Ok(raw.iter().map(|&n| u64::from(n)).sum::<u64>() / 1_000_000));
    let developed =
        p.step("develop").needs(raw).run(async |raw| Ok(raw.iter().step_by(1_000).copied().collect::<Vec<_>>()));

    let mut report = futures_lite::future::block_on(p.run(&NoClock))?;
    println!("{report}");

    // Both readers of the raw picture have ended.
    assert_eq!(report.output(raw).err().map(|error| error.kind()), Some(OutputErrorKind::Released));
    let picture: Vec<u8> = report.take(developed)?;
    println!("{} bytes, {} on average", picture.len(), report.output(mean)?);
    assert_eq!(report.output(developed).err().map(|error| error.kind()), Some(OutputErrorKind::Taken));
    Ok(())
}
