//! No needs, one argument.

use rungs::Pipeline;

fn main() {
    let mut p = Pipeline::new("arguments");
    p.step("sum").run(|a: rungs::Out<u32>| async move { Ok(*a) });
}
