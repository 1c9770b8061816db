//! Figures as they are measured: a name, a tab and a value on each line.

use std::fmt::{Display, Formatter, Result as Written};

/// Named values, in the order of their lines.
#[derive(Debug, PartialEq)]
pub(crate) struct Figures(Vec<(String, f64)>);

impl Figures {
    /// Reads the lines; those that begin with `#`, and empty ones, say nothing.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut figures: Vec<(String, f64)> = Vec::new();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (name, value) = line.split_once('\t').ok_or_else(|| format!("no tab in {line:?}"))?;
            // What is not a number is above nothing, and would pass every gate.
            let value = value.trim().parse().ok().filter(|value: &f64| value.is_finite() && *value >= 0.0);
            let value = value.ok_or_else(|| format!("no figure in {line:?}"))?;
            if figures.iter().any(|(known, _)| known == name) {
                return Err(format!("{name:?} is measured twice"));
            }
            figures.push((name.into(), value));
        }
        if figures.is_empty() { Err("there are no figures".into()) } else { Ok(Self(figures)) }
    }

    /// The value of this name.
    pub(crate) fn get(&self, name: &str) -> Option<f64> {
        self.iter().find_map(|(known, value)| (known == name).then_some(value))
    }

    /// Every name with its value.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, f64)> {
        self.0.iter().map(|(name, value)| (name.as_str(), *value))
    }
}

impl Display for Figures {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        self.iter().try_for_each(|(name, value)| writeln!(f, "{name}\t{value}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_as_they_are_written() {
        let text = "chain: run\t226.5\nNode, bytes\t24\n";
        let figures = Figures::parse(text).expect("figures");
        assert_eq!(figures.get("chain: run"), Some(226.5));
        assert_eq!(figures.get("chain"), None);
        assert_eq!(figures.to_string(), text);
        assert_eq!(Figures::parse(&format!("# a comment\n\n{text}")), Ok(figures));
    }

    #[test]
    fn what_is_no_figure_is_an_error() {
        for wrong in ["", "# only a comment", "run 226", "run\t", "run\tmany", "run\tNaN", "run\tinf", "run\t-1"] {
            assert!(Figures::parse(wrong).is_err(), "{wrong:?}");
        }
        assert_eq!(Figures::parse("run\t1\nrun\t1"), Err(r#""run" is measured twice"#.into()));
    }
}
