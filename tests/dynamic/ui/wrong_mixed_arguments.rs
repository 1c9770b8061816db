//! Arguments of mixed needs: their number and their types.

use rungs::{Out, Pipeline, own};

fn main() {
    let mut p: Pipeline<'_> = Pipeline::new("mixed");
    let first = p.step("first").run(async || Ok(1_u8));
    p.step("few").needs((first, own(String::new()))).run(async |first: Out<u8>| Ok(*first));
    p.step("types").needs((first, own(String::new()))).run(async |first: Out<u8>, text: Out<String>| Ok(()));
}
