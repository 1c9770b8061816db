//! What the compiler says of mistakes. Its words change from one version to the next, so they are compared on one.

use std::process::Command;

const RECORDED_WITH: &str = "rustc 1.95.";

#[test]
fn the_compilers_messages() {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let told = Command::new(rustc).arg("--version").output().unwrap();
    let version = String::from_utf8_lossy(&told.stdout);
    if !version.starts_with(RECORDED_WITH) {
        eprintln!(
            "SKIPPED: the messages in dynamic/ui and fixed/ui are those of {RECORDED_WITH}x, and this is {version}"
        );
        return;
    }
    let cases = trybuild::TestCases::new();
    cases.compile_fail("dynamic/ui/*.rs");
    cases.compile_fail("fixed/ui/*.rs");
    cases.compile_fail("fixed/ui/types/*.rs");
    cases.compile_fail("fixed/ui/built/*.rs");
    // With one that passes all are built, not only checked.
    cases.pass("fixed/ui/pass/*.rs");
}
