//! `new` is of the default error.

use rungs::Pipeline;

struct Fault;

fn main() {
    let mut p: Pipeline<'_, Fault> = Pipeline::with_error("boot");
    p.step("a").run(|| async { Err::<(), _>(Fault) });
}
