//! Which steps are in flight, for the errors of a simulation.

use super::state::Shared;
use crate::{Event, EventKind, Observer};
use alloc::sync::Arc;
use core::fmt;

/// An observer that tells a simulation which steps are in flight; see [`Sim::watch`](super::Sim::watch).
///
/// ```
/// use rungs::{Pipeline, sim::{Sim, Watch}};
///
/// let sim = Sim::new();
/// let watch: Watch = sim.watch();
/// let clock = sim.clock();
/// let mut p = Pipeline::new("two runs");
/// p.step("socket").run(|| async { Ok(std::future::pending::<()>().await) });
/// let error = sim.block_on(p.runner().observe(watch).run(&clock)).unwrap_err();
/// assert!(error.to_string().ends_with("nothing wakes `socket`"));
/// ```
#[derive(Clone)]
pub struct Watch {
    pub(super) shared: Arc<Shared>,
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").finish_non_exhaustive()
    }
}

impl<E> Observer<E> for Watch {
    fn on_event(&mut self, event: &Event<'_, E>) {
        let mut state = self.shared.lock();
        let Some(step) = event.step else { return state.in_flight.clear() };
        match event.kind {
            EventKind::Started => drop(state.in_flight.insert(step, event.name.into())),
            EventKind::Emitted(_) => {}
            _ => drop(state.in_flight.remove(&step)),
        }
    }
}
