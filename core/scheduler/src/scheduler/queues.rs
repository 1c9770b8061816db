//! Queues at resources, so that a start need not look at every class of steps.
//!
//! A class with a ready step waits in the queue of one resource that it uses. A queue is sorted by the units that its
//! users ask for, and a tournament over it finds, among those whose units are free, the class whose first ready step has
//! the lowest rank. A second tournament finds the first of these winners among all queues. If that class lacks another
//! resource as well, it moves to the queue of that resource, where units that become free find it again; else its step
//! starts. So what is passed over is looked at once until its resource becomes free, and a start takes time logarithmic
//! in the number of classes.

use super::{
    Scheduler, Setup, StepId,
    tournament::{NONE, put, winner},
};
use crate::plan::{Numbering, Use};

/// To look at so many classes takes no longer than to keep queues.
const FEW: usize = 16;

/// How many words queues take, beside one word per resource; 0 if there are so few classes that they do without.
pub(super) const fn wanted_words(numbering: &Numbering<'_>) -> usize {
    if numbering.classes.len() > FEW + 1 { words(numbering) } else { 0 }
}

/// How many words queues take, beside one word per resource. O(C), where C is the number of classes.
pub(super) const fn words(numbering: &Numbering<'_>) -> usize {
    if numbering.use_rows.is_empty() || numbering.classes.is_empty() {
        return 0;
    }
    let (queues, classes) = (numbering.capacities.len() + 1, numbering.classes.len() - 1);
    // A class has a place in the queue of each resource that it uses; one that uses nothing has a queue as well.
    let (mut places, mut class) = (classes, 0);
    while class < classes && class + 1 < numbering.use_rows.len() {
        places += numbering.use_rows[class + 1].saturating_sub(numbering.use_rows[class]) as usize;
        class += 1;
    }
    (queues + 1) + 3 * places + 2 * queues + 2 * classes
}

/// As much of the lent words as a run uses: one per resource, and those of the queues if they are required and fit.
pub(super) fn fit<'s>(is_required: bool, numbering: &Numbering<'_>, lent: &'s mut [u32]) -> &'s mut [u32] {
    let resources = numbering.capacities.len();
    let with_queues = resources + if is_required { words(numbering) } else { 0 };
    let used = if with_queues <= lent.len() { with_queues } else { resources };
    lent.get_mut(..used).unwrap_or_default()
}

impl<'a, S: Setup<'a>> Scheduler<'a, S> {
    /// Adds a step to the ready set.
    #[inline]
    pub(super) fn insert_ready(&mut self, priority: usize) {
        self.ready.insert(priority);
        if self.has_queues() {
            self.requeue(priority);
        }
    }

    /// Removes a step from the ready set.
    #[inline(always)]
    pub(super) fn remove_ready(&mut self, priority: usize) {
        self.ready.remove(priority);
        if self.has_queues() {
            self.requeue(priority);
        }
    }

    /// Removes a step from the ready set that does not start.
    // Not inlined, because it has several callers: a board has it in flash once.
    #[inline(never)]
    pub(super) fn withdraw(&mut self, step: StepId) {
        self.remove_ready(self.setup.numbering().place(step));
    }

    #[inline]
    pub(super) fn has_queues(&self) -> bool {
        S::REQUIREMENTS.queues && !self.is_plain && self.free.len() > self.setup.numbering().capacities.len()
    }

    /// Lays the queues out while no step is ready.
    pub(super) fn lay_queues_out(&mut self) {
        if self.has_queues() {
            Queues::lay_out(self.setup.numbering(), self.free);
        }
    }

    /// The class of this priority may have another first ready step.
    // Cold, as most plans have few classes.
    #[cold]
    #[inline(never)]
    fn requeue(&mut self, priority: usize) {
        let Self { setup, ready, free, .. } = self;
        let numbering = setup.numbering();
        let class = numbering.classes.partition_point(|&from| from as usize <= priority).saturating_sub(1);
        let &[from, end, ..] = numbering.classes.get(class..).unwrap_or_default() else { return };
        let first = ready.first_from(from as usize).filter(|&first| first < end as usize);
        if let Some(mut queues) = Queues::over(numbering, free) {
            queues.set_head(class, first.map_or(NONE, |first| numbering.rank(first)));
        }
    }

    /// The free units of a step's resources have become others.
    #[cold]
    #[inline(never)]
    pub(super) fn refresh_queues(&mut self, step: StepId) {
        let uses = self.uses(step);
        let Some(mut queues) = Queues::over(self.setup.numbering(), self.free) else { return };
        uses.iter().for_each(|used| queues.refresh(used.resource as usize));
    }

    /// The lowest priority of a ready step whose resources are free.
    #[cold]
    #[inline(never)]
    pub(super) fn first_queued(&mut self) -> Option<usize> {
        let Self { setup, ready, free, .. } = self;
        let numbering = setup.numbering();
        let mut queues = Queues::over(numbering, free)?;
        // Each round moves one class to a place where it is not found again before units become free.
        loop {
            let class = queues.first()?;
            match queues.lacks(class) {
                Some(index) => queues.move_to(class, index),
                None => return ready.first_from(*numbering.classes.get(class)? as usize),
            }
        }
    }
}

