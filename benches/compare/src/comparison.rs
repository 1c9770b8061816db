//! A baseline and what was measured, side by side.

use crate::{baseline::Baseline, figures::Figures};
use std::fmt::{Display, Formatter, Result as Written};

/// How far above the baseline a figure may be.
const LIMIT: f64 = 1.05;

/// Every figure of both sides, the baseline's first.
pub(crate) struct Comparison<'a> {
    rows: Vec<Row<'a>>,
    /// The baseline's rustc and this one, if they differ.
    rustcs: Option<[&'a str; 2]>,
}

struct Row<'a> {
    name: &'a str,
    baseline: Option<f64>,
    now: Option<f64>,
}

impl<'a> Comparison<'a> {
    /// Lays them side by side.
    pub(crate) fn new(baseline: &'a Baseline, measured: &'a Figures, rustc: &'a str) -> Self {
        let known = baseline.figures.iter();
        let known = known.map(|(name, value)| Row { name, baseline: Some(value), now: measured.get(name) });
        let new = measured.iter().filter(|(name, _)| baseline.figures.get(name).is_none());
        let new = new.map(|(name, value)| Row { name, baseline: None, now: Some(value) });
        let rustcs = (baseline.rustc != rustc).then_some([baseline.rustc.as_str(), rustc]);
        Self { rows: known.chain(new).collect(), rustcs }
    }

    /// Whether every figure is on both sides and, with the baseline's rustc, none is too high.
    pub(crate) fn is_success(&self) -> bool {
        !self.rows.iter().any(|row| row.is_missing() || (self.rustcs.is_none() && row.is_above()))
    }
}

impl Row<'_> {
    fn is_missing(&self) -> bool {
        self.baseline.is_none() || self.now.is_none()
    }

    fn is_above(&self) -> bool {
        matches!((self.baseline, self.now), (Some(baseline), Some(now)) if now > baseline * LIMIT)
    }

    fn change(&self) -> String {
        match (self.baseline, self.now) {
            (None, _) => "NOT IN THE BASELINE".into(),
            (_, None) => "NOT MEASURED".into(),
            (Some(baseline), Some(now)) if baseline == now => "=".into(),
            (Some(baseline), Some(now)) => {
                let above = if self.is_above() { "  ABOVE" } else { "" };
                // Above nothing there is no percentage.
                let percent = if baseline == 0.0 { f64::INFINITY } else { (now / baseline - 1.0) * 100.0 };
                format!("{percent:+.1} %{above}")
            }
        }
    }
}

impl Display for Comparison<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        let width = self.rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0).max("figure".len());
        let text = |value: Option<f64>| value.map_or_else(|| "-".into(), |value| value.to_string());
        writeln!(f, "{:<width$}  {:>10}  {:>10}  change", "figure", "baseline", "now")?;
        for row in &self.rows {
            let (baseline, now) = (text(row.baseline), text(row.now));
            writeln!(f, "{:<width$}  {baseline:>10}  {now:>10}  {}", row.name, row.change())?;
        }
        let above = self.rows.iter().filter(|row| row.is_above()).count();
        let missing = self.rows.iter().filter(|row| row.is_missing()).count();
        let limit = (LIMIT - 1.0) * 100.0;
        let all = self.rows.len();
        writeln!(f, "{all} figures, {above} more than {limit:.0} % above the baseline, {missing} on one side only")?;
        if let Some([recorded, this]) = self.rustcs {
            writeln!(
                f,
                "THIS IS NOT THE RUSTC OF THE BASELINE: WHAT IS ABOVE IT IS ONLY REPORTED, NOTHING FAILS FOR IT."
            )?;
            writeln!(f, "the baseline's:\n{recorded}\nthis one:\n{this}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUSTC: &str = "rustc 1.95.0 (59807616e 2026-04-14)\nhost: x86_64-unknown-linux-gnu";

    /// Whether these lines pass against those of the baseline; what is said of it.
    fn compared(baseline: &str, measured: &str, rustc: &str) -> (bool, String) {
        let baseline = Baseline { rustc: RUSTC.into(), figures: Figures::parse(baseline).expect("figures") };
        let measured = Figures::parse(measured).expect("figures");
        let comparison = Comparison::new(&baseline, &measured, rustc);
        (comparison.is_success(), comparison.to_string())
    }

    #[track_caller]
    fn check(baseline: &str, measured: &str, passes: bool, says: &str) {
        let (passed, text) = compared(baseline, measured, RUSTC);
        assert_eq!(passed, passes, "{text}");
        assert!(text.contains(says), "{says:?} is not in\n{text}");
        assert!(!text.contains("ONLY REPORTED"), "{text}");
    }

    #[test]
    fn six_percent_above_fails() {
        check("run\t200", "run\t212", false, "+6.0 %  ABOVE");
        check("run\t200\ndrop\t100", "run\t200\ndrop\t106", false, "1 more than 5 % above the baseline");
    }

    #[test]
    fn four_percent_above_passes() {
        check("run\t200", "run\t208", true, "+4.0 %\n");
        check("run\t200", "run\t200", true, "=\n");
        check("run\t200", "run\t100", true, "-50.0 %\n");
    }

    #[test]
    fn anything_above_nothing_fails() {
        check("allocations\t0", "allocations\t1", false, "ABOVE");
        check("allocations\t0", "allocations\t0", true, "=\n");
    }

    #[test]
    fn a_figure_that_is_missing_on_one_side_fails() {
        check("run\t200\ndrop\t100", "run\t200", false, "NOT MEASURED");
        check("run\t200", "run\t200\ndrop\t100", false, "NOT IN THE BASELINE");
    }

    #[test]
    fn another_rustc_only_reports() {
        for other in ["rustc 1.96.0\nhost: x86_64-unknown-linux-gnu", "rustc 1.95.0\nhost: aarch64-unknown-linux-gnu"] {
            let (passed, text) = compared("run\t200", "run\t212", other);
            assert!(passed && text.contains("+6.0 %  ABOVE") && text.contains("ONLY REPORTED"), "{text}");
        }
    }

    #[test]
    fn a_missing_figure_fails_on_every_rustc() {
        assert!(!compared("run\t200", "drop\t200", "rustc 1.96.0").0);
    }
}
