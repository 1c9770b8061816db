//! The file with the figures that others are held against.

use crate::figures::Figures;

/// How a line of what `rustc -Vv` said begins.
const RUSTC: &str = "#= ";

/// Figures, and the rustc that they were measured with.
#[derive(Debug, PartialEq)]
pub(crate) struct Baseline {
    /// What `rustc -Vv` said.
    pub(crate) rustc: String,
    /// What was measured.
    pub(crate) figures: Figures,
}

impl Baseline {
    /// Reads a file.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let rustc: Vec<_> = text.lines().filter_map(|line| line.strip_prefix(RUSTC)).collect();
        if rustc.is_empty() {
            return Err(format!("no line begins with {RUSTC:?}, so nobody knows which rustc it is of"));
        }
        Ok(Self { rustc: rustc.join("\n"), figures: Figures::parse(text)? })
    }

    /// The file's text, for figures of the code of this commit.
    pub(crate) fn to_text(&self, commit: &str) -> String {
        let rustc: String = self.rustc.lines().map(|line| format!("{RUSTC}{line}\n")).collect();
        let figures = &self.figures;
        format!(
            "\
# What the code of commit {commit} costs, measured with this rustc (`rustc -Vv`):
#
{rustc}#
# With the same rustc, more than 5 % above a figure fails in .ci/run. `rungs-compare FILE --write < MEASURED` writes this
# file anew. One may do so
#   - when rustc, or what is measured, becomes another: then both baselines are of the same code, the commit above;
#   - when a change is worth what it costs: its commit says why, and shows the table.
# A file that is written anew to get a red run green takes the gate away.
{figures}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_baseline_is_read_as_it_is_written() {
        let figures = Figures::parse("run\t226.5").expect("figures");
        let baseline = Baseline { rustc: "rustc 1.95.0\nhost: x86_64".into(), figures };
        let text = baseline.to_text("0f95ae7");
        assert!(text.starts_with("# What the code of commit 0f95ae7 costs"), "{text}");
        assert_eq!(Baseline::parse(&text), Ok(baseline));
    }

    #[test]
    fn a_baseline_of_no_rustc_is_an_error() {
        assert!(Baseline::parse("run\t226.5").is_err_and(|why| why.contains("which rustc")));
    }
}
