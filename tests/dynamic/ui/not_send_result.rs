//! A result that is not `Send`.

use rungs::Pipeline;
use std::{cell::Cell, rc::Rc};

fn main() {
    let mut p = Pipeline::new("not send");
    p.step("rc").run(|| async { Ok(Rc::new(5)) });
    p.step("cell").run(|| async { Ok(Cell::new(5)) });
}
