//! Instructions, counted by valgrind: the process starts itself again under callgrind, as a child that does a job.

use std::process::{Command, Stdio};

/// Whether valgrind is there.
pub fn is_there() -> bool {
    let version = Command::new("valgrind").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    version.is_ok_and(|status| status.success())
}

/// Instructions that a child with these arguments spends in functions whose names contain `function`, and in all that
/// they call; `None` if valgrind does not tell.
pub fn instructions(function: &str, args: &[String]) -> Option<f64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(format!("--toggle-collect=*{function}*"))
        .arg(std::env::current_exe().ok()?)
        .args(args)
        .output()
        .ok()?;
    let told = String::from_utf8_lossy(&output.stderr);
    let collected = told.lines().find_map(|line| line.split_once("Collected : "))?;
    output.status.success().then_some(())?;
    collected.1.trim().parse().ok()
}

/// As [`instructions`], of the last of `once` alone: what `more` spends beyond it, by what it does more often.
pub fn difference(function: &str, once: &[String], more: &[String], times: f64) -> Option<f64> {
    Some((instructions(function, more)? - instructions(function, once)?) / times)
}
