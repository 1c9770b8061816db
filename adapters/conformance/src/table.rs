//! All rules for several adapters.

use crate::Rule;
use std::{collections::BTreeMap, fmt};

/// What came of all rules for several adapters, a column each. Its `Display` is a table.
#[derive(Debug, Default)]
pub struct Table {
    adapters: Vec<&'static str>,
    /// In the order in which they first come.
    rules: Vec<(&'static str, &'static str)>,
    cells: BTreeMap<(usize, usize), Outcome>,
}

/// What came of one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It is kept.
    Kept,
    /// It is broken: what the check says of it.
    Broken(String),
    /// It was not checked: why.
    Skipped(String),
}

impl Table {
    /// Checks all rules of all adapters, one after the other.
    pub fn of<'r>(adapters: impl IntoIterator<Item = (&'static str, &'r [Rule])>) -> Self {
        let mut table = Self::default();
        for (name, rules) in adapters {
            table.add(name, rules.iter().map(|rule| (rule.group, rule.name, Outcome::of(rule))));
        }
        table
    }

    /// Adds a column: what came of each rule, by its group and its name. So a table also shows what was checked elsewhere, such
    /// as in a browser or on a board.
    ///
    /// ```
    /// use rungs_conformance::{Outcome, Table};
    ///
    /// let mut table = Table::default();
    /// table.add("board", [("clock", "sleeps_are_never_short", Outcome::Broken("1 ns after 2 ns".into()))]);
    /// assert_eq!(table.counts(), (0, 1, 0));
    /// assert!(table.to_string().ends_with("board: clock: sleeps are never short: 1 ns after 2 ns\n"));
    /// ```
    pub fn add(
        &mut self,
        adapter: &'static str,
        outcomes: impl IntoIterator<Item = (&'static str, &'static str, Outcome)>,
    ) {
        let column = self.adapters.len();
        self.adapters.push(adapter);
        for (group, name, outcome) in outcomes {
            let key = (group, name);
            let row = self.rules.iter().position(|&rule| rule == key).unwrap_or_else(|| {
                self.rules.push(key);
                self.rules.len() - 1
            });
            self.cells.insert((row, column), outcome);
        }
    }

    /// How many checks passed, how many failed, and how many were left out: because the adapter does not have what the rule
    /// is about, or because it names the rule as an exception.
    pub fn counts(&self) -> (usize, usize, usize) {
        let kept = self.cells.values().filter(|cell| matches!(cell, Outcome::Kept)).count();
        let broken = self.cells.values().filter(|cell| matches!(cell, Outcome::Broken(_))).count();
        (kept, broken, self.rules.len() * self.adapters.len() - kept - broken)
    }

    /// Whether no rule is broken.
    pub fn is_kept(&self) -> bool {
        self.counts().1 == 0
    }
}

impl Outcome {
    fn of(rule: &Rule) -> Self {
        match rule.skipped {
            Some(why) => Self::Skipped(why.into()),
            None => rule.check().map_or_else(Self::Broken, |()| Self::Kept),
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.rules.iter().map(|(group, rule)| group.len() + rule.len() + 2).max().unwrap_or(0);
        write!(f, "{:width$}", "")?;
        for adapter in &self.adapters {
            write!(f, "  {adapter}")?;
        }
        writeln!(f)?;
        for (row, (group, rule)) in self.rules.iter().enumerate() {
            write!(f, "{:width$}", words(group, rule))?;
            for (column, adapter) in self.adapters.iter().enumerate() {
                let cell = match self.cells.get(&(row, column)) {
                    Some(Outcome::Kept) => "ok",
                    Some(Outcome::Broken(_)) => "BROKEN",
                    Some(Outcome::Skipped(_)) | None => "-",
                };
                write!(f, "  {cell:0$}", adapter.len())?;
            }
            writeln!(f)?;
        }
        for (&(row, column), cell) in &self.cells {
            let (adapter, (group, rule)) = (self.adapters[column], self.rules[row]);
            match cell {
                Outcome::Kept => {}
                Outcome::Broken(said) => writeln!(f, "{adapter}: {}: {said}", words(group, rule))?,
                Outcome::Skipped(why) => writeln!(f, "{adapter}: {}: skipped: {why}", words(group, rule))?,
            }
        }
        Ok(())
    }
}

fn words(group: &str, rule: &str) -> String {
    format!("{group}: {rule}").replace('_', " ")
}
