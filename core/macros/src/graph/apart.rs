//! Which steps are never in flight together, and the order-only edges that keep the users of a field or a result so.
//!
//! Dependent steps can still overlap: a step ends before it has started when one of its needs fails or the run is stopped,
//! while another of its needs may be in flight; a clean-up step that waits for the ended step then starts beside that one.
//! So this computes for each step what has ended *whenever it starts*, by the rules of the scheduler:
//!
//! - An ordinary step starts when all its needs have succeeded, all its order-only needs have ended, and the run has not
//!   been stopped.
//! - A join starts when all its needs and order-only needs have ended, and the run has not been stopped.
//! - A clean-up step starts when all its needs have ended, also after a stop.
//! - An ordinary step or a join that has not started may end as soon as one of its needs has ended without success, or at a
//!   stop.
//! - A clean-up step ends after all that it waits for, except at a second cancel, after which nothing starts.

use super::{Shared, Steps};
use crate::model::{Edge, EdgeKind, When};

/// A graph, and what is known of each of its steps.
pub(super) struct Apart {
    pub(super) needs: Vec<Vec<Edge>>,
    rules: Vec<When>,
    /// The steps that have ended, or will never start, whenever the step starts.
    before: Vec<Steps>,
    /// The steps that have ended, or will never start, whenever the step has ended in a run that has not been stopped.
    done: Vec<Steps>,
    /// The steps that have succeeded whenever the step starts.
    succeeded: Vec<Steps>,
}

impl Apart {
    /// Goes through the steps in `order`, and adds an edge to a step where an earlier user of the same field or result could
    /// otherwise be in flight, and it, the step or a later one changes what they share. All added edges go along `order`, so
    /// they close no cycle.
    pub(super) fn new(needs: Vec<Vec<Edge>>, rules: &[When], order: &[usize], shared: &[Shared]) -> Self {
        let none = vec![Steps::new(); needs.len()];
        let rules = rules.to_vec();
        let mut apart = Self { needs, rules, before: none.clone(), done: none.clone(), succeeded: none };
        for (at, &step) in order.iter().enumerate() {
            for edge in apart.needs[step].clone() {
                apart.learn(step, edge);
            }
            let takes = |shared: &&Shared| shared.is_exclusive() && shared.users.contains(&step);
            for shared in shared.iter().filter(takes) {
                let (users, _) = shared.in_order(order);
                let is_earlier = |user: &&usize| order[..at].contains(user);
                // The nearest first: those before it have often ended when it has. Those that only read what no later step
                // changes do so together.
                let earlier = users.iter().rev().filter(is_earlier);
                earlier.for_each(|&user| apart.put_after(step, user));
            }
            apart.done[step] = apart.done_with(step);
        }
        apart
    }

    /// Whether the later of two steps never starts before the earlier one, or while that is in flight.
    pub(super) fn is_before(&self, earlier: usize, later: usize) -> bool {
        self.before[later].contains(&earlier)
    }

    fn put_after(&mut self, step: usize, user: usize) {
        if !self.is_before(user, step) {
            let edge = Edge { step: user, kind: EdgeKind::Order };
            self.needs[step].push(edge);
            self.learn(step, edge);
        }
    }

    /// Adds what an edge of a step implies for whenever the step starts.
    fn learn(&mut self, step: usize, edge: Edge) {
        let need = edge.step;
        let has_succeeded = !self.rules[step].may_lack_results() && edge.kind != EdgeKind::Order;
        let known = if has_succeeded {
            let succeeded = self.succeeded[need].clone();
            self.succeeded[step].extend(succeeded);
            self.succeeded[step].insert(need);
            self.before[need].clone()
        } else if !self.rules[step].is_clean_up() {
            self.done[need].clone()
        } else if self.rules[need].is_clean_up() {
            self.before[need].clone()
        } else {
            // A stop ends an ordinary step that has not started, whatever it waits for is still in flight.
            Steps::new()
        };
        self.before[step].extend(known);
        self.before[step].insert(need);
    }

    /// What has ended when the step has: either it has run, or one of its needs has failed before it could.
    fn done_with(&self, step: usize) -> Steps {
        let mut done = self.before[step].clone();
        if !self.rules[step].is_clean_up() {
            let needs = || self.needs[step].iter().filter(|edge| edge.kind != EdgeKind::Order).map(|edge| edge.step);
            // The failed need has ended; the other steps had ended by then, or will never start for the same reason.
            let is_done = |other, failed: usize| {
                other == failed || self.done[failed].contains(&other) || self.succeeded[other].contains(&failed)
            };
            done.retain(|&other| needs().all(|failed| is_done(other, failed)));
        }
        done
    }
}
