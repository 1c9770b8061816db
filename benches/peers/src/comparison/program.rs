//! Starts the program that measures one contestant with one workload, and stops it at a limit.

use crate::child::{ERROR, MARK};
use std::{
    io::{self, BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

/// Why there are no figures.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "plain data of a program")]
pub enum Failure {
    /// It was stopped at the limit.
    Stopped,
    /// It failed, with this reason.
    Failed(String),
}

/// Runs the program, and gives the figures that it tells.
///
/// # Errors
/// It fails, or takes longer than the limit.
pub fn run(program: &Path, args: &[&str], limit: Duration) -> Result<Vec<(String, f64)>, Failure> {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let failed = |error: io::Error| Failure::Failed(format!("{}: {error}", program.display()));
    let mut child = command.spawn().map_err(failed)?;
    let lines = read_lines(&mut child);
    let complaint = read_complaint(&mut child);
    let Ok(lines) = lines.recv_timeout(limit) else {
        child.kill().and_then(|()| child.wait()).map_err(failed)?;
        return Err(Failure::Stopped);
    };
    // Its output has ended, and so will it.
    let status = child.wait().map_err(failed)?;
    figures(&lines, status, || complaint.recv().unwrap_or_default())
}

/// What the program tells, once it has told all.
fn read_lines(child: &mut Child) -> mpsc::Receiver<Vec<String>> {
    let (tell, told) = mpsc::channel();
    if let Some(output) = child.stdout.take() {
        thread::spawn(move || {
            let lines = BufReader::new(output).lines().map_while(Result::ok);
            _ = tell.send(lines.filter_map(|line| Some(line.strip_prefix(MARK)?.to_owned())).collect());
        });
    }
    told
}

/// The last line of what it complains of: the message of a panic, for example.
fn read_complaint(child: &mut Child) -> mpsc::Receiver<String> {
    let (tell, told) = mpsc::channel();
    if let Some(mut output) = child.stderr.take() {
        thread::spawn(move || {
            let mut text = Vec::new();
            _ = output.read_to_end(&mut text);
            let text = String::from_utf8_lossy(&text);
            let mut lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with("note: "));
            _ = tell.send(lines.next_back().unwrap_or_default().to_owned());
        });
    }
    told
}

fn figures(
    lines: &[String],
    status: ExitStatus,
    complaint: impl Fn() -> String,
) -> Result<Vec<(String, f64)>, Failure> {
    let mut figures = Vec::new();
    for line in lines {
        match line.split_once('\t') {
            Some((ERROR, error)) => return Err(Failure::Failed(error.to_owned())),
            Some((name, value)) => figures.extend(value.parse().ok().map(|value| (name.to_owned(), value))),
            None => {}
        }
    }
    if status.success() { Ok(figures) } else { Err(Failure::Failed(format!("{status}: {}", complaint()))) }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[track_caller]
    fn run_shell(script: &str) -> Result<Vec<(String, f64)>, Failure> {
        run(Path::new("/bin/sh"), &["-c", script], Duration::from_millis(500))
    }

    #[test]
    fn figures_are_read_and_other_lines_are_not() {
        let figures = run_shell("echo noise; printf '#rungs-peers run\\t12.5\\n'");
        assert_eq!(figures, Ok(vec![("run".into(), 12.5)]));
    }

    #[test]
    fn a_program_that_takes_too_long_is_stopped() {
        assert_eq!(run_shell("exec sleep 60"), Err(Failure::Stopped));
    }

    #[test]
    fn a_failure_is_told_with_its_reason() {
        assert_eq!(run_shell("printf '#rungs-peers error\\twrong\\n'; exit 1"), Err(Failure::Failed("wrong".into())));
        let Err(Failure::Failed(reason)) = run_shell("echo went wrong >&2; exit 3") else { unreachable!("it fails") };
        assert!(reason.ends_with("went wrong"), "{reason}");
    }
}
