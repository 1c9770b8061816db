//! What became of the mutants, kept in a file.

use crate::{
    list::Mutant,
    trial::{MISSED, UNVIABLE},
};
use std::{
    collections::HashMap,
    error::Error,
    fs::{self, OpenOptions},
    io::Write,
    path::PathBuf,
};

pub(crate) struct Results {
    file: PathBuf,
    /// By the mutant's key.
    outcomes: HashMap<String, String>,
}

impl Results {
    /// Reads what an earlier call left. Each line is the outcome, a tab and the mutant's key.
    pub(crate) fn read(file: PathBuf) -> Result<Self, Box<dyn Error>> {
        let text = if file.exists() { fs::read_to_string(&file)? } else { String::new() };
        let lines = text.lines().filter_map(|line| line.split_once('\t'));
        let outcomes = lines.map(|(outcome, key)| (key.to_owned(), outcome.to_owned())).collect();
        Ok(Self { file, outcomes })
    }

    pub(crate) fn has(&self, mutant: &Mutant) -> bool {
        self.outcomes.contains_key(&mutant.key)
    }

    pub(crate) fn add(&mut self, mutant: &Mutant, outcome: String) -> Result<(), Box<dyn Error>> {
        let mut file = OpenOptions::new().create(true).append(true).open(&self.file)?;
        writeln!(file, "{outcome}\t{}", mutant.key)?;
        self.outcomes.insert(mutant.key.clone(), outcome);
        Ok(())
    }

    /// Prints the survivors and a sum; whether each survivor has a reason.
    pub(crate) fn print(&self, sample: &[Mutant], reasons: &str) -> bool {
        let of = |outcome: &'static str| sample.iter().filter(move |mutant| self.outcomes[&mutant.key] == outcome);
        let (known, unknown): (Vec<_>, Vec<_>) =
            of(MISSED).partition(|mutant| reasons.contains(&format!("`{}`", mutant.key)));
        known.iter().for_each(|mutant| println!("survives, as survivors.md explains: {}", mutant.name));
        unknown.iter().for_each(|mutant| println!("SURVIVES: {}", mutant.name));
        let viable = sample.len() - of(UNVIABLE).count();
        let caught = viable - known.len() - unknown.len();
        let share = 100.0 * caught as f64 / viable.max(1) as f64;
        println!(
            "{} tried, {} unviable: {caught} of {viable} viable caught ({share:.1} %), {} of {} survivors explained",
            sample.len(),
            sample.len() - viable,
            known.len(),
            known.len() + unknown.len()
        );
        unknown.is_empty()
    }
}
