//! One mutant after the other, stage by stage, until one catches it.

use crate::{
    list::Mutant,
    stages::{self, Stage},
    tree::Tree,
};
use std::{
    error::Error,
    io,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

pub(crate) const UNVIABLE: &str = "unviable";
pub(crate) const MISSED: &str = "MISSED";

/// For how long a build may last, or a stage without any mutant. A mutant may hang in the macro or in a constant.
const LONGEST: Duration = Duration::from_secs(1_200);

/// How long a stage takes without any mutant.
struct Measured {
    stage: &'static Stage,
    takes: Duration,
}

pub(crate) struct Trial<'t> {
    tree: &'t Tree,
    of_scheduler: Vec<Measured>,
    of_drivers: Vec<Measured>,
}

impl<'t> Trial<'t> {
    /// Runs all that is to catch these mutants once without any of them.
    pub(crate) fn new(tree: &'t Tree, mutants: &[&Mutant], is_simulation: bool) -> Result<Self, Box<dyn Error>> {
        let measured = |is_of_scheduler| -> Result<Vec<Measured>, Box<dyn Error>> {
            if mutants.iter().all(|mutant| mutant.is_of_scheduler() != is_of_scheduler) {
                return Ok(Vec::new());
            }
            stages::stages(is_of_scheduler, is_simulation).iter().map(|stage| measure(tree, stage)).collect()
        };
        Ok(Self { tree, of_scheduler: measured(true)?, of_drivers: measured(false)? })
    }

    /// How the mutant ends.
    pub(crate) fn run(&self, mutant: &Mutant) -> Result<String, Box<dyn Error>> {
        self.tree.with(mutant, || self.outcome(mutant.is_of_scheduler()))?
    }

    fn outcome(&self, is_of_scheduler: bool) -> Result<String, Box<dyn Error>> {
        if run(self.tree, &stages::build(is_of_scheduler), &[], LONGEST)? != Some(true) {
            return Ok(UNVIABLE.to_owned());
        }
        for Measured { stage, takes } in if is_of_scheduler { &self.of_scheduler } else { &self.of_drivers } {
            if run(self.tree, stage, &["--no-run"], LONGEST)? != Some(true) {
                return Ok(format!("caught by {}, does not compile", stage.name));
            }
            let start = Instant::now();
            // The machine may have become busier.
            let caught = match run(self.tree, stage, &[], *takes * 4 + Duration::from_secs(15))? {
                Some(true) => continue,
                Some(false) => "fails",
                None => "hangs",
            };
            return Ok(format!("caught by {}, {caught} in {} s", stage.name, start.elapsed().as_secs()));
        }
        Ok(MISSED.to_owned())
    }
}

fn measure(tree: &Tree, stage: &'static Stage) -> Result<Measured, Box<dyn Error>> {
    let is_built = run(tree, stage, &["--no-run"], LONGEST)? == Some(true);
    let start = Instant::now();
    if !is_built || run(tree, stage, &[], LONGEST)? != Some(true) {
        return Err(format!("without any mutant, `{}` fails", stage.name).into());
    }
    Ok(Measured { stage, takes: start.elapsed() })
}

/// Whether the command succeeds; nothing, if it hangs.
fn run(tree: &Tree, stage: &Stage, more: &[&str], limit: Duration) -> io::Result<Option<bool>> {
    let mut command = Command::new("cargo");
    let end = stage.command.iter().position(|&arg| arg == "--").unwrap_or(stage.command.len());
    let (of_cargo, of_tests) = stage.command.split_at(end);
    command.args(of_cargo).args(more).args(of_tests).envs(stage.env.iter().copied());
    command.env("CARGO_TARGET_DIR", tree.folder().join("target")).env("CARGO_INCREMENTAL", "1");
    command.env("CARGO_PROFILE_TEST_DEBUG", "0");
    if stage.is_alone {
        command.current_dir(tree.alone());
    } else {
        // To build takes longer than to run.
        command.current_dir(tree.project()).env("CARGO_PROFILE_TEST_OPT_LEVEL", "0");
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    in_its_group(&mut command);
    wait(&mut command.spawn()?, limit)
}

/// Tests that cargo has started end with it.
#[cfg(unix)]
fn in_its_group(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}
#[cfg(not(unix))]
fn in_its_group(_: &mut Command) {}

fn wait(child: &mut Child, limit: Duration) -> io::Result<Option<bool>> {
    let start = Instant::now();
    while start.elapsed() < limit {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status.success()));
        }
        thread::sleep(Duration::from_millis(50));
    }
    if cfg!(unix) {
        Command::new("kill").args(["-9", "--", &format!("-{}", child.id())]).status()?;
    } else {
        child.kill()?;
    }
    child.wait()?;
    Ok(None)
}
