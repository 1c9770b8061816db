//! Which steps wait for which: cycles, the order of steps that share a field, and the lanes that code is generated for.

mod apart;
mod cycle;
mod lanes;
mod order;
mod places;
mod reversed;
mod rows;
#[cfg(test)]
mod tests;

pub(crate) use cycle::{Cycle, cycles};
pub(crate) use reversed::reversed;
pub(crate) use rows::Rows;

use crate::model::{Edge, Graph, Place, When};
use apart::Apart;
use std::collections::BTreeSet;

/// A set of steps.
type Steps = BTreeSet<usize>;

/// A field of the context or the result of a step, and the steps that take it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shared {
    /// Of a result that another step changes, the step that makes it is one of these, and of the writers.
    pub(crate) users: Vec<usize>,
    /// Those of the users that change it: they take it by `&mut` or by value.
    pub(crate) writers: Vec<usize>,
    /// Those of the users whose results borrow from it for the rest of the run.
    pub(crate) borrowers: Vec<usize>,
}

impl Shared {
    pub(crate) fn is_exclusive(&self) -> bool {
        !self.writers.is_empty()
    }

    /// The users in this order: first those up to the last one that changes it, then those that only read it afterwards.
    fn in_order(&self, order: &[usize]) -> (Vec<usize>, Vec<usize>) {
        let mut users: Vec<usize> = order.iter().copied().filter(|step| self.users.contains(step)).collect();
        let writers = users.iter().rposition(|step| self.writers.contains(step)).map_or(0, |last| last + 1);
        let readers = users.split_off(writers);
        (users, readers)
    }
}

/// Completes a graph that has no cycle: adds order-only edges between the users of what one of them changes, puts each step
/// on a lane, and tells how the lanes get hold of what is shared.
///
/// `rules` tells for each step when it runs. The time grows with the cube of the number of steps, and the memory with the
/// square: for graphs of the size that people write by hand.
pub(crate) fn complete(needs: Vec<Vec<Edge>>, rules: &[When], shared: &[Shared]) -> (Graph, Vec<Place>) {
    let order = order::topological(&needs);
    let apart = Apart::new(needs, rules, &order, shared);
    let lanes = lanes::cover(&apart, &order, shared);
    let levels = order::levels(&apart.needs, &order);
    let places = shared.iter().map(|shared| places::place(shared, &order, &lanes)).collect();
    (Graph { needs: apart.needs, order, lanes, levels }, places)
}
