// The attribute belongs on a module, and names the error type of the steps.
#[rungs::pipeline(error = ())]
fn steps() {}

#[rungs::pipeline]
mod no_error {}

fn main() {}
