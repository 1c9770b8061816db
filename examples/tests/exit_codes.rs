//! With what the examples end.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{env, fs, process::Command};

/// The exit code of `dynamic` for this list, and what it writes to standard error.
fn dynamic(name: &str, list: &str) -> (Option<i32>, String) {
    let file = env::temp_dir().join(format!("rungs-{}-{name}", std::process::id()));
    fs::write(&file, list).unwrap();
    let mut run = Command::new(env!("CARGO"));
    run.args(["run", "--quiet", "--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")]);
    let output = run.args(["--example", "dynamic", "--"]).arg(&file).output().unwrap();
    fs::remove_file(&file).unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_wrong_plan_ends_with_3() {
    let (code, told) = dynamic("circle", "hen: egg\negg: hen\n");
    assert_eq!(code, Some(3), "{told}");
    assert!(told.ends_with("a cycle: `hen` needs `egg` needs `hen`\n"), "{told}");
}

#[test]
fn a_run_that_succeeds_ends_with_0() {
    let (code, told) = dynamic("pair", "hen: egg\negg:\n");
    assert_eq!(code, Some(0), "{told}");
}
