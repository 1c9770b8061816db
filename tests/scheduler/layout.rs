//! A case in the form that the scheduler takes: edges in rows, settings, a numbering; and the storage for a run.

use std::cmp::Reverse;
use std::time::Duration;

use rungs::scheduler::{
    Edges, Given, Need, Numbering, Plan, Scheduler, StepId, StepState, Storage, StorageSize, TimerEntry, Use, invert,
    levels, longest_remaining, needs_come_first, topological,
};
use rungs::{Backoff, Config, Instant, OnFailure, Order, Settings, When};

use crate::oracle::{self, Case, Rule, Spec};

/// The arrays of a plan and of its numbering.
pub(crate) struct Layout {
    rows: Vec<u32>,
    needs: Vec<Need>,
    after_all: Vec<StepId>,
    dependent_rows: Vec<u32>,
    dependents: Vec<Need>,
    settings: Vec<Settings<'static>>,
    which: Vec<u32>,
    numbers: Numbers,
    config: Config,
}

/// The arrays of a numbering.
#[derive(Default)]
struct Numbers {
    order: Vec<u32>,
    priorities: Vec<u32>,
    ranks: Vec<u32>,
    classes: Vec<u32>,
    use_rows: Vec<u32>,
    uses: Vec<Use>,
    capacities: Vec<u32>,
    levels: Vec<u32>,
}

/// The storage of one run.
#[derive(Default)]
pub(crate) struct Buffers {
    /// Whether classes of steps queue for their resources, however few they are.
    pub(crate) queues: bool,
    pub(crate) states: Vec<StepState>,
    pub(crate) ready: Vec<usize>,
    pub(crate) timers: Vec<TimerEntry>,
    pub(crate) free: Vec<u32>,
    pub(crate) open: Vec<u32>,
}

impl Layout {
    pub(crate) fn new(case: &Case) -> Self {
        let (mut rows, mut needs) = (vec![0], Vec::new());
        for spec in &case.steps {
            needs.extend(spec.needs.iter().map(|&need| Need::result(id(need))));
            needs.extend(spec.order.iter().map(|&before| Need::order(id(before))));
            rows.push(needs.len() as u32);
        }
        let mut dependent_rows = vec![0; rows.len()];
        let mut dependents = vec![Need::order(id(0)); needs.len()];
        invert(Edges::new(&rows, &needs), &mut dependent_rows, &mut dependents);

        let classes = Classes::new(case);
        let mut settings: Vec<_> = case.steps.iter().map(|spec| settings(spec, classes.of(spec))).collect();
        // Plans have settings for each step or one for all; both forms are used.
        let all_alike = settings.windows(2).all(|pair| pair[0] == pair[1]);
        settings.truncate(if all_alike { 1 } else { settings.len() });
        let which = if all_alike { Vec::new() } else { (0..settings.len() as u32).collect() };

        let after_all = (0..case.steps.len()).filter(|&step| case.steps[step].after_all).map(id).collect();
        let config = config(case);
        let mut layout = Self {
            rows,
            needs,
            after_all,
            dependent_rows,
            dependents,
            settings,
            which,
            numbers: Numbers::default(),
            config,
        };
        layout.numbers = layout.number(case, &classes);
        layout
    }

