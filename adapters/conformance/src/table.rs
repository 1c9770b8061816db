//! All rules for several adapters.

use crate::Rule;
use std::{collections::BTreeMap, fmt};

/// What came of all rules for several adapters, a column each. Its `Display` is a table.
#[derive(Debug)]
pub struct Table {
    adapters: Vec<&'static str>,
    /// In the order in which they first come.
    rules: Vec<(&'static str, &'static str)>,
    cells: BTreeMap<(usize, usize), Cell>,
}

#[derive(Debug)]
enum Cell {
    Kept,
    Broken(String),
    Skipped(&'static str),
}

impl Table {
    /// Checks all rules of all adapters, one after the other.
    pub fn of<'r>(adapters: impl IntoIterator<Item = (&'static str, &'r [Rule])>) -> Self {
        let mut table = Self { adapters: Vec::new(), rules: Vec::new(), cells: BTreeMap::new() };
        for (name, rules) in adapters {
            table.add(name, rules);
        }
        table
    }

    fn add(&mut self, adapter: &'static str, rules: &[Rule]) {
        let column = self.adapters.len();
        self.adapters.push(adapter);
        for rule in rules {
            let key = (rule.group, rule.name);
            let row = self.rules.iter().position(|&rule| rule == key).unwrap_or_else(|| {
                self.rules.push(key);
                self.rules.len() - 1
            });
            let cell = match rule.skipped {
                Some(why) => Cell::Skipped(why),
                None => rule.check().map_or_else(Cell::Broken, |()| Cell::Kept),
            };
            self.cells.insert((row, column), cell);
        }
    }

    /// How many checks passed, how many failed, and how many were left out: because the adapter does not have what the rule
    /// is about, or because it names the rule as an exception.
    pub fn counts(&self) -> (usize, usize, usize) {
        let kept = self.cells.values().filter(|cell| matches!(cell, Cell::Kept)).count();
        let broken = self.cells.values().filter(|cell| matches!(cell, Cell::Broken(_))).count();
        (kept, broken, self.rules.len() * self.adapters.len() - kept - broken)
    }

    /// Whether no rule is broken.
    pub fn is_kept(&self) -> bool {
        self.counts().1 == 0
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
                    Some(Cell::Kept) => "ok",
                    Some(Cell::Broken(_)) => "BROKEN",
                    Some(Cell::Skipped(_)) | None => "-",
                };
                write!(f, "  {cell:0$}", adapter.len())?;
            }
            writeln!(f)?;
        }
        for (&(row, column), cell) in &self.cells {
            let (adapter, (group, rule)) = (self.adapters[column], self.rules[row]);
            match cell {
                Cell::Kept => {}
                Cell::Broken(said) => writeln!(f, "{adapter}: {}: {said}", words(group, rule))?,
                Cell::Skipped(why) => writeln!(f, "{adapter}: {}: skipped: {why}", words(group, rule))?,
            }
        }
        Ok(())
    }
}

fn words(group: &str, rule: &str) -> String {
    format!("{group}: {rule}").replace('_', " ")
}
