//! Small graphs, all of them.

use super::super::Shared;
use crate::model::{Edge, EdgeKind, When};

pub(super) type Needs = Vec<Vec<Edge>>;

/// All pairs of different steps.
pub(super) fn pairs(steps: usize) -> Vec<(usize, usize)> {
    (0..steps).flat_map(|step| (0..steps).map(move |need| (step, need))).filter(|(step, need)| step != need).collect()
}

/// The pairs of a graph in which every step is declared after its needs.
pub(super) fn pairs_in_order(steps: usize) -> Vec<(usize, usize)> {
    pairs(steps).into_iter().filter(|(step, need)| need < step).collect()
}

/// Every graph with some of these pairs for edges, of any of these kinds.
pub(super) fn graphs(
    steps: usize,
    pairs: Vec<(usize, usize)>,
    kinds: &'static [EdgeKind],
) -> impl Iterator<Item = Needs> {
    let choices = kinds.len() + 1;
    (0..choices.pow(pairs.len() as u32)).map(move |mut number| {
        let mut needs = vec![Vec::new(); steps];
        for &(step, need) in &pairs {
            if let Some(&kind) = kinds.get(number % choices) {
                needs[step].push(Edge { step: need, kind });
            }
            number /= choices;
        }
        needs
    })
}

/// Every set of so many steps, as a list of flags.
pub(super) fn subsets(steps: usize) -> impl Iterator<Item = Vec<bool>> {
    (0..1 << steps).map(move |number: usize| (0..steps).map(|step| number >> step & 1 == 1).collect())
}

/// Every assignment of rules to so many steps: of ordinary steps, of clean-up steps and of joins. Of four steps one is a join
/// at most.
pub(super) fn rules(steps: usize) -> impl Iterator<Item = Vec<When>> {
    const RULES: [When; 3] = [When::AllSucceeded, When::AllDone, When::NoneFailed];
    (0..RULES.len().pow(steps as u32))
        .map(move |number| (0..steps).map(|step| RULES[number / RULES.len().pow(step as u32) % RULES.len()]).collect())
        .filter(move |rules: &Vec<When>| {
            steps < 4 || rules.iter().filter(|rule| **rule == When::NoneFailed).count() <= 1
        })
}

/// The rule of some steps of clean-up, as all others are ordinary.
pub(super) fn with_clean_up(steps: usize, is_clean_up: impl Fn(usize) -> bool) -> Vec<When> {
    (0..steps).map(|step| if is_clean_up(step) { When::AllDone } else { When::AllSucceeded }).collect()
}

/// What the users with a flag share, and all change.
pub(super) fn changed_by(users: &[bool]) -> Shared {
    let users: Vec<usize> = (0..users.len()).filter(|&step| users[step]).collect();
    Shared { writers: users.clone(), users, ..Shared::default() }
}

/// Every order of so many steps, the lexicographically smallest first.
pub(super) fn permutations(steps: usize) -> Vec<Vec<usize>> {
    if steps == 0 {
        return vec![Vec::new()];
    }
    let number = |digits: &[usize]| (0..steps).all(|step| digits.contains(&step));
    (0..steps.pow(steps as u32))
        .map(|number| (0..steps).rev().map(|digit| number / steps.pow(digit as u32) % steps).collect())
        .filter(|digits: &Vec<usize>| number(digits))
        .collect()
}

/// Whether each step comes after its needs.
pub(super) fn is_topological(order: &[usize], needs: &Needs) -> bool {
    let place = |step| order.iter().position(|&other| other == step);
    order.len() == needs.len()
        && order.iter().all(|&step| needs[step].iter().all(|edge| place(edge.step) < place(step)))
}

/// Who reaches whom through needs: `reach[step][need]`.
pub(super) fn reach(needs: &Needs) -> Vec<Vec<bool>> {
    let steps = needs.len();
    let mut reach = vec![vec![false; steps]; steps];
    for (step, needs) in needs.iter().enumerate() {
        needs.iter().for_each(|edge| reach[step][edge.step] = true);
    }
    for via in 0..steps {
        for from in 0..steps {
            for to in 0..steps {
                reach[from][to] |= reach[from][via] && reach[via][to];
            }
        }
    }
    reach
}
