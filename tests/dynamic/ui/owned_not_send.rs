//! An owned result may go to another thread, so it is `Send`; it need not be `Sync`.

use rungs::Pipeline;
use std::{cell::Cell, rc::Rc};

fn main() {
    let mut p: Pipeline<'_> = Pipeline::new("not send");
    p.step("cell").run_owned(async || Ok(Cell::new(1)));
    p.step("rc").run_owned(async || Ok(Rc::new(1)));
}
