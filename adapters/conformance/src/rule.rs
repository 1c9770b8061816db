//! One rule, and how it is checked.

use std::{
    fmt,
    panic::{self, AssertUnwindSafe},
    process,
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

/// A rule that waits for longer than this is taken for one that waits for ever.
const PATIENCE: Duration = Duration::from_secs(120);

/// One rule, for one adapter.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Rule {
    /// What it is about: the clock, the tasks, or a run on both.
    pub group: &'static str,
    /// The rule in a few words.
    pub name: &'static str,
    /// Why this adapter need not keep it, if so.
    pub skipped: Option<&'static str>,
    body: fn(),
}

impl Rule {
    #[doc(hidden)]
    pub const fn new(group: &'static str, name: &'static str, skipped: Option<&'static str>, body: fn()) -> Self {
        Self { group, name, skipped, body }
    }

    /// Checks the rule, also if it is one that the adapter need not keep.
    ///
    /// # Errors
    /// The rule is broken: what the check says of it.
    pub fn check(&self) -> Result<(), String> {
        let _watched = Watched::new(self.group, self.name);
        panic::catch_unwind(AssertUnwindSafe(self.body)).map_err(|payload| match payload.downcast::<String>() {
            Ok(text) => *text,
            Err(payload) => payload.downcast_ref::<&str>().map_or("a panic without a message", |text| text).into(),
        })
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rule").field("group", &self.group).field("name", &self.name).finish_non_exhaustive()
    }
}

/// Checks one of the rules: what the tests call that `suite` makes.
#[track_caller]
pub fn check_by_name(rules: &[Rule], group: &str, name: &str) {
    let rule = rules.iter().find(|rule| (rule.group, rule.name) == (group, name));
    let rule = rule.expect("it is one of the rules");
    match rule.skipped {
        Some(why) => println!("skipped: {why}"),
        None => rule.check().unwrap_or_else(|said| panic!("{group}: {name}: {said}")),
    }
}

/// Ends the process if it is not dropped in time: nothing else ends a rule that waits for ever.
struct Watched {
    _done: mpsc::Sender<()>,
}

impl Watched {
    fn new(group: &'static str, name: &'static str) -> Self {
        let (done, is_done) = mpsc::channel();
        thread::spawn(move || {
            if is_done.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                eprintln!("{group}: {name}: has not ended within {} s", PATIENCE.as_secs());
                process::abort();
            }
        });
        Self { _done: done }
    }
}
