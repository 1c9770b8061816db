//! A step that is not `Send` in a `Pipeline`.

use rungs::Pipeline;
use std::rc::Rc;

fn main() {
    let shared = Rc::new(5);
    let mut p = Pipeline::new("not send");
    p.step("closure").run(|| {
        let shared = shared.clone();
        async move { Ok(*shared) }
    });
}
