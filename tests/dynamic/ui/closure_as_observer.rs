//! A closure is no observer by itself.

use rungs::{NoClock, Pipeline};

fn main() {
    let mut p = Pipeline::new("observed");
    p.step("a").run(|| async { Ok(()) });
    let mut events = 0;
    let _ = p.runner().observe(|_| events += 1).run(&NoClock);
}
