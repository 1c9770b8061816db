//! What a step looks like, as a number: whether a result that was stored still is the step's.

use super::keep::Durable;
use crate::{
    diagram::StepNames,
    fnv::Fnv,
    steps::{ByStep, Names},
};
use alloc::{format, vec, vec::Vec};
use rungs_scheduler::{Plan, StepId};

/// The fingerprint of each step, by its index: of its name, its version, its rule, and of its needs, by name and kind and with
/// their own fingerprints. So a step that changes changes those below it. Orders, limits, retries and types do not count.
/// `order` is a topological order, or empty if the order of declaration is one. O(V + E), and O(V) for each step that needs
/// all before it.
pub(super) fn fingerprints<C: ?Sized>(
    plan: &Plan<'_>,
    order: &[u32],
    names: &Names,
    durable: &ByStep<Durable<C>>,
) -> Vec<u64> {
    let mut found = vec![0; plan.len()];
    for nth in 0..plan.len() {
        let step = StepId::from_number(order.get(nth).copied().unwrap_or(nth as u32));
        let version = durable.get(step).map_or(0, |durable| durable.version);
        // The rule by its name in Rust, which is a part of the API.
        let when = format!("{:?}", plan.settings(step).get_when());
        let mut hash = Fnv::new().text(names.name(step)).number(u64::from(version)).text(&when);
        for need in plan.needs(step).iter().filter(|need| !need.is_order()) {
            hash = hash.text(names.name(need.step())).number(u64::from(need.has_result()));
            hash = hash.number(found.get(need.step().index()).copied().unwrap_or_default());
        }
        if plan.waits_for_all(step) {
            hash = found.iter().take(step.index()).fold(hash, |hash, &before| hash.number(before));
        }
        if let Some(place) = found.get_mut(step.index()) {
            *place = hash.finish();
        }
    }
    found
}