    pub(crate) fn plan(&self) -> Plan<'_> {
        let needs = Edges::new(&self.rows, &self.needs).with_after_all(&self.after_all);
        let dependents = Edges::new(&self.dependent_rows, &self.dependents);
        Plan::new(needs, dependents, &self.settings, &self.which)
    }

    pub(crate) fn numbering(&self) -> Numbering<'_> {
        Numbering {
            order: &self.numbers.order,
            priorities: &self.numbers.priorities,
            ranks: &self.numbers.ranks,
            classes: &self.numbers.classes,
            use_rows: &self.numbers.use_rows,
            uses: &self.numbers.uses,
            capacities: &self.numbers.capacities,
            levels: &self.numbers.levels,
            needs_first: needs_come_first(self.plan().all_needs(), &self.numbers.priorities),
        }
    }

    pub(crate) fn config(&self) -> Config {
        self.config
    }

    pub(crate) fn needed(&self) -> StorageSize {
        StorageSize::for_run(&self.plan(), &self.numbering(), &self.config)
    }

    /// Begins a run on this storage, which grows if it is too small.
    pub(crate) fn run<'a>(&'a self, storage: &'a mut Buffers, now: Instant) -> Scheduler<'a> {
        self.run_with(storage, self.numbering(), now)
    }

    /// As [`run`](Self::run), for a run that begins with steps that have ended.
    pub(crate) fn run_given<'a>(
        &'a self,
        storage: &'a mut Buffers,
        given: impl IntoIterator<Item = (StepId, Given)>,
        now: Instant,
    ) -> Scheduler<'a> {
        let storage = self.fit(storage);
        Scheduler::resume(self.plan(), self.numbering(), self.config, storage, now, given).expect("storage that fits")
    }

    /// As [`run`](Self::run), with a numbering that needs no more storage.
    pub(crate) fn run_with<'a>(
        &'a self,
        storage: &'a mut Buffers,
        numbering: Numbering<'a>,
        now: Instant,
    ) -> Scheduler<'a> {
        Scheduler::new(self.plan(), numbering, self.config, self.fit(storage), now).expect("storage that fits")
    }

    fn fit<'a>(&self, storage: &'a mut Buffers) -> Storage<'a> {
        let needed = self.needed();
        let needed = if storage.queues { needed.with_queues(&self.numbering()) } else { needed };
        storage.grow_to(needed).lend()
    }

    /// If nothing is scarce and there are no levels, this is the order of declaration.
    fn number(&self, case: &Case, classes: &Classes) -> Numbers {
        let steps = case.steps.len();
        let mut numbers = Numbers { capacities: case.capacities.clone(), ..Numbers::default() };
        let plan = self.plan();
        let dependents = Edges::new(&self.dependent_rows, &self.dependents);
        let mut order = vec![0; steps];
        let sorted = topological(plan.all_needs(), dependents, &mut vec![0; steps], &mut order);
        assert_eq!(sorted, steps, "a cycle in {case}");

        if case.levels {
            numbers.levels = vec![0; steps];
            levels(plan.all_needs(), &order, &mut numbers.levels);
        }
        let is_scarce = case.limit.is_some() || classes.is_used();
        let mut paths = vec![0; steps];
        if is_scarce {
            longest_remaining(&plan, &order, &mut paths);
        }
        if !is_scarce && !case.levels {
            return numbers;
        }
        let key = |&step: &u32| {
            let level = numbers.levels.get(step as usize).copied().unwrap_or(0);
            (level, Reverse(paths[step as usize]), step)
        };
        order.sort_by_key(key);
        if classes.is_used() {
            let class = |&step: &u32| classes.of(&case.steps[step as usize]);
            let ranks = inverse(&order);
            order.sort_by_key(class);
            numbers.ranks = order.iter().map(|&step| ranks[step as usize]).collect();
            let begin_of = |bound| order.partition_point(|step| class(step) < bound) as u32;
            numbers.classes = (0..=classes.0.len() as u32).map(begin_of).collect();
            numbers.use_rows.push(0);
            for uses in &classes.0 {
                numbers.uses.extend(uses.iter().map(|&(resource, units)| Use { resource: resource as u32, units }));
                numbers.use_rows.push(numbers.uses.len() as u32);
            }
        }
        numbers.priorities = inverse(&order);
        numbers.order = order;
        numbers
    }
}

impl Buffers {
    pub(crate) fn grow_to(&mut self, needed: StorageSize) -> &mut Self {
        fn grow<T: Clone + Default>(list: &mut Vec<T>, least: usize) {
            if list.len() < least {
                list.resize(least, T::default());
            }
        }
        grow(&mut self.states, needed.states);
        grow(&mut self.ready, needed.ready);
        grow(&mut self.timers, needed.timers);
        grow(&mut self.free, needed.free);
        grow(&mut self.open, needed.open);
        self
    }

