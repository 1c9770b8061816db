//! The circles of a directed graph: its strongly connected components of more than one node (Tarjan's algorithm).

use std::collections::{BTreeMap, BTreeSet};

pub(crate) type Arrows<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// The circles, each with its nodes sorted.
pub(crate) fn circles<'a>(arrows: &Arrows<'a>) -> Vec<Vec<&'a str>> {
    let mut search = Search { arrows, visits: BTreeMap::new(), stack: Vec::new(), circles: Vec::new() };
    for node in arrows.keys() {
        if !search.visits.contains_key(node) {
            search.visit(node);
        }
    }
    search.circles.sort();
    search.circles
}

struct Search<'g, 'a> {
    arrows: &'g Arrows<'a>,
    /// When a node was first seen, for every node seen so far.
    visits: BTreeMap<&'a str, usize>,
    /// The nodes seen whose component is not complete.
    stack: Vec<&'a str>,
    circles: Vec<Vec<&'a str>>,
}

impl<'a> Search<'_, 'a> {
    /// Visits a node and all that it reaches; returns the earliest visit on the stack that can be reached from it.
    fn visit(&mut self, node: &'a str) -> usize {
        let visit = self.visits.len();
        self.visits.insert(node, visit);
        self.stack.push(node);
        let mut earliest = visit;
        for next in self.arrows.get(node).into_iter().flatten() {
            if !self.visits.contains_key(next) {
                earliest = earliest.min(self.visit(next));
            } else if self.stack.contains(next) {
                earliest = earliest.min(self.visits[next]);
            }
        }
        if earliest == visit {
            let start = self.stack.iter().position(|&on_stack| on_stack == node).unwrap_or_default();
            let mut component = self.stack.split_off(start);
            if component.len() > 1 {
                component.sort_unstable();
                self.circles.push(component);
            }
        }
        earliest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(arrows: &[(&'static str, &'static str)], expected: &[&[&str]]) {
        let mut graph = Arrows::new();
        for (from, to) in arrows {
            graph.entry(from).or_default().insert(to);
        }
        assert_eq!(circles(&graph), expected);
    }

    #[test]
    fn a_tree_and_a_diamond_have_none() {
        check(&[("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")], &[]);
    }

    #[test]
    fn circles_are_found_apart() {
        check(&[("a", "b"), ("b", "a"), ("b", "c"), ("c", "d"), ("d", "c")], &[&["a", "b"], &["c", "d"]]);
    }

    #[test]
    fn a_long_circle_with_a_chord_is_one() {
        check(&[("a", "b"), ("b", "c"), ("c", "a"), ("a", "c"), ("c", "x")], &[&["a", "b", "c"]]);
    }
}
