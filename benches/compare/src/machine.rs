//! What is asked of other programs: which rustc this is, and which code.

use std::process::Command;

/// What rustc says of itself. Cargo's is asked, if cargo says which one that is.
pub(crate) fn rustc() -> Result<String, String> {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    output(Command::new(rustc).arg("-Vv"))
}

/// The last commit that changed what is measured. A baseline is of a commit, so there may be no other changes.
pub(crate) fn commit() -> Result<String, String> {
    const MEASURED: [&str; 3] = ["--", ":(top)core", ":(top)adapters"];
    let changes = output(Command::new("git").args(["status", "--porcelain"]).args(MEASURED))?;
    if !changes.is_empty() {
        return Err(format!("a baseline is of a commit; these are in none:\n{changes}"));
    }
    output(Command::new("git").args(["log", "-1", "--abbrev=7", "--format=%h"]).args(MEASURED))
}

fn output(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().into())
}
