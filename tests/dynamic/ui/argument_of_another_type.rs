//! A need's result is not what the step takes.

use rungs::{BoxError, Out, Pipeline};

async fn length(text: Out<String>) -> Result<usize, BoxError> {
    Ok(text.len())
}

fn main() {
    let mut p = Pipeline::new("types");
    let number = p.step("number").run(|| async { Ok(5_u32) });
    p.step("function").needs(number).run(length);
    p.step("closure").needs(number).run(|text: Out<String>| async move { Ok(text.len()) });
}
