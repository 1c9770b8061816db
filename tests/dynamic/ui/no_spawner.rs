//! A step is spawned on something that is no spawner.

fn main() {
    let mut p: rungs::Pipeline = rungs::Pipeline::new("p");
    p.step("lost").spawn_on(5).run(|| async { Ok(()) });
}
