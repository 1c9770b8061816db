//! Every way in which a run of a small graph can go, by the scheduler's rules put as plainly as can be.

use super::space::Needs;
use crate::model::{EdgeKind, When};

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Waiting,
    Running,
    Succeeded,
    /// Failed, or skipped itself.
    Failed,
    /// Ended without having started.
    Skipped,
}

use State::*;

#[derive(Clone, Copy)]
struct World {
    steps: [State; MOST],
    stopped: bool,
}

const MOST: usize = 4;

/// Tells of each two steps whether there is a run in which the first is in flight after the second has started:
/// `seen[second][first]`.
pub(super) fn in_flight_after_start(needs: &Needs, rules: &[When]) -> Vec<Vec<bool>> {
    let steps = needs.len();
    let mut seen = vec![vec![false; steps]; steps];
    let mut known = vec![false; 2 * 5usize.pow(MOST as u32)];
    let mut open = vec![World { steps: [Waiting; MOST], stopped: false }];
    while let Some(world) = open.pop() {
        if std::mem::replace(&mut known[world.number()], true) {
            continue;
        }
        for second in (0..steps).filter(|&step| matches!(world.steps[step], Running | Succeeded | Failed)) {
            for first in (0..steps).filter(|&step| step != second && world.steps[step] == Running) {
                seen[second][first] = true;
            }
        }
        world.next(needs, rules, &mut open);
    }
    seen
}

impl World {
    fn number(&self) -> usize {
        self.steps.iter().fold(usize::from(self.stopped), |number, &state| number * 5 + state as usize)
    }

    fn next(&self, needs: &Needs, rules: &[When], next: &mut Vec<Self>) {
        next.push(Self { stopped: true, ..*self });
        for (step, needs) in needs.iter().enumerate() {
            let mut becomes = |state| {
                let mut world = *self;
                world.steps[step] = state;
                next.push(world);
            };
            let ended = |step: usize| matches!(self.steps[step], Succeeded | Failed | Skipped);
            let all_ended = needs.iter().all(|edge| ended(edge.step));
            match self.steps[step] {
                Running => {
                    becomes(Succeeded);
                    becomes(Failed);
                }
                // It may also find that it is not needed.
                Waiting if rules[step].is_clean_up() && all_ended => {
                    becomes(Running);
                    becomes(Skipped);
                }
                Waiting if !rules[step].is_clean_up() => {
                    let mut needs = needs.iter().filter(|edge| edge.kind != EdgeKind::Order).map(|edge| edge.step);
                    let lost = |step: usize| ended(step) && self.steps[step] != Succeeded;
                    if self.stopped || needs.clone().any(lost) {
                        becomes(Skipped);
                    }
                    // A need that did not succeed may have skipped itself, and then a join runs with the others.
                    let runs = if rules[step] == When::NoneFailed {
                        needs.clone().next().is_none() || needs.any(|step| self.steps[step] == Succeeded)
                    } else {
                        needs.all(|step| self.steps[step] == Succeeded)
                    };
                    if !self.stopped && all_ended && runs {
                        becomes(Running);
                    }
                }
                _ => {}
            }
        }
    }
}
