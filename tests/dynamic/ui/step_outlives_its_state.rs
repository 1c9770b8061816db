//! A step borrows what does not live as long as the pipeline.

use rungs::{NoClock, Pipeline};

fn main() {
    let mut p = Pipeline::new("too long");
    {
        let word = String::from("short-lived");
        p.step("length").run(|| async { Ok(word.len()) });
    }
    let _ = p.run(&NoClock);
}
