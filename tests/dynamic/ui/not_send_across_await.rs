//! Something that is not `Send` lives across an `.await`.

use rungs::Pipeline;
use std::rc::Rc;

fn main() {
    let mut p = Pipeline::new("not send");
    p.step("future").run(|| async {
        let local = Rc::new(5);
        std::future::ready(()).await;
        Ok(*local)
    });
}
