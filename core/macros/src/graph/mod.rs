//! Which steps wait for which: cycles, the order of steps that share a field, and the lanes that code is generated for.

mod apart;
mod cycle;
mod lanes;
mod order;
mod rows;
#[cfg(test)]
mod tests;

pub(crate) use cycle::{Cycle, cycles};
pub(crate) use rows::Rows;

use crate::model::{Edge, Graph};
use apart::Apart;
use std::collections::BTreeSet;

/// A set of steps.
type Steps = BTreeSet<usize>;

/// A field of the context, and the steps that take it.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    pub(crate) users: Vec<usize>,
    /// One of them takes it by `&mut`.
    pub(crate) exclusive: bool,
}

/// Completes a graph that has no cycle: adds order-only edges between the users of a field, and puts each step on a lane.
///
/// `clean_up` tells for each step whether it runs whatever the outcome of its needs. The time grows with the cube of the
/// number of steps, and the memory with the square: for graphs of the size that people write by hand.
pub(crate) fn complete(needs: Vec<Vec<Edge>>, clean_up: &[bool], fields: &[Shared]) -> Graph {
    let order = order::topological(&needs);
    let apart = Apart::new(needs, clean_up, &order, fields);
    let lanes = lanes::cover(&apart, &order, fields);
    let levels = order::levels(&apart.needs, &order);
    Graph { needs: apart.needs, order, lanes, levels }
}
