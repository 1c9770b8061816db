use rungs::{NoClock, Pipeline};

struct Connection;

fn main() {
    let mut p: Pipeline = Pipeline::new("kept");
    p.step("connect").checkpoint().run(async || Ok(Connection));
    let _ = p.run(&NoClock);
}
