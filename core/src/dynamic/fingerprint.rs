//! What a step looks like, as a number: whether a result that was stored still is the step's.

use super::keep::Durable;
use crate::{
    diagram::StepNames,
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
        let mut hash = Fnv::new();
        hash.text(names.name(step));
        hash.number(u64::from(durable.get(step).map_or(0, |durable| durable.version)));
        // By its name in Rust, which is a part of the API.
        hash.text(&format!("{:?}", plan.settings(step).get_when()));
        for need in plan.needs(step).iter().filter(|need| !need.is_order()) {
            hash.text(names.name(need.step()));
            hash.number(u64::from(need.has_result()));
            hash.number(found.get(need.step().index()).copied().unwrap_or_default());
        }
        if plan.waits_for_all(step) {
            found.iter().take(step.index()).for_each(|&before| hash.number(before));
        }
        if let Some(place) = found.get_mut(step.index()) {
            *place = hash.0;
        }
    }
    found
}

/// [FNV-1a](http://www.isthe.com/chongo/tech/comp/fnv/) of 64 bits: the same on every machine and in every release.
struct Fnv(u64);

impl Fnv {
    const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn byte(&mut self, byte: u8) {
        self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }

    /// With its length, so that texts that follow each other are told apart.
    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        text.bytes().for_each(|byte| self.byte(byte));
    }

    fn number(&mut self, number: u64) {
        number.to_le_bytes().into_iter().for_each(|byte| self.byte(byte));
    }
}

#[cfg(test)]
mod tests {
    use super::Fnv;

    /// From the tables of the algorithm's authors.
    #[test]
    fn it_is_fnv_1a() {
        for (text, hash) in
            [("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8)]
        {
            let mut fnv = Fnv::new();
            text.bytes().for_each(|byte| fnv.byte(byte));
            assert_eq!(fnv.0, hash, "{text}");
        }
    }
}
