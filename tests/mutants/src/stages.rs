//! The tests that a mutant is tried with, those that are quick and catch much first. Tests on real clocks and threads are left out: on a
//! busy machine they may fail without any mutant.

/// The tests of one command.
pub(crate) struct Stage {
    pub(crate) name: &'static str,
    /// What cargo is called with; the arguments after `--` go to the tests.
    pub(crate) command: &'static [&'static str],
    /// Whether it runs in the package that tests the scheduler alone.
    pub(crate) is_alone: bool,
    pub(crate) env: &'static [(&'static str, &'static str)],
}

const fn stage(name: &'static str, command: &'static [&'static str]) -> Stage {
    Stage { name, command, is_alone: false, env: &[] }
}

const fn alone(name: &'static str, command: &'static [&'static str]) -> Stage {
    Stage { is_alone: true, ..stage(name, command) }
}

const SIM: Stage = stage("sim", &["test", "-p", "rungs-tests", "--test", "sim"]);
const DRIVEN: Stage = stage("driven", &["test", "-p", "rungs-tests", "--test", "driven"]);
const FIXED: Stage = stage("fixed", &["test", "-p", "rungs-tests", "--test", "fixed", "--", "--skip=drives::graphs"]);
const DRIVES: Stage = stage("drives", &["test", "-p", "rungs-tests", "--test", "fixed", "drives::graphs"]);
const DYNAMIC: Stage =
    stage("dynamic", &["test", "-p", "rungs-tests", "--test", "dynamic", "--", "--skip=the_compilers_messages"]);
const SEEING: Stage = stage("seeing", &["test", "-p", "rungs-tests", "--test", "seeing"]);
const UNDO: Stage = stage("undo", &["test", "-p", "rungs-tests", "--test", "undo"]);

const OF_SCHEDULER: &[Stage] = &[
    alone("examples", &["test", "--test", "scheduler", "--", "--skip=exhaustive", "--skip=scale", "--skip=properties"]),
    alone("properties", &["test", "--test", "scheduler", "properties"]),
    stage("unit tests", &["test", "-p", "rungs-scheduler"]),
    SIM,
    DRIVEN,
    FIXED,
    DYNAMIC,
    SEEING,
    alone("exhaustive", &["test", "--test", "scheduler", "exhaustive"]),
    alone("scale", &["test", "--test", "scheduler", "scale"]),
    DRIVES,
];

const OF_DRIVERS: &[Stage] = &[
    SIM,
    DRIVEN,
    FIXED,
    DYNAMIC,
    stage("unit tests", &["test", "-p", "rungs", "--lib", "--features", "serde,macros,sim"]),
    stage("tasks", &["test", "-p", "rungs-tests", "--test", "tasks"]),
    SEEING,
    UNDO,
    DRIVES,
];

/// Random runs that take a good part of a minute.
const SIMULATION: &[Stage] = &[Stage {
    env: &[("RUNGS_RUNS", "100000")],
    ..stage("simulation", &["test", "-p", "rungs-tests", "--test", "sim", "random"])
}];

/// The stages for mutants of the scheduler, or of the drivers.
pub(crate) fn stages(is_of_scheduler: bool, is_simulation: bool) -> &'static [Stage] {
    match (is_simulation, is_of_scheduler) {
        (true, _) => SIMULATION,
        (false, true) => OF_SCHEDULER,
        (false, false) => OF_DRIVERS,
    }
}

/// The build of the mutant's package: where it fails, the mutant is not viable.
pub(crate) fn build(is_of_scheduler: bool) -> Stage {
    if is_of_scheduler {
        stage("build", &["check", "-p", "rungs-scheduler"])
    } else {
        stage("build", &["check", "-p", "rungs", "--features", "serde,macros,sim"])
    }
}
