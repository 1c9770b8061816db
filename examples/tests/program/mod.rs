//! Examples as programs.

use std::process::Command;

/// The exit code of an example for these arguments, and what it prints.
pub(crate) fn run(example: &str, args: &[&str]) -> (Option<i32>, String) {
    let mut run = Command::new(env!("CARGO"));
    run.args(["run", "--quiet", "--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")]);
    let output = run.args(["--example", example, "--"]).args(args).output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}
