//! `new` is of the default error, whatever stands before it.

use rungs::Pipeline;

struct Fault;

fn main() {
    let mut p = Pipeline::<'_, Fault>::new("boot");
    p.step("a").run(|| async { Err::<(), _>(Fault) });
}
