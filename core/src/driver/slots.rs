//! The waker slots of attempts in flight.

use super::wakes::Wakes;
use alloc::{sync::Arc, task::Wake, vec::Vec};
use core::task::Waker;

/// What a waker of a step points at. Clones of the waker can outlive the attempt; a late wake is a spurious one.
struct WakerSlot {
    number: usize,
    wakes: Arc<Wakes>,
}

impl Wake for WakerSlot {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.wakes.wake_from(self.number);
    }
}

/// Wakers by number, made as they are needed and kept for later: as many as steps were ever in flight at once.
pub(crate) struct WakerSlots {
    wakes: Arc<Wakes>,
    slots: Vec<Slot>,
    /// The last slot of each step that has had one; empty until a step does not end at its first poll.
    last: Vec<u32>,
    /// The free slot that is taken next.
    first_free: u32,
    /// How many slots are not free.
    in_use: usize,
    /// Still set after a run that was forgotten rather than dropped: its steps may have attempts in flight.
    pub(crate) is_running: bool,
}

struct Slot {
    waker: Waker,
    /// The step that holds it; `NO_SLOT` for none.
    step: u32,
    /// The free slot after this free one, if there is one.
    next_free: u32,
}

pub(crate) const NO_SLOT: u32 = u32::MAX;

impl WakerSlots {
    pub(crate) fn new(most: usize) -> Self {
        let wakes = Arc::new(Wakes::new(most));
        let (slots, last) = (Vec::new(), Vec::new());
        let mut slots = Self { wakes, slots, last, first_free: NO_SLOT, in_use: 0, is_running: false };
        // Steps that end at their first poll all use one slot, so a run of only such steps does not allocate.
        let first = slots.acquire();
        slots.release(first);
        slots
    }

    pub(crate) fn capacity(&self) -> usize {
        self.wakes.woken.last()
    }

    pub(crate) fn wakes(&self) -> &Arc<Wakes> {
        &self.wakes
    }

    /// A waker of the run itself.
    pub(crate) fn run_waker(&self) -> Waker {
        Waker::from(self.wakes.clone())
    }

    /// Takes a free slot, or makes one.
    #[inline]
    pub(crate) fn acquire(&mut self) -> usize {
        self.in_use += 1;
        let slot = self.first_free as usize;
        match self.slots.get(slot) {
            Some(free) => {
                self.first_free = free.next_free;
                slot
            }
            None => self.add(),
        }
    }

    #[cold]
    fn add(&mut self) -> usize {
        let number = self.slots.len();
        let waker = Waker::from(Arc::new(WakerSlot { number, wakes: self.wakes.clone() }));
        self.slots.push(Slot { waker, step: NO_SLOT, next_free: NO_SLOT });
        number
    }

    /// Assigns an acquired slot to one of so many steps.
    pub(crate) fn assign(&mut self, slot: usize, step: u32, steps: usize) {
        if let Some(slot) = self.slots.get_mut(slot) {
            slot.step = step;
        }
        if self.last.len() < steps {
            self.last.resize(steps, 0);
        }
        if let Some(last) = self.last.get_mut(step as usize) {
            *last = slot as u32;
        }
    }

    /// Makes a slot free again.
    pub(crate) fn release(&mut self, slot: usize) {
        if let Some(free) = self.slots.get_mut(slot) {
            free.step = NO_SLOT;
            free.next_free = core::mem::replace(&mut self.first_free, slot as u32);
            self.in_use = self.in_use.saturating_sub(1);
        }
    }

    #[inline]
    pub(crate) fn waker(&self, slot: usize) -> Option<&Waker> {
        self.slots.get(slot).map(|slot| &slot.waker)
    }

    pub(crate) fn step_in(&self, slot: usize) -> Option<u32> {
        self.slots.get(slot).map(|slot| slot.step).filter(|&step| step != NO_SLOT)
    }

    /// The slot that a step holds.
    #[inline]
    pub(crate) fn slot_of(&self, step: u32) -> Option<usize> {
        let slot = *self.last.get(step as usize)? as usize;
        (self.step_in(slot) == Some(step)).then_some(slot)
    }

    /// Releases every slot but those whose step is to keep it, and returns whether there are any such.
    pub(crate) fn retain(&mut self, mut keeps: impl FnMut(u32) -> bool) -> bool {
        (self.first_free, self.in_use) = (NO_SLOT, self.slots.len());
        for slot in (0..self.slots.len()).rev() {
            if !self.step_in(slot).is_some_and(&mut keeps) {
                self.release(slot);
            }
        }
        self.in_use > 0
    }

    /// Marks every slot that a step holds as woken. A wake too many is harmless.
    #[cold]
    pub(crate) fn mark_all_woken(&self) {
        for (number, _) in self.slots.iter().enumerate().filter(|(_, slot)| slot.step != NO_SLOT) {
            self.wakes.woken.set(number);
        }
    }

    /// Whether an earlier run may have left attempts in flight.
    pub(crate) fn may_lead_to_attempts(&self) -> bool {
        self.is_running || self.in_use > 0
    }
}
