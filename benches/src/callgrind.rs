//! Instructions and locked operations, counted by valgrind: of a program that does a job.

use crate::job::Job;
use std::process::{Command, Stdio};

/// The ways to copy and compare bytes that not every processor has. Switched off, so that glibc takes the same on all of
/// them: with `rep movsb`, each byte of a list that grows counts as an instruction.
const PLAIN_PROCESSOR: &str = "glibc.cpu.hwcaps=-AVX,-AVX2,-AVX_Fast_Unaligned_Load,-ERMS,-FSRM";

/// Whether valgrind is there.
pub fn is_there() -> bool {
    let version = Command::new("valgrind").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    version.is_ok_and(|status| status.success())
}

/// What a function costs with all that it calls.
#[derive(Clone, Copy, Debug)]
pub struct Counts {
    /// Instructions.
    pub instructions: f64,
    /// Those among them that lock memory, as a count of references does. Each takes as long as a score of others.
    pub locked: f64,
}

/// What the program (`job`, wherever cargo has put it) spends on this job in functions whose names contain `function`, and in
/// all that they call; `None` if valgrind does not tell.
pub fn counts(program: &str, function: &str, job: Job) -> Option<Counts> {
    counts_of(program, function, &job.args())
}

/// As [`counts`], of the last of `once` alone: what `more` spends beyond it, by what it does more often.
pub fn counts_between(program: &str, function: &str, once: Job, more: Job, times: f64) -> Option<Counts> {
    let (once, more) = (counts(program, function, once)?, counts(program, function, more)?);
    let each = |more: f64, once: f64| (more - once) / times;
    Some(Counts { instructions: each(more.instructions, once.instructions), locked: each(more.locked, once.locked) })
}

/// The instructions of [`counts`].
pub fn instructions(program: &str, function: &str, job: Job) -> Option<f64> {
    instructions_of(program, function, &job.args())
}

/// As [`instructions`], of a program with these arguments.
pub fn instructions_of(program: &str, function: &str, args: &[String]) -> Option<f64> {
    counts_of(program, function, args).map(|counts| counts.instructions)
}

/// The instructions of [`counts_between`].
pub fn difference(program: &str, function: &str, once: Job, more: Job, times: f64) -> Option<f64> {
    counts_between(program, function, once, more, times).map(|counts| counts.instructions)
}

fn counts_of(program: &str, function: &str, args: &[String]) -> Option<Counts> {
    let mut valgrind = Command::new("valgrind");
    // Nothing else that is set here or there should show in the counts.
    valgrind.env_clear().env("GLIBC_TUNABLES", PLAIN_PROCESSOR);
    valgrind.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    let output = valgrind
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--collect-bus=yes"])
        .arg(format!("--toggle-collect=*{function}*"))
        .arg(program)
        .args(args)
        .output()
        .ok()?;
    let told = String::from_utf8_lossy(&output.stderr);
    let collected = told.lines().find_map(|line| line.split_once("Collected : "))?;
    output.status.success().then_some(())?;
    let mut counts = collected.1.split_whitespace().map(str::parse);
    let instructions = counts.next()?.ok()?;
    // Callgrind leaves out zeros at the end.
    let locked = counts.next().map_or(Some(0.0), Result::ok)?;
    Some(Counts { instructions, locked })
}
