//! A workload: a graph of so many steps, and what each does.

use crate::{
    body::Mode,
    graph::{Graph, Shape},
};
use std::fmt;

/// One cell of the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "plain data of a program")]
pub struct Workload {
    /// The graph's form.
    pub shape: Shape,
    /// How many steps it has.
    pub steps: usize,
    /// What each does.
    pub mode: Mode,
}

impl Workload {
    /// A workload.
    pub const fn new(shape: Shape, steps: usize, mode: Mode) -> Self {
        Self { shape, steps, mode }
    }

    /// As it is called on the command line: `chain:1000:ready`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let (shape, steps, mode) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self {
            shape: Shape::ALL.into_iter().find(|known| known.name() == shape)?,
            steps: steps.parse().ok()?,
            mode: Mode::ALL.into_iter().find(|known| known.name() == mode)?,
        })
    }

    /// How many lives are measured side by side: a clock read takes as long as some steps.
    pub fn lives(&self) -> usize {
        if self.mode == Mode::Sleeps { 1 } else { (1_024 / self.steps.max(1)).clamp(1, 64) }
    }

    /// Its graph, which lives as long as the process.
    pub fn graph(&self, most_needs: usize) -> &'static Graph {
        let graph = Graph::new(self.shape, self.steps);
        let graph = if graph.most_needs() > most_needs { graph.gathered(most_needs) } else { graph };
        Box::leak(Box::new(graph))
    }
}

/// The text that [`Workload::parse`] reads.
impl fmt::Display for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.shape.name(), self.steps, self.mode.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workload_is_read_as_it_is_written() {
        let workload = Workload::new(Shape::Fan, 1_002, Mode::Yields);
        assert_eq!(workload.to_string(), "fan:1002:yields");
        assert_eq!(Workload::parse("fan:1002:yields"), Some(workload));
        assert_eq!(Workload::parse("fan:many:yields"), None);
    }
}
