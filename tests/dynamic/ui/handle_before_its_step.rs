//! A handle exists only once its step does, so a cycle cannot be written.

use rungs::Pipeline;

fn main() {
    let mut p = Pipeline::new("cycle");
    let hen = p.step("hen").needs(egg).run(|_| async { Ok(()) });
    let egg = p.step("egg").needs(hen).run(|_| async { Ok(()) });
}
