//! Which steps are never in flight together, and the edges that are added so that users of a field are not.
//!
//! To be reached from a step through needs is not enough. A step ends before it has started where one of its needs
//! failed or the run is stopped, while another of its needs may still be in flight; a clean-up step that waits for it
//! then starts beside that one. So this asks of each step what has ended *whenever it starts*, by the rules of the
//! scheduler:
//!
//! - An ordinary step starts when all its needs have succeeded, those it only comes after have ended, and nothing has
//!   stopped the run.
//! - A clean-up step starts when all have ended, also after a stop.
//! - An ordinary step that has not started ends as soon as one of its needs has ended without success, or at a stop.
//! - A clean-up step ends after all that it waits for. (But for a second cancel, after which nothing starts.)

use super::{Shared, Steps};
use crate::model::{Edge, EdgeKind};

/// A graph, and what is known of its steps.
pub(super) struct Apart {
    pub(super) needs: Vec<Vec<Edge>>,
    clean_up: Vec<bool>,
    /// Whenever the step starts, these have ended, or will never start.
    before: Vec<Steps>,
    /// Whenever the step has ended and nothing has stopped the run, these have ended, or will never start.
    done: Vec<Steps>,
    /// Whenever the step starts, these have succeeded.
    succeeded: Vec<Steps>,
}

impl Apart {
    /// Looks at one step after the other, and adds an edge to a step where an earlier user of the same field could else
    /// still be in flight. All added edges go along `order`, so that they close no cycle.
    pub(super) fn new(needs: Vec<Vec<Edge>>, clean_up: &[bool], order: &[usize], fields: &[Shared]) -> Self {
        let none = vec![Steps::new(); needs.len()];
        let mut apart =
            Self { needs, clean_up: clean_up.to_vec(), before: none.clone(), done: none.clone(), succeeded: none };
        for (place, &step) in order.iter().enumerate() {
            for edge in apart.needs[step].clone() {
                apart.learn(step, edge);
            }
            let takes = |field: &&Shared| field.exclusive && field.users.contains(&step);
            for field in fields.iter().filter(takes) {
                // The nearest first: waiting for it often says all about those before it.
                let earlier = order[..place].iter().rev().filter(|user| field.users.contains(user));
                earlier.for_each(|&user| apart.put_after(step, user));
            }
            apart.done[step] = apart.done_with(step);
        }
        apart
    }

    /// Whether the later of two steps never starts while the earlier may still run, or before it.
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

    /// Notes what one of its edges tells of a step when it starts.
    fn learn(&mut self, step: usize, edge: Edge) {
        let need = edge.step;
        let has_succeeded = !self.clean_up[step] && edge.kind != EdgeKind::Order;
        let known = if has_succeeded {
            let succeeded = self.succeeded[need].clone();
            self.succeeded[step].extend(succeeded);
            self.succeeded[step].insert(need);
            self.before[need].clone()
        } else if !self.clean_up[step] {
            self.done[need].clone()
        } else if self.clean_up[need] {
            self.before[need].clone()
        } else {
            // A stop ends an ordinary step that has not started, whatever is still in flight before it.
            Steps::new()
        };
        self.before[step].extend(known);
        self.before[step].insert(need);
    }

    /// What is done when the step has ended: it has run, or the failure of one of its needs has kept it from it.
    fn done_with(&self, step: usize) -> Steps {
        let mut done = self.before[step].clone();
        if !self.clean_up[step] {
            let needs = || self.needs[step].iter().filter(|edge| edge.kind != EdgeKind::Order).map(|edge| edge.step);
            // That need itself has ended; others were done by then, or will never start for the same reason.
            let is_done = |other, failed: usize| {
                other == failed || self.done[failed].contains(&other) || self.succeeded[other].contains(&failed)
            };
            done.retain(|&other| needs().all(|failed| is_done(other, failed)));
        }
        done
    }
}
