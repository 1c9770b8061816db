//! A small plan run by hand, with a clock that the test sets.

use core::time::Duration;

use rungs::scheduler::{
    Action, Edges, Need, Numbering, Outcome, Plan, Scheduler, StepId, StepState, Storage, StorageSize, TimerEntry,
    Verdict, invert,
};
use rungs::{Cause, Config, Instant, Settings, Status};

/// The largest plan here has this many steps.
const STEPS: usize = 6;
const EDGES: usize = 8;

/// A step: its needs, and its settings.
pub(crate) type Step<'a> = (&'a [Need], Settings<'a>);

pub(crate) struct Run<'a> {
    pub(crate) scheduler: Scheduler<'a>,
    now: Instant,
}

/// Makes a plan of the steps, and runs it.
pub(crate) fn run(steps: &[Step<'_>], config: Config, play: impl FnOnce(&mut Run<'_>)) {
    run_in_order(steps, config, Numbering::default(), play);
}

/// As [`run`], for a plan in which these steps need all before them.
pub(crate) fn run_after_all(steps: &[Step<'_>], marks: &[StepId], config: Config, play: impl FnOnce(&mut Run<'_>)) {
    run_plan(steps, marks, config, Numbering::default(), play);
}

pub(crate) fn run_in_order(
    steps: &[Step<'_>],
    config: Config,
    numbering: Numbering<'_>,
    play: impl FnOnce(&mut Run<'_>),
) {
    run_plan(steps, &[], config, numbering, play);
}

fn run_plan(
    steps: &[Step<'_>],
    marks: &[StepId],
    config: Config,
    numbering: Numbering<'_>,
    play: impl FnOnce(&mut Run<'_>),
) {
    let (mut starts, mut list) = ([0; STEPS + 1], [Need::result(id(0)); EDGES]);
    let (mut settings, mut which) = ([Settings::DEFAULT; STEPS], [0; STEPS]);
    let mut edges = 0;
    for (index, (needs, its_settings)) in steps.iter().enumerate() {
        for need in *needs {
            list[edges] = *need;
            edges += 1;
        }
        starts[index + 1] = edges as u32;
        (settings[index], which[index]) = (*its_settings, index as u32);
    }
    let needs = Edges::new(&starts[..=steps.len()], &list[..edges]).with_after_all(marks);
    let (mut up_starts, mut up_list) = ([0; STEPS + 1], [Need::result(id(0)); EDGES]);
    invert(needs, &mut up_starts[..=steps.len()], &mut up_list);
    let dependents = Edges::new(&up_starts[..=steps.len()], &up_list[..edges]);
    let plan = Plan::new(needs, dependents, &settings, &which[..steps.len()]);

    let (mut states, mut ready) = ([StepState::default(); STEPS], [0; StorageSize::ready_words(STEPS)]);
    let (mut timers, mut free, mut open) = ([TimerEntry::default(); STEPS], [0; STEPS], [0; STEPS]);
    let storage =
        Storage { states: &mut states, ready: &mut ready, timers: &mut timers, free: &mut free, open: &mut open };
    let now = Instant::ZERO;
    let scheduler = Scheduler::new(plan, numbering, config, storage, now).expect("storage for the largest plan here");
    play(&mut Run { scheduler, now });
}

pub(crate) fn id(index: usize) -> StepId {
    StepId::new(index).expect("a small plan")
}

pub(crate) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

impl Run<'_> {
    /// Sets the clock.
    pub(crate) fn at(&mut self, millis: u64) -> &mut Self {
        self.now = Instant::ZERO + ms(millis);
        self
    }

    /// The scheduler asks for these actions and no other.
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

    /// The attempt in flight has this outcome, and the step ends.
    #[track_caller]
    pub(crate) fn ends(&mut self, step: usize, outcome: Outcome) -> &mut Self {
        assert_eq!(self.scheduler.handle_outcome(id(step), outcome, self.now), Verdict::Ended);
        self
    }

    /// The attempt that was given up has ended.
    #[track_caller]
    pub(crate) fn ends_late(&mut self, step: usize) -> &mut Self {
        assert_eq!(self.scheduler.handle_outcome(id(step), Outcome::Success, self.now), Verdict::Ignored);
        self
    }

    /// Whether the step's attempt was given up and has not ended.
    #[track_caller]
    pub(crate) fn is_still_running(&mut self, step: usize, is: bool) -> &mut Self {
        assert_eq!(self.scheduler.state(id(step)).map(StepState::is_still_running), Some(is));
        self
    }

    /// Whether the step succeeded after a time limit or a stop had reached it.
    #[track_caller]
    pub(crate) fn is_late(&mut self, step: usize, is: bool) -> &mut Self {
        assert_eq!(self.scheduler.state(id(step)).map(StepState::is_late), Some(is));
        self
    }

    /// The attempt in flight has this outcome, and a retry will start at that time.
    #[track_caller]
    pub(crate) fn retries(&mut self, step: usize, outcome: Outcome, millis: u64) -> &mut Self {
        let again = Verdict::Retry(Instant::ZERO + ms(millis));
        assert_eq!(self.scheduler.handle_outcome(id(step), outcome, self.now), again);
        self
    }

    /// The scheduler asks to be called at that time, and then starts that step.
    #[track_caller]
    pub(crate) fn starts_at(&mut self, step: usize, millis: u64) -> &mut Self {
        self.wants(&[]).wakes_at(millis).at(millis).starts(&[step])
    }

    #[track_caller]
    pub(crate) fn wakes_at(&mut self, millis: u64) -> &mut Self {
        assert_eq!(self.scheduler.poll_deadline(), Some(Instant::ZERO + ms(millis)));
        self
    }

    /// The status and the cause of a step.
    #[track_caller]
    pub(crate) fn is(&mut self, step: usize, status: Status, cause: Option<Cause>) -> &mut Self {
        let state = self.scheduler.state(id(step)).expect("a step of the plan");
        assert_eq!((state.status(), state.cause()), (status, cause));
        self
    }

    #[track_caller]
    pub(crate) fn has_ended(&mut self) {
        assert!(self.scheduler.has_ended());
    }
}
