//! Columns of adapters that do not run on a host: their rules are checked by another program, whose output is read here.

use rungs_conformance::{Outcome, Rule, Table};
use std::{path::Path, process::Command};

/// An adapter that is checked elsewhere.
pub(crate) struct Column {
    name: &'static str,
    /// Relative to the repository. It sets nothing up, and ends with exit code 3 if something is missing.
    command: &'static [&'static str],
    /// The rules that it need not keep, and why.
    except: &'static [(&'static str, &'static str)],
}

pub(crate) const ALL: &[Column] = &[
    Column {
        name: "wasm",
        command: &["adapters/wasm/test", "--test", "conformance"],
        except: &[("a_panic_is_its_steps_failure", "a panic ends the program")],
    },
    Column {
        name: "rtic",
        command: &["examples/firmware/rules"],
        except: &[("a_panic_is_its_steps_failure", "a panic ends the program")],
    },
];

impl Column {
    /// Checks these rules, and adds the column.
    ///
    /// # Errors
    /// This machine cannot check them: why.
    pub(crate) fn add_to(&self, table: &mut Table, rules: &[&Rule]) -> Result<(), String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let skipped = |why: &str| format!("SKIPPED: THE COLUMN `{}` WAS NOT CHECKED: {why}", self.name);
        let mut command = Command::new(root.join(self.command[0]));
        // What cargo has set for this program is not for the other one, which may be built by another cargo.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if ["CARGO", "LD_LIBRARY_PATH"].contains(&&*text)
                || text.starts_with("CARGO_MANIFEST")
                || text.starts_with("CARGO_PKG")
            {
                command.env_remove(&name);
            }
        }
        let output = command.args(&self.command[1..]).env("RUNGS_FIND_ONLY", "1").current_dir(&root).output();
        let output = output.map_err(|error| skipped(&error.to_string()))?;
        let (text, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        if output.status.code() == Some(3) {
            return Err(skipped(errors.trim()));
        }
        table.add(self.name, rules.iter().map(|rule| (rule.group, rule.name, self.outcome(rule, &text))));
        Ok(())
    }

    /// What the output says of a rule: a line that ends as those of Rust's tests do.
    fn outcome(&self, rule: &Rule, output: &str) -> Outcome {
        if let Some((_, why)) = self.except.iter().find(|(name, _)| *name == rule.name) {
            return Outcome::Skipped((*why).into());
        }
        let test = format!("{}::{} ... ", rule.group, rule.name);
        match output.lines().find_map(|line| Some(line.split_once(&test)?.1)) {
            Some("ok") => Outcome::Kept,
            Some(result) => Outcome::Broken(result.into()),
            None => Outcome::Broken(format!("it was not checked:\n{output}")),
        }
    }
}
