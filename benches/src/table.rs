//! How figures are printed, beside what they are held against.

/// What is asked of a figure: at most this.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// What the figure is.
    pub what: &'static str,
    /// The most it may be.
    pub at_most: f64,
}

impl Target {
    /// A target.
    pub const fn new(what: &'static str, at_most: f64) -> Self {
        Self { what, at_most }
    }

    /// Says whether it is met.
    pub fn hold(&self, value: f64) {
        let verdict = if value <= self.at_most { "met" } else { "missed" };
        println!("  target: {}, at most {}: {} ({verdict})", self.what, self.at_most, short(value));
    }
}

/// A heading and a table's first line.
pub fn head(title: &str, columns: &[&str]) {
    println!("\n{title}");
    line("", columns);
}

/// One line of a table.
pub fn line(first: &str, cells: &[impl AsRef<str>]) {
    print!("  {first:<20}");
    for cell in cells {
        print!("{:>11}", cell.as_ref());
    }
    println!();
}

/// One line of figures.
pub fn figures(first: &str, values: impl IntoIterator<Item = f64>) {
    line(first, &values.into_iter().map(short).collect::<Vec<_>>());
}

/// A figure with as many digits as it deserves.
pub fn short(value: f64) -> String {
    match value {
        _ if value.fract() == 0.0 => format!("{value:.0}"),
        _ if value.abs() < 10.0 => format!("{value:.2}"),
        _ if value.abs() < 100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}