/// The queues, on the words that follow the free units.
struct Queues<'q, 'a> {
    numbering: &'q Numbering<'a>,
    /// The free units of each resource.
    free: &'q [u32],
    /// Where the places of each queue begin, and where the last one's end. The last queue is that of the classes that
    /// use nothing.
    rows: &'q mut [u32],
    /// Who may wait at each place: a use, by its index in the numbering, or in the last queue a class.
    users: &'q mut [u32],
    /// A tournament for each queue: twice as many entries as the queue has places.
    trees: &'q mut [u32],
    /// The tournament of the queues' winners.
    top: &'q mut [u32],
    /// The place of each class.
    places: &'q mut [u32],
    /// The rank of each class's first ready step.
    heads: &'q mut [u32],
}

impl<'q, 'a> Queues<'q, 'a> {
    fn over(numbering: &'q Numbering<'a>, words: &'q mut [u32]) -> Option<Self> {
        let queues = numbering.capacities.len() + 1;
        let classes = numbering.classes.len().saturating_sub(1);
        let (free, rest) = words.split_at_mut_checked(queues - 1)?;
        let (rows, rest) = rest.split_at_mut_checked(queues + 1)?;
        let places = *rows.last()? as usize;
        let (users, rest) = rest.split_at_mut_checked(places)?;
        let (trees, rest) = rest.split_at_mut_checked(2 * places)?;
        let (top, rest) = rest.split_at_mut_checked(2 * queues)?;
        let (places, rest) = rest.split_at_mut_checked(classes)?;
        let heads = rest.get_mut(..classes)?;
        Some(Self { numbering, free, rows, users, trees, top, places, heads })
    }

    /// Sorts the users of each resource, and gives each class a place. No step may be ready.
    fn lay_out(numbering: &'q Numbering<'a>, words: &'q mut [u32]) {
        if Self::list_users(numbering, words).is_none() {
            return;
        }
        let Some(mut queues) = Self::over(numbering, words) else { return };
        for queue in 0..queues.top.len() / 2 {
            queues.sort(queue);
        }
        queues.trees.fill(NONE);
        queues.top.fill(NONE);
        queues.places.fill(NONE);
        queues.heads.fill(NONE);
        for class in 0..queues.places.len() {
            let place = users_of(numbering, class).next().and_then(|(queue, user)| queues.place(queue, user));
            if let (Some(entry), Some(place)) = (queues.places.get_mut(class), place) {
                *entry = place as u32;
            }
        }
    }

