//! Steps that only attempts which were given up hold up.

use rungs::scheduler::Action;
use rungs::{Cause, Instant};

use crate::layout::{Buffers, Layout, id};
use crate::oracle::build::{case, never, ok, step};

const fn at(nanos: u64) -> Instant {
    Instant::from_nanos(nanos)
}

/// No unit of a resource is held by an attempt that asked for none.
#[test]
fn an_attempt_that_holds_no_unit_blocks_nobody() {
    let uses = |units| step([never()]).timeout(1).uses([(0, units)]);
    let case = case([uses(0), uses(1), step([ok(1)]).uses([(0, 1)])]).capacities([1]).grace(1);
    let layout = Layout::new(&case);
    let mut storage = Buffers::default();
    let mut run = layout.run(&mut storage, at(0));
    for (now, action) in [
        (0, Action::Start(id(0))),
        (0, Action::Start(id(1))),
        (1, Action::Abandon(id(0))),
        (1, Action::Abandon(id(1))),
        (2, Action::Ended(id(0))),
        (2, Action::Ended(id(1))),
        (2, Action::Ended(id(2))),
    ] {
        assert_eq!(run.poll_action(at(now)), Some(action), "at {now}");
    }
    assert_eq!((run.in_flight(), run.still_running()), (0, 2));
    assert_eq!(run.state(id(2)).and_then(|state| state.cause()), Some(Cause::Blocked { by: id(1) }));
}
