//! A step that is not `Send`, on an executor with threads.

use rungs::LocalPipeline;
use rungs_smol::Smol;
use std::rc::Rc;

fn main() {
    let mut p = LocalPipeline::new("spawned");
    p.step("local").spawn_on(Smol::new()).run(|| async {
        let local = Rc::new(5);
        std::future::ready(()).await;
        Ok(*local)
    });
}
