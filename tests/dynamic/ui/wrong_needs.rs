//! What a step can need, and what it can come after.

use rungs::{Pipeline, own};

fn main() {
    let mut p: Pipeline<'_> = Pipeline::new("needs");
    let first = p.step("first").run(async || Ok(1));
    p.step("by name").needs("first").run(async |first| Ok(first));
    p.step("mixed").needs((first, String::from("config"))).run(async |first, config| Ok(()));
    p.step("owned after").after(own(7)).run(async || Ok(()));
    struct Token;
    p.step("not clone").needs(own(Token)).run(async |token| Ok(()));
}
