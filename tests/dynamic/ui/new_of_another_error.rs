//! `new` is of the default error.

use rungs::Pipeline;

struct Fault;

fn main() {
    let mut p: Pipeline<'_, Fault> = Pipeline::new("boot");
    p.step("a").run(|| async { Err::<(), _>(Fault) });
}
