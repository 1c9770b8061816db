//! An owned result has one consumer.

use rungs::Pipeline;

struct Socket;

fn main() {
    let mut p: Pipeline<'_> = Pipeline::new("twice");
    let socket = p.step("connect").run_owned(async || Ok(Socket));
    p.step("first").needs(socket).run(async |_: Socket| Ok(()));
    p.step("second").needs(socket).run(async |_: Socket| Ok(()));
    let other = p.step("other").run_owned(async || Ok(Socket));
    p.step("both").needs((other, other)).run(async |_, _| Ok(()));
}
