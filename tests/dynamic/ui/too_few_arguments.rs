//! Two needs, one argument.

use rungs::Pipeline;

fn main() {
    let mut p = Pipeline::new("arguments");
    let a = p.step("a").run(|| async { Ok(1) });
    let b = p.step("b").run(|| async { Ok(2) });
    p.step("sum").needs((a, b)).run(|a| async move { Ok(*a) });
}
