//! The tables, as Markdown.

use crate::{
    comparison::{
        plan::{BY_HAND, OURS, Plan},
        record::{Figures, Outcome, Row, run, total},
    },
    contestant::Group,
    life::Phase,
    workload::Workload,
};
use std::fmt::Write as _;

/// What stands where nothing was measured.
const NOTHING: &str = "–";

/// The ratios of all workloads, a table for each workload, and how costs grow.
pub fn tables(plan: &Plan, rows: &[Row], growth: &[Vec<Row>]) -> String {
    let mut out = String::new();
    ratios(&mut out, plan, rows);
    growth.iter().for_each(|rows| grown(&mut out, plan, rows));
    rows.iter().for_each(|row| workload(&mut out, plan, row));
    contestants(&mut out, plan);
    out
}

/// Everything that failed or was stopped, a line each.
pub fn troubles(plan: &Plan, rows: &[Row]) -> Vec<String> {
    let mut troubles = Vec::new();
    for row in rows {
        for (entry, outcome) in plan.entries.iter().zip(&row.outcomes) {
            if let Outcome::Failed(reason) = outcome {
                troubles.push(format!("{}, {}: {reason}", entry.name, row.workload));
            }
        }
    }
    troubles
}

/// As a heading says it.
pub fn title(workload: &Workload) -> String {
    format!("{} {}, {}", workload.shape.name(), whole(workload.steps as f64), workload.mode.about())
}

fn ratios(out: &mut String, plan: &Plan, rows: &[Row]) {
    head(out, 2, &format!("The run alone, as a multiple of `{BY_HAND}` in the same round"));
    let columns = rows.iter().map(|row| {
        format!("{} {}, {}", row.workload.shape.name(), whole(row.workload.steps as f64), row.workload.mode.name())
    });
    line(out, std::iter::once(String::new()).chain(columns));
    rule(out, rows.len());
    for (index, entry) in plan.entries.iter().enumerate() {
        let cell = |row: &Row| match (row.outcomes.get(index), of(plan, row, BY_HAND)) {
            (Some(Outcome::Ran(figures)), Some(by_hand)) => short(figures.ratio(by_hand, run)),
            (Some(Outcome::Stopped), _) => "stopped".into(),
            (Some(Outcome::Failed(_)), _) => "failed".into(),
            _ => NOTHING.into(),
        };
        line(out, std::iter::once(name(entry.name, entry.group)).chain(rows.iter().map(cell)));
    }
}

fn grown(out: &mut String, plan: &Plan, rows: &[Row]) {
    let Some(first) = rows.first() else { return };
    head(out, 2, &format!("How the {} graph grows: ns per step of all phases together", first.workload.shape.name()));
    let columns = rows.iter().map(|row| whole(row.workload.steps as f64));
    line(out, std::iter::once("steps".into()).chain(columns).chain(["last / first".into()]));
    rule(out, rows.len() + 1);
    for (index, entry) in plan.entries.iter().enumerate() {
        let per_step = |row: &Row| Some(row.outcomes.get(index)?.figures()?.median_total() / row.workload.steps as f64);
        let cell = |row: &Row| match row.outcomes.get(index) {
            Some(Outcome::Stopped) => "stopped".into(),
            Some(Outcome::Failed(_)) => "failed".into(),
            _ => per_step(row).map_or(NOTHING.into(), short),
        };
        let growth = rows.last().and_then(per_step).zip(per_step(first)).map(|(last, first)| short(last / first));
        if rows.iter().any(|row| !matches!(row.outcomes.get(index), Some(Outcome::Refused(_)) | None)) {
            let cells = rows.iter().map(cell).chain([growth.unwrap_or(NOTHING.into())]);
            line(out, std::iter::once(name(entry.name, entry.group)).chain(cells));
        }
    }
}

