//! Who waits for whom: cycles, the order of steps that share a field, and the paths that code is made of.

mod apart;
mod cycle;
mod order;
mod paths;
#[cfg(test)]
mod tests;

pub(crate) use cycle::{Cycle, cycles};

use crate::model::{Edge, Graph};
use apart::Apart;
use std::collections::BTreeSet;

/// A set of steps.
type Steps = BTreeSet<usize>;

/// A field of the context and the steps that take it.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    pub(crate) users: Vec<usize>,
    /// One of them takes it by `&mut`.
    pub(crate) exclusive: bool,
}

/// Completes a graph that is free of cycles: adds what is no more than an order, and lays paths through it.
///
/// `clean_up` tells of each step whether it runs whatever became of its needs. Keeps sets of steps for each step: for
/// graphs as large as people write by hand.
pub(crate) fn complete(needs: Vec<Vec<Edge>>, clean_up: &[bool], fields: &[Shared]) -> Graph {
    let order = order::topological(&needs);
    let apart = Apart::new(needs, clean_up, &order, fields);
    let paths = paths::cover(&apart, &order, fields);
    let levels = order::levels(&apart.needs, &order);
    Graph { needs: apart.needs, order, paths, levels }
}
