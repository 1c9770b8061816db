//! A run of a small plan by hand, under a clock that stands where it is put.

use core::time::Duration;

use rungs::scheduler::{
    Action, Edges, Need, Numbering, Outcome, Plan, Scheduler, StepId, StepState, Storage, StorageSize, TimerEntry,
    Verdict, invert,
};
use rungs::{Cause, Config, Instant, Settings, Status};

/// As large as any plan here.
const STEPS: usize = 6;
const EDGES: usize = 8;

/// A step: its needs, and its settings.
pub(crate) type Step<'a> = (&'a [Need], Settings<'a>);

pub(crate) struct Run<'a> {
    pub(crate) scheduler: Scheduler<'a>,
    now: Instant,
}

/// Lays the steps out as the scheduler takes them, and runs them.
pub(crate) fn run(steps: &[Step<'_>], config: Config, play: impl FnOnce(&mut Run<'_>)) {
    run_in_order(steps, config, Numbering::default(), play);
}

pub(crate) fn run_in_order(
    steps: &[Step<'_>],
    config: Config,
    numbering: Numbering<'_>,
    play: impl FnOnce(&mut Run<'_>),
) {
    let (mut starts, mut list) = ([0; STEPS + 1], [Need::result(id(0)); EDGES]);
    let (mut settings, mut which) = ([Settings::DEFAULT; STEPS], [0; STEPS]);
    let mut edges = 0;
    for (place, (needs, said)) in steps.iter().enumerate() {
        for need in *needs {
            list[edges] = *need;
            edges += 1;
        }
        starts[place + 1] = edges as u32;
        (settings[place], which[place]) = (*said, place as u32);
    }
    let needs = Edges::new(&starts[..=steps.len()], &list[..edges]);
    let (mut up_starts, mut up_list) = ([0; STEPS + 1], [Need::result(id(0)); EDGES]);
    invert(needs, &mut up_starts[..=steps.len()], &mut up_list);
    let dependents = Edges::new(&up_starts[..=steps.len()], &up_list[..edges]);
    let plan = Plan::new(needs, dependents, &settings, &which[..steps.len()]);

    let (mut states, mut ready) = ([StepState::default(); STEPS], [0; StorageSize::ready_words(STEPS)]);
    let (mut timers, mut free, mut open) = ([TimerEntry::default(); STEPS], [0; STEPS], [0; STEPS]);
    let state =
        Storage { states: &mut states, ready: &mut ready, timers: &mut timers, free: &mut free, open: &mut open };
    let now = Instant::ZERO;
    let scheduler = Scheduler::new(plan, numbering, config, state, now).expect("storage for the largest plan here");
    play(&mut Run { scheduler, now });
}

pub(crate) fn id(place: usize) -> StepId {
    StepId::new(place).expect("a small plan")
}

pub(crate) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

impl Run<'_> {
    /// Puts the clock.
    pub(crate) fn at(&mut self, millis: u64) -> &mut Self {
        self.now = Instant::ZERO + ms(millis);
        self
    }

    /// The scheduler wants this done and nothing else.
    #[track_caller]
    pub(crate) fn wants(&mut self, actions: &[Action]) -> &mut Self {
        for action in actions {
            assert_eq!(self.scheduler.poll_action(self.now), Some(*action));
        }
        assert_eq!(self.scheduler.poll_action(self.now), None);
        self
    }

    /// These steps start, and nothing else happens.
    #[track_caller]
    pub(crate) fn starts(&mut self, steps: &[usize]) -> &mut Self {
        for &step in steps {
            assert_eq!(self.scheduler.poll_action(self.now), Some(Action::Start(id(step))));
        }
        self.wants(&[])
    }

    /// The attempt in flight comes to this, and so does the step.
    #[track_caller]
    pub(crate) fn ends(&mut self, step: usize, outcome: Outcome) -> &mut Self {
        assert_eq!(self.scheduler.handle_outcome(id(step), outcome, self.now), Verdict::Ended);
        self
    }

    /// The attempt in flight comes to this, and another will start then.
    #[track_caller]
    pub(crate) fn retries(&mut self, step: usize, outcome: Outcome, millis: u64) -> &mut Self {
        let again = Verdict::Retry(Instant::ZERO + ms(millis));
        assert_eq!(self.scheduler.handle_outcome(id(step), outcome, self.now), again);
        self
    }

    /// The scheduler is to be asked again at that time, and starts that step then.
    #[track_caller]
    pub(crate) fn starts_at(&mut self, step: usize, millis: u64) -> &mut Self {
        self.wants(&[]).wakes_at(millis).at(millis).starts(&[step])
    }

    #[track_caller]
    pub(crate) fn wakes_at(&mut self, millis: u64) -> &mut Self {
        assert_eq!(self.scheduler.poll_deadline(), Some(Instant::ZERO + ms(millis)));
        self
    }

    /// What became of a step.
    #[track_caller]
    pub(crate) fn is(&mut self, step: usize, status: Status, cause: Option<Cause>) -> &mut Self {
        let node = self.scheduler.state(id(step)).expect("a step of the plan");
        assert_eq!((node.status(), node.cause()), (status, cause));
        self
    }

    #[track_caller]
    pub(crate) fn has_ended(&mut self) {
        assert!(self.scheduler.has_ended());
    }
}