fn workload(out: &mut String, plan: &Plan, row: &Row) {
    head(out, 2, &title(&row.workload));
    let columns = [
        "per step",
        "build ns",
        "check",
        "run",
        "drop",
        "all",
        "run x FU",
        "all x FU",
        "all x rungs",
        "instructions: build",
        "check",
        "run",
        "drop",
        "allocations: build",
        "run",
        "peak bytes",
    ];
    line(out, columns.map(String::from));
    rule(out, columns.len() - 1);
    let others = [(BY_HAND, of(plan, row, BY_HAND)), (OURS, of(plan, row, OURS))];
    let mut notes = Vec::new();
    for (entry, outcome) in plan.entries.iter().zip(&row.outcomes) {
        match outcome {
            Outcome::Ran(figures) => {
                let cells = cells(figures, row.workload.steps as f64, entry.checks, others.map(|(_, figures)| figures));
                line(out, std::iter::once(name(entry.name, entry.group)).chain(cells));
            }
            Outcome::Refused(reason) => notes.push(format!("{} ({reason})", entry.name)),
            Outcome::Stopped => notes.push(format!("{} (stopped after {} s)", entry.name, plan.limit.as_secs())),
            Outcome::Failed(reason) => notes.push(format!("{} (FAILED: {reason})", entry.name)),
        }
    }
    if !notes.is_empty() {
        _ = writeln!(out, "\nNot here: {}.", notes.join("; "));
    }
}

fn cells(figures: &Figures, steps: f64, checks: bool, [by_hand, ours]: [Option<&Figures>; 2]) -> Vec<String> {
    let per_step = |value: Option<f64>| value.map_or(NOTHING.into(), |value| short(value / steps));
    let phase = |phase: Phase| (phase != Phase::Check || checks).then(|| figures.median(phase));
    let times = Phase::ALL.map(|of| per_step(phase(of)));
    let ratio =
        |other: Option<&Figures>, of: fn(&_) -> f64| other.map_or(NOTHING.into(), |o| short(figures.ratio(o, of)));
    let ratios = [ratio(by_hand, run), ratio(by_hand, total), ratio(ours, total)];
    let [build, _, run, _] = figures.allocations;
    let mut cells = Vec::from(times);
    cells.push(per_step(Some(figures.median_total())));
    cells.extend(ratios);
    cells.extend(figures.instructions.map(per_step));
    cells.extend([build, run, figures.peak].map(per_step));
    cells
}

fn contestants(out: &mut String, plan: &Plan) {
    head(out, 2, "Who is who");
    for entry in &plan.entries {
        _ = writeln!(out, "- **{}**: {}.", entry.name, entry.about);
    }
}

fn of<'a>(plan: &Plan, row: &'a Row, name: &str) -> Option<&'a Figures> {
    let at = plan.entries.iter().position(|entry| entry.name == name)?;
    row.outcomes.get(at)?.figures()
}

fn name(name: &str, group: Group) -> String {
    if group == Group::Rungs { format!("**{name}**") } else { name.to_owned() }
}

fn head(out: &mut String, level: usize, text: &str) {
    _ = writeln!(out, "\n{} {text}\n", "#".repeat(level));
}

fn line(out: &mut String, cells: impl IntoIterator<Item = String>) {
    _ = writeln!(out, "| {} |", cells.into_iter().collect::<Vec<_>>().join(" | "));
}

fn rule(out: &mut String, figures: usize) {
    _ = writeln!(out, "| --- |{}", " ---: |".repeat(figures));
}

/// A figure with as many digits as it deserves.
fn short(value: f64) -> String {
    match value.abs() {
        _ if value.is_nan() => NOTHING.into(),
        size if size < 0.01 => "0".into(),
        size if size < 10.0 => format!("{value:.2}"),
        size if size < 100.0 => format!("{value:.1}"),
        _ => whole(value),
    }
}

/// A whole number with commas between thousands.
pub fn whole(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_as_many_digits_as_they_deserve() {
        let cases = [(0.0, "0"), (0.123, "0.12"), (12.34, "12.3"), (999.6, "1,000"), (1_234_567.0, "1,234,567")];
        for (value, expected) in cases {
            assert_eq!(short(value), expected);
        }
        assert_eq!(whole(100.0), "100");
        assert_eq!(short(f64::NAN), NOTHING);
    }
}