    pub(crate) fn lend(&mut self) -> Storage<'_> {
        Storage {
            states: &mut self.states,
            ready: &mut self.ready,
            timers: &mut self.timers,
            free: &mut self.free,
            open: &mut self.open,
        }
    }
}

/// The different sets of resources that steps use, each resource at most once.
struct Classes(Vec<Vec<(usize, u32)>>);

impl Classes {
    fn new(case: &Case) -> Self {
        let mut classes = Self(vec![Vec::new()]);
        for spec in &case.steps {
            let uses = sum_up(spec);
            if !classes.0.contains(&uses) {
                classes.0.push(uses);
            }
        }
        classes
    }

    fn is_used(&self) -> bool {
        self.0.len() > 1
    }

    fn of(&self, spec: &Spec) -> u32 {
        // Most steps use nothing: they are the first class.
        let uses = if spec.uses.is_empty() { Vec::new() } else { sum_up(spec) };
        self.0.iter().position(|class| *class == uses).expect("a class for every step") as u32
    }
}

fn sum_up(spec: &Spec) -> Vec<(usize, u32)> {
    let mut sums: Vec<(usize, u32)> = Vec::new();
    for &(resource, units) in &spec.uses {
        match sums.iter_mut().find(|(other, _)| *other == resource) {
            Some((_, sum)) => *sum += units,
            None => sums.push((resource, units)),
        }
    }
    sums.sort_unstable();
    sums
}

fn settings(spec: &Spec, class: u32) -> Settings<'static> {
    let nanos = Duration::from_nanos;
    let mut settings = Settings::DEFAULT
        .retries(spec.retries)
        .backoff(Backoff::fixed(nanos(spec.delay)))
        .retry_on_timeout(spec.retry_on_timeout)
        .class(class)
        .when(match spec.rule {
            Rule::Default => When::AllSucceeded,
            Rule::SkipOnError => When::SkipOnError,
            Rule::AllDone => When::AllDone,
            Rule::AnyFailed => When::AnyFailed,
            Rule::NoneFailed => When::NoneFailed,
        });
    if spec.never_cancel {
        settings = settings.never_cancel();
    }
    if spec.optional {
        settings = settings.optional();
    }
    if let Some(timeout) = spec.timeout {
        settings = settings.timeout(nanos(timeout));
    }
    if let Some(deadline) = spec.deadline {
        settings = settings.deadline(nanos(deadline));
    }
    if let Some(expected) = spec.expected {
        settings = settings.expected(nanos(expected));
    }
    settings
}

fn config(case: &Case) -> Config {
    let mut config = Config::DEFAULT.on_failure(match case.on_failure {
        oracle::OnFailure::GoOn => OnFailure::GoOn,
        oracle::OnFailure::Drain => OnFailure::Drain,
        oracle::OnFailure::Cancel => OnFailure::Cancel,
    });
    if let Some(limit) = case.limit {
        config = config.max_concurrent(limit);
    }
    if let Some(deadline) = case.run_deadline {
        config = config.deadline(Duration::from_nanos(deadline));
    }
    if let Some(grace) = case.grace {
        config = config.grace(Duration::from_nanos(grace));
    }
    if let Some(deadline) = case.clean_up_deadline {
        config = config.clean_up_deadline(Duration::from_nanos(deadline));
    }
    if case.levels {
        config = config.order(Order::Levels);
    }
    config
}

pub(crate) fn id(index: usize) -> StepId {
    StepId::new(index).expect("an index that a plan can have")
}

/// The inverse of a permutation.
fn inverse(order: &[u32]) -> Vec<u32> {
    let mut priorities = vec![0; order.len()];
    for (priority, &step) in order.iter().enumerate() {
        priorities[step as usize] = priority as u32;
    }
    priorities
}
