//! Every cycle of a plan: one for each set of steps that all depend on each other.

use alloc::{vec, vec::Vec};
use rungs_scheduler::{Edges, Need, StepId, shortest_cycle};

/// A shortest cycle through the first step of each strongly connected component, in the order of these steps.
///
/// `after_all` are the steps that need all before them, as in `needs`. `missing` is what
/// [`topological`](rungs_scheduler::topological) left behind: only steps that miss a need are looked at.
/// O(V log V + E).
pub(super) fn cycles(needs: Edges<'_>, after_all: &[StepId], missing: &[u32]) -> Vec<Vec<StepId>> {
    let mut components = Search::new(needs, after_all, missing).run();
    components.iter_mut().for_each(|component| component.sort_unstable());
    components.sort_unstable();
    let mut numbers = vec![None; needs.len()];
    components.iter().map(|component| shortest_through_first(needs, component, &mut numbers)).collect()
}

/// The indices of the steps on a cycle that follow the next one and do not need it.
pub(super) fn follows(needs: Edges<'_>, cycle: &[StepId]) -> Vec<usize> {
    let is_order = |step: StepId, next: StepId| {
        let mut edges = needs.of(step).iter().filter(|need| need.step() == next).peekable();
        edges.peek().is_some() && edges.all(|need| need.is_order()) && !(needs.waits_for_all(step) && next < step)
    };
    let next = cycle.iter().cycle().skip(1);
    let steps = cycle.iter().zip(next).enumerate();
    steps.filter(|(_, (step, next))| is_order(**step, **next)).map(|(index, _)| index).collect()
}

/// The cycle within one component. `numbers` has an entry per step, all of them `None` before and after.
fn shortest_through_first(needs: Edges<'_>, component: &[StepId], numbers: &mut [Option<u32>]) -> Vec<StepId> {
    number(component, numbers, Some);
    let (mut rows, mut list, mut marks) = (vec![0], Vec::new(), Vec::new());
    for (&step, number) in component.iter().zip(0..) {
        if needs.waits_for_all(step) {
            marks.push(StepId::from_number(number));
        }
        let within = needs.of(step).iter().filter_map(|need| numbers.get(need.step().index()).copied().flatten());
        list.extend(within.map(|number| Need::result(StepId::from_number(number))));
        rows.push(list.len() as u32);
    }
    number(component, numbers, |_| None);
    let (mut from, mut path) = (vec![0; component.len()], vec![0; component.len()]);
    let within = Edges::new(&rows, &list).with_after_all(&marks);
    let length = shortest_cycle(within, StepId::from_number(0), &mut from, &mut path);
    path.iter().take(length).filter_map(|&number| component.get(number as usize).copied()).collect()
}

fn number(component: &[StepId], numbers: &mut [Option<u32>], number: impl Fn(u32) -> Option<u32>) {
    for (index, step) in (0..).zip(component) {
        if let Some(entry) = numbers.get_mut(step.index()) {
            *entry = number(index);
        }
    }
}

/// A search for strongly connected components without recursion (R. Tarjan, "Depth-first search and linear graph
/// algorithms", 1972).
struct Search<'p> {
    needs: Edges<'p>,
    after_all: &'p [StepId],
    visits: Vec<Visit>,
    /// How many steps have been visited.
    count: u32,
    /// The steps from the start of the search to the current one, each with the number of its needs that are done.
    path: Vec<(StepId, usize)>,
    /// Steps whose component is not known yet.
    open: Vec<StepId>,
    found: Vec<Vec<StepId>>,
}

/// What the search knows of a step.
#[derive(Clone, Copy)]
enum Visit {
    None,
    /// When it was visited, and the earliest visit among the open steps that it is known to lead to.
    Open {
        at: u32,
        earliest: u32,
    },
    Done,
}

impl<'p> Search<'p> {
    fn new(needs: Edges<'p>, after_all: &'p [StepId], missing: &[u32]) -> Self {
        // A step that misses no need is in no cycle, nor does it lead to one.
        let visits = missing.iter().map(|&missing| if missing == 0 { Visit::Done } else { Visit::None });
        Self {
            needs,
            after_all,
            visits: visits.collect(),
            count: 0,
            path: Vec::new(),
            open: Vec::new(),
            found: Vec::new(),
        }
    }

    /// The components of more than one step, and steps that need themselves.
    fn run(mut self) -> Vec<Vec<StepId>> {
        for step in (0..self.visits.len() as u32).map(StepId::from_number) {
            if let Some(Visit::None) = self.visits.get(step.index()) {
                self.visit(step);
                while let Some((step, done)) = self.path.pop() {
                    self.go_on(step, done);
                }
            }
        }
        self.found
    }

    fn visit(&mut self, step: StepId) {
        self.count += 1;
        if let Some(visit) = self.visits.get_mut(step.index()) {
            *visit = Visit::Open { at: self.count, earliest: self.count };
        }
        self.open.push(step);
        self.path.push((step, 0));
    }

    /// Looks at the next need of a step that has been taken from the path.
    fn go_on(&mut self, step: StepId, done: usize) {
        let Some(need) = self.need(step, done) else { return self.leave(step) };
        self.path.push((step, done + 1));
        match self.visits.get(need.index()) {
            Some(Visit::None) => self.visit(need),
            Some(&Visit::Open { at, .. }) => self.leads_to(step, at),
            Some(Visit::Done) | None => {}
        }
    }

    /// The needs of a step by number: those that it names; then, if it needs all before it, these steps back to the last
    /// such one, through which it needs the others.
    fn need(&self, step: StepId, number: usize) -> Option<StepId> {
        let named = self.needs.of(step);
        if let Some(need) = named.get(number) {
            return Some(need.step());
        }
        let mark = self.after_all.binary_search(&step).ok()?;
        let last = mark.checked_sub(1).and_then(|before| self.after_all.get(before)).map_or(0, |last| last.index());
        let need = last + number - named.len();
        (need < step.index()).then(|| StepId::from_number(need as u32))
    }

    fn leads_to(&mut self, step: StepId, visit: u32) {
        if let Some(Visit::Open { earliest, .. }) = self.visits.get_mut(step.index()) {
            *earliest = visit.min(*earliest);
        }
    }

    /// All needs of a step are done: its component is complete, or it leads to an earlier step of it.
    fn leave(&mut self, step: StepId) {
        let Some(&Visit::Open { at, earliest }) = self.visits.get(step.index()) else { return };
        if earliest < at {
            if let Some(&(before, _)) = self.path.last() {
                self.leads_to(before, earliest);
            }
            return;
        }
        let from = self.open.iter().rposition(|&open| open == step).unwrap_or(0);
        let component = self.open.split_off(from);
        for member in &component {
            if let Some(visit) = self.visits.get_mut(member.index()) {
                *visit = Visit::Done;
            }
        }
        if component.len() > 1 || self.needs.of(step).iter().any(|need| need.step() == step) {
            self.found.push(component);
        }
    }
}
