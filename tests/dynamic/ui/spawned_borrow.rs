//! A step that borrows, on an executor with threads.

use rungs::Pipeline;
use rungs_smol::Smol;

fn main() {
    let word = String::from("borrowed");
    let mut p = Pipeline::new("spawned");
    p.step("length").spawn_on(Smol::new()).run(|| async { Ok(word.len()) });
}
