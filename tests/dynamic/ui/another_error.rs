//! A step fails with another error than its pipeline's.

use rungs::Pipeline;

struct Mine;

fn main() {
    let mut p = Pipeline::with_code::<Mine>("errors");
    p.step("other").run(|| async { Err::<(), String>("no".into()) });
    p.step("question mark").run(|| async { Ok("x".parse::<u8>()?) });
}
