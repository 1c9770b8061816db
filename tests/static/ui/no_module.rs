// The attribute goes on a module, and says the steps' error type.
#[rungs::pipeline(error = ())]
fn steps() {}

#[rungs::pipeline]
mod no_error {}

fn main() {}
