//! All mutants that there are, and a sample of them.

use serde_json::Value;
use std::{collections::HashMap, error::Error, process::Command};

/// What is mutated: the scheduler, what both drivers share, the dynamic and the static driver.
const FILES: &[&str] = &[
    "core/scheduler/src/scheduler/**",
    "core/src/rounds.rs",
    "core/src/driver/**",
    "core/src/dynamic/runner.rs",
    "core/src/fixed/driver.rs",
    "core/src/fixed/polled_run.rs",
    "core/src/fixed/run_future.rs",
    "core/src/fixed/lane_states.rs",
    "core/src/fixed/fast_path.rs",
];

/// The models are tests.
const WITHOUT: &[&str] = &["core/src/driver/models.rs", "core/src/driver/loom_waker.rs"];

pub(crate) struct Mutant {
    /// The file with the line and the column, and what is changed.
    pub(crate) name: String,
    /// The same without line and column, and a number where this is not unique.
    pub(crate) key: String,
    pub(crate) file: String,
    pub(crate) diff: String,
}

impl Mutant {
    pub(crate) fn is_of_scheduler(&self) -> bool {
        self.file.starts_with("core/scheduler/")
    }
}

/// All mutants, as cargo-mutants lists them.
pub(crate) fn all() -> Result<Vec<Mutant>, Box<dyn Error>> {
    let mut command = Command::new("cargo");
    command.args(["mutants", "--list", "--json", "--diff"]);
    command.args(FILES.iter().flat_map(|file| ["-f", file]));
    command.args(WITHOUT.iter().flat_map(|file| ["-e", file]));
    let told = command.output()?;
    if !told.status.success() {
        let told = String::from_utf8_lossy(&told.stderr);
        return Err(format!("`cargo install --locked cargo-mutants` installs what lists the mutants: {told}").into());
    }
    parse(&serde_json::from_slice(&told.stdout)?).ok_or("cargo-mutants lists its mutants in an unknown form".into())
}

fn parse(list: &Value) -> Option<Vec<Mutant>> {
    let mut counts = HashMap::new();
    let mutant = |mutant: &Value| {
        let text = |name: &str| Some(mutant.get(name)?.as_str()?.to_owned());
        let (name, file) = (text("name")?, text("file")?);
        // FILE:LINE:COLUMN: WHAT
        let what = name.strip_prefix(&file)?.splitn(4, ':').nth(3)?;
        let unnumbered = format!("{file}:{what}");
        let count: &mut u32 = counts.entry(unnumbered.clone()).or_default();
        *count += 1;
        let key = if *count == 1 { unnumbered } else { format!("{unnumbered} #{count}") };
        Some(Mutant { name, key, file, diff: text("diff")? })
    };
    list.as_array()?.iter().map(mutant).collect()
}

/// The mutants whose keys have the lowest hashes with this seed.
pub(crate) fn draw(mut mutants: Vec<Mutant>, seed: u64, count: usize) -> Vec<Mutant> {
    mutants.sort_by_cached_key(|mutant| hash(seed, &mutant.key));
    mutants.truncate(count);
    mutants
}

/// FNV-1a, and the last steps of SplitMix64.
fn hash(seed: u64, text: &str) -> u64 {
    let bytes = seed.to_le_bytes().into_iter().chain(text.bytes());
    let hash = bytes.fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3));
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    hash ^ (hash >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(names: &[&str]) -> Vec<Mutant> {
        let list: Vec<Value> =
            names.iter().map(|name| serde_json::json!({ "name": name, "file": "a.rs", "diff": "" })).collect();
        parse(&Value::Array(list)).expect("all are complete")
    }

    fn keys(mutants: &[Mutant]) -> Vec<&str> {
        mutants.iter().map(|mutant| mutant.key.as_str()).collect()
    }

    #[test]
    fn keys_have_no_lines_and_are_unique() {
        let mutants = listed(&["a.rs:1:2: replace a::b with c", "a.rs:3:4: delete d", "a.rs:5:6: delete d"]);
        assert_eq!(keys(&mutants), ["a.rs: replace a::b with c", "a.rs: delete d", "a.rs: delete d #2"]);
    }

    #[test]
    fn a_sample_does_not_depend_on_lines() {
        let names: Vec<_> = (0..100).map(|n| format!("a.rs:{n}:1: delete {n}")).collect();
        let moved: Vec<_> = (0..100).map(|n| format!("a.rs:{}:1: delete {n}", n + 7)).collect();
        let sample = |names: &[String], seed| {
            let mutants = listed(&names.iter().map(String::as_str).collect::<Vec<_>>());
            keys(&draw(mutants, seed, 10)).join(",")
        };
        assert_eq!(sample(&names, 1), sample(&moved, 1));
        assert_ne!(sample(&names, 1), sample(&names, 2));
    }
}