    /// Writes the users of each queue, row by row, in the order of their classes.
    fn list_users(numbering: &Numbering<'_>, words: &mut [u32]) -> Option<()> {
        let resources = numbering.capacities.len();
        let classes = numbering.classes.len().saturating_sub(1);
        let (rows, users) = words.get_mut(resources..)?.split_at_mut_checked(resources + 2)?;
        rows.fill(0);
        let all = || (0..classes).flat_map(|class| users_of(numbering, class));
        // Counted two rows on, so that filling moves each row's start to where it belongs.
        for (queue, _) in all() {
            if let Some(count) = rows.get_mut(queue + 2) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for row in rows.iter_mut() {
            sum += *row;
            *row = sum;
        }
        for (queue, user) in all() {
            let next = rows.get_mut(queue + 1)?;
            *users.get_mut(*next as usize)? = user;
            *next += 1;
        }
        Some(())
    }

    fn sort(&mut self, queue: usize) {
        let Some((from, to)) = self.row(queue) else { return };
        let key = self.key(queue);
        if let Some(users) = self.users.get_mut(from..to) {
            users.sort_unstable_by_key(|&user| key(user));
        }
    }

    /// The lowest rank of those whose resource has units enough: its class.
    fn first(&self) -> Option<usize> {
        self.top.get(1).filter(|&&class| class != NONE).map(|&class| class as usize)
    }

    /// The first use of a class whose units are not free, by its index in the class's row.
    fn lacks(&self, class: usize) -> Option<usize> {
        let is_free = |used: &Use| self.free.get(used.resource as usize).is_some_and(|&free| free >= used.units);
        self.numbering.uses(class).iter().position(|used| !is_free(used))
    }

    /// Lets a class wait for one of its uses. If its resource does not exist, the class never starts.
    fn move_to(&mut self, class: usize, index: usize) {
        let user = users_of_row(self.numbering, class).nth(index).filter(|(queue, _)| *queue < self.free.len());
        let place = user.and_then(|(queue, user)| self.place(queue, user));
        let Some(entry) = self.places.get_mut(class) else { return };
        let before = core::mem::replace(entry, place.map_or(NONE, |place| place as u32));
        self.write(before, NONE);
        self.write(place.map_or(NONE, |place| place as u32), class as u32);
    }

    /// Sets the rank of a class's first ready step.
    fn set_head(&mut self, class: usize, rank: u32) {
        let (Some(head), Some(&place)) = (self.heads.get_mut(class), self.places.get(class)) else { return };
        *head = rank;
        self.write(place, if rank == NONE { NONE } else { class as u32 });
    }

    /// Writes who waits at a place.
    fn write(&mut self, place: u32, class: u32) {
        if place == NONE {
            return;
        }
        let queue = self.rows.partition_point(|&from| from <= place).saturating_sub(1);
        let Some((from, to)) = self.row(queue) else { return };
        if let Some(tree) = self.trees.get_mut(2 * from..2 * to) {
            put(tree, place as usize - from, class, self.heads);
        }
        self.refresh(queue);
    }

    /// Finds the winner of a queue anew.
    fn refresh(&mut self, queue: usize) {
        let Some((from, to)) = self.row(queue) else { return };
        let (users, tree) = (self.users.get(from..to), self.trees.get(2 * from..2 * to));
        let (Some(users), Some(tree)) = (users, tree) else { return };
        let served = match self.free.get(queue) {
            Some(&free) => users.partition_point(|&user| self.units(user) <= free),
            None => users.len(),
        };
        let winner = winner(tree, served, self.heads);
        put(self.top, queue, winner, self.heads);
    }

    /// The place of a user in a queue.
    fn place(&self, queue: usize, user: u32) -> Option<usize> {
        let (from, to) = self.row(queue)?;
        let (key, users) = (self.key(queue), self.users.get(from..to)?);
        let index = users.partition_point(|&other| key(other) < key(user));
        (index < users.len()).then_some(from + index)
    }

    fn row(&self, queue: usize) -> Option<(usize, usize)> {
        Some((*self.rows.get(queue)? as usize, *self.rows.get(queue + 1)? as usize))
    }

    /// By what a queue is sorted.
    fn key(&self, queue: usize) -> impl Fn(u32) -> (u32, u32) + use<'a> {
        let uses = if queue < self.free.len() { self.numbering.uses } else { &[] };
        move |user| (uses.get(user as usize).map_or(0, |used| used.units), user)
    }

    fn units(&self, user: u32) -> u32 {
        self.numbering.uses.get(user as usize).map_or(0, |used| used.units)
    }
}

/// Where a class may wait: queues, and what it is called there.
fn users_of(numbering: &Numbering<'_>, class: usize) -> impl Iterator<Item = (usize, u32)> {
    let resources = numbering.capacities.len();
    let idle = numbering.uses(class).is_empty().then_some((resources, class as u32));
    users_of_row(numbering, class).filter(move |(queue, _)| *queue < resources).chain(idle)
}

/// The uses of a class: each resource, and the use's index in the numbering.
fn users_of_row(numbering: &Numbering<'_>, class: usize) -> impl Iterator<Item = (usize, u32)> {
    let from = numbering.use_rows.get(class).copied().unwrap_or(0);
    (from..).zip(numbering.uses(class)).map(|(user, used)| (used.resource as usize, user))
}
