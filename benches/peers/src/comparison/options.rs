//! The command line.

use std::{path::PathBuf, time::Duration};

/// What the command line says of itself.
pub const USAGE: &str = "\
peers [--quick] [--size STEPS] [--only NAMES] [--limit SECONDS] [--charts FOLDER] [--no-growth]
      [--no-instructions]

  --quick           small graphs and two short rounds: under a minute
  --size STEPS      all graphs have so many steps
  --only NAMES      only contestants whose names contain one of these, between commas; `rungs, main settings` and
                    `FuturesUnordered` always take part, for the ratios
  --limit SECONDS   a contestant that takes longer for one workload is stopped (10, with --quick 3)
  --charts FOLDER   where the charts go (the folder `charts` beside the program)
  --no-growth       leaves out how costs grow with the number of steps
  --no-instructions leaves out instructions, which take valgrind and the most time

Prints Markdown. The exit code is 1 if a contestant failed or came to a wrong result.";

/// What the command line asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "plain data of a program")]
pub struct Options {
    /// Small graphs and few rounds.
    pub quick: bool,
    /// The size of all graphs, if they have one.
    pub size: Option<usize>,
    /// Parts of contestants' names; empty for all.
    pub only: Vec<String>,
    /// How long a contestant may take for one workload.
    pub limit: Option<Duration>,
    /// Where the charts go.
    pub charts: Option<PathBuf>,
    /// Leaves out how costs grow.
    pub no_growth: bool,
    /// Leaves out instructions.
    pub no_instructions: bool,
}

impl Options {
    /// Reads the arguments after the program's name.
    ///
    /// # Errors
    /// An argument is not known, or its value is missing or no number.
    pub fn parse(args: &[String]) -> Result<Self, String> {
        let (mut options, mut args) = (Self::default(), args.iter());
        while let Some(arg) = args.next() {
            let mut value = || args.next().cloned().ok_or_else(|| format!("{arg} needs a value"));
            match arg.as_str() {
                "--quick" => options.quick = true,
                "--no-growth" => options.no_growth = true,
                "--no-instructions" => options.no_instructions = true,
                "--size" => options.size = Some(number(&value()?)?),
                "--limit" => options.limit = Some(Duration::from_secs(number(&value()?)?)),
                "--charts" => options.charts = Some(value()?.into()),
                "--only" => options.only = value()?.split(',').map(|name| name.trim().to_owned()).collect(),
                _ => return Err(format!("{arg} is not known\n\n{USAGE}")),
            }
        }
        Ok(options)
    }
}

fn number<N: std::str::FromStr>(text: &str) -> Result<N, String> {
    text.replace('_', "").parse().map_err(|_| format!("{text} is no number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(&line.split(' ').map(String::from).collect::<Vec<_>>())
    }

    #[test]
    fn each_option_is_read() {
        let options =
            parse("--quick --size 1_000 --only dagx,smol --limit 4 --charts here --no-growth --no-instructions");
        let expected = Options {
            quick: true,
            size: Some(1_000),
            only: vec!["dagx".into(), "smol".into()],
            limit: Some(Duration::from_secs(4)),
            charts: Some("here".into()),
            no_growth: true,
            no_instructions: true,
        };
        assert_eq!(options, Ok(expected));
    }

    #[test]
    fn what_is_wrong_is_told() {
        assert_eq!(parse("--size"), Err("--size needs a value".into()));
        assert_eq!(parse("--size many"), Err("many is no number".into()));
        assert!(parse("--fast").is_err_and(|error| error.starts_with("--fast is not known")));
    }
}
