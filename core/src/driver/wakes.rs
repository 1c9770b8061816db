//! Waker slots, and which of them were woken: bits that wakers set from any thread and that the run takes.

use alloc::{boxed::Box, sync::Arc, task::Wake, vec::Vec};
use core::task::Waker;

#[cfg(rungs_loom)]
use super::loom_waker::AtomicWaker;
#[cfg(not(rungs_loom))]
use atomic_waker::AtomicWaker;
#[cfg(not(rungs_loom))]
use core::sync::atomic::{AtomicUsize, Ordering};
#[cfg(rungs_loom)]
use loom::sync::atomic::{AtomicUsize, Ordering};

const BITS: usize = usize::BITS as usize;

/// A set of slots: one bit per slot, and one mark per word of bits that may not be empty.
///
/// Setting the first bit of a word also marks the word. The run takes the marks first and the words after, so a bit that is
/// set in between is either taken as well or has its word marked again.
pub(crate) struct WokenBits {
    words: Box<[AtomicUsize]>,
    marks: Box<[AtomicUsize]>,
}

impl WokenBits {
    pub(crate) fn new(slots: usize) -> Self {
        let zeros = |n: usize| (0..n).map(|_| AtomicUsize::new(0)).collect();
        let words = slots / BITS + 1;
        Self { words: zeros(words), marks: zeros(words.div_ceil(BITS)) }
    }

    /// The last bit, which is no slot's: it is set for the run itself.
    fn last(&self) -> usize {
        self.words.len() * BITS - 1
    }

    /// Sets a bit, and returns whether the run must be woken. If not, another waker is about to do so.
    pub(crate) fn set(&self, slot: usize) -> bool {
        let word = slot / BITS;
        let Some(bits) = self.words.get(word) else { return false };
        // Release: what happened before the wake is visible to the poll that it causes.
        if bits.fetch_or(1 << (slot % BITS), Ordering::AcqRel) != 0 {
            return false;
        }
        if let Some(marks) = self.marks.get(word / BITS) {
            marks.fetch_or(1 << (word % BITS), Ordering::AcqRel);
        }
        true
    }

    /// Whether a bit is set. One that is about to be set does not count.
    #[inline]
    pub(crate) fn is_any(&self) -> bool {
        self.marks.iter().any(|marks| marks.load(Ordering::Relaxed) != 0)
    }

    fn take_marks(&self, at: usize) -> usize {
        take(self.marks.get(at))
    }

    fn take_word(&self, at: usize) -> usize {
        take(self.words.get(at))
    }
}

fn take(word: Option<&AtomicUsize>) -> usize {
    match word {
        // A load is cheaper than a swap, and mostly there is nothing to take.
        Some(word) if word.load(Ordering::Relaxed) != 0 => word.swap(0, Ordering::AcqRel),
        _ => 0,
    }
}

/// One pass over the woken slots. A slot that is woken again during the pass is left for the next pass, so that
/// a step that always wakes itself cannot keep the others waiting.
///
/// A pass holds the bits that it has taken, so one that is dropped before its end loses wakes.
#[derive(Default)]
pub(crate) struct Pass {
    marks: usize,
    word: usize,
    mark_at: u32,
    word_at: u32,
}

impl Pass {
    #[inline]
    pub(crate) fn next(&mut self, woken: &WokenBits) -> Option<usize> {
        self.fill(woken)?;
        let slot = self.word_at as usize * BITS + self.word.trailing_zeros() as usize;
        self.word &= self.word - 1;
        Some(slot)
    }

    /// The next slot, of those that were woken with it: `pick` says which one, given how many there are (64 at most).
    #[cold]
    pub(crate) fn next_picked(&mut self, woken: &WokenBits, pick: impl FnOnce(u32) -> u32) -> Option<usize> {
        self.fill(woken)?;
        let mut rest = self.word;
        for _ in 0..pick(rest.count_ones()) {
            rest &= rest.wrapping_sub(1);
        }
        let bit = rest.trailing_zeros();
        self.word &= !1_usize.checked_shl(bit)?;
        Some(self.word_at as usize * BITS + bit as usize)
    }

    /// Takes the next word of bits, if the last one is used up.
    #[inline]
    fn fill(&mut self, woken: &WokenBits) -> Option<()> {
        while self.word == 0 {
            while self.marks == 0 {
                if self.mark_at as usize >= woken.marks.len() {
                    return None;
                }
                self.marks = woken.take_marks(self.mark_at as usize);
                self.mark_at += 1;
            }
            self.word_at = (self.mark_at - 1) * BITS as u32 + self.marks.trailing_zeros();
            self.marks &= self.marks - 1;
            self.word = woken.take_word(self.word_at as usize);
        }
        Some(())
    }
}

/// The run's side of its steps' wakers.
pub(crate) struct Wakes {
    pub(crate) woken: WokenBits,
    pub(crate) run: AtomicWaker,
}

impl Wakes {
    fn wake_from(&self, slot: usize) {
        if self.woken.set(slot) {
            self.run.wake();
        }
    }
}

/// Wakes the run, for nobody's sake.
impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.wake_from(self.woken.last());
    }
}

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
    wakers: Vec<Waker>,
    /// The step that holds each slot; `NO_SLOT` for a free one.
    steps: Vec<u32>,
    /// The last slot of each step that has had one; empty until a step does not end at its first poll.
    last: Vec<u32>,
    free: Vec<u32>,
    /// Still set after a run that was forgotten rather than dropped: its steps may have attempts in flight.
    pub(crate) is_running: bool,
}

pub(crate) const NO_SLOT: u32 = u32::MAX;

impl WakerSlots {
    pub(crate) fn new(most: usize) -> Self {
        let wakes = Arc::new(Wakes { woken: WokenBits::new(most), run: AtomicWaker::new() });
        let (wakers, steps, last, free) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut slots = Self { wakes, wakers, steps, last, free, is_running: false };
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
    pub(crate) fn acquire(&mut self) -> usize {
        if let Some(slot) = self.free.pop() {
            return slot as usize;
        }
        let number = self.wakers.len();
        self.wakers.push(Waker::from(Arc::new(WakerSlot { number, wakes: self.wakes.clone() })));
        self.steps.push(NO_SLOT);
        number
    }

    /// Assigns an acquired slot to one of so many steps.
    pub(crate) fn assign(&mut self, slot: usize, step: u32, steps: usize) {
        self.set_step(slot, step);
        if self.last.len() < steps {
            self.last.resize(steps, 0);
        }
        if let Some(last) = self.last.get_mut(step as usize) {
            *last = slot as u32;
        }
    }

    fn set_step(&mut self, slot: usize, step: u32) {
        if let Some(entry) = self.steps.get_mut(slot) {
            *entry = step;
        }
    }

    /// Makes a slot free again.
    pub(crate) fn release(&mut self, slot: usize) {
        self.set_step(slot, NO_SLOT);
        self.free.push(slot as u32);
    }

    #[inline]
    pub(crate) fn waker(&self, slot: usize) -> Option<&Waker> {
        self.wakers.get(slot)
    }

    pub(crate) fn step_in(&self, slot: usize) -> Option<u32> {
        self.steps.get(slot).copied().filter(|&step| step != NO_SLOT)
    }

    /// The slot that a step holds.
    #[inline]
    pub(crate) fn slot_of(&self, step: u32) -> Option<usize> {
        let slot = *self.last.get(step as usize)? as usize;
        (self.step_in(slot) == Some(step)).then_some(slot)
    }

    /// Releases every slot but those whose step is to keep it, and returns whether there are any such.
    pub(crate) fn retain(&mut self, mut keeps: impl FnMut(u32) -> bool) -> bool {
        self.free.clear();
        for (slot, step) in self.steps.iter_mut().enumerate().rev() {
            if *step == NO_SLOT || !keeps(*step) {
                *step = NO_SLOT;
                self.free.push(slot as u32);
            }
        }
        self.free.len() < self.steps.len()
    }

    /// Marks every slot that a step holds as woken. A wake too many is harmless.
    #[cold]
    pub(crate) fn mark_all_woken(&self) {
        for (slot, _) in self.steps.iter().enumerate().filter(|&(_, &step)| step != NO_SLOT) {
            self.wakes.woken.set(slot);
        }
    }

    /// Whether an earlier run may have left attempts in flight.
    pub(crate) fn may_lead_to_attempts(&self) -> bool {
        self.is_running || self.free.len() < self.steps.len()
    }
}

#[cfg(all(test, not(rungs_loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_pass_takes_each_woken_slot_once() {
        let woken = WokenBits::new(10_000);
        for slot in [0, 63, 64, 4_095, 4_096, 9_999] {
            assert!(woken.set(slot) || slot == 63);
            assert!(!woken.set(slot));
        }
        let mut pass = Pass::default();
        let mut seen = Vec::new();
        while let Some(slot) = pass.next(&woken) {
            woken.set(slot); // woken while it is polled: for the next pass
            seen.push(slot);
        }
        assert_eq!(seen, [0, 63, 64, 4_095, 4_096, 9_999]);
        assert_eq!(Pass::default().next(&woken), Some(0));
        assert!(!woken.set(1_000_000), "a slot that is not there");
    }

    #[test]
    fn a_pass_may_pick_among_the_slots_of_a_word() {
        let woken = WokenBits::new(200);
        for slot in [1, 5, 63, 64, 70] {
            woken.set(slot);
        }
        let mut pass = Pass::default();
        let last = |woken: u32| woken - 1;
        let seen: Vec<_> = core::iter::from_fn(|| pass.next_picked(&woken, last)).collect();
        assert_eq!(seen, [63, 5, 1, 70, 64]);
    }
}

#[cfg(all(test, rungs_loom))]
mod tests {
    use super::*;
    use loom::{sync::Arc, thread};

    #[test]
    fn no_wake_is_lost() {
        // Of two slots in one word, of two in words of their own, and of one that is woken twice.
        for slots in [[0, 1], [0, BITS], [0, 0]] {
            loom::model(move || two_wakers_and_a_run(slots));
        }
    }

    /// In any order, each wake is taken by a pass that began before the run was woken, or by the pass that follows its wake.
    fn two_wakers_and_a_run(slots: [usize; 2]) {
        let woken = Arc::new(WokenBits::new(BITS + 1));
        let run_wakes = Arc::new(AtomicUsize::new(0));
        let threads = slots.map(|slot| {
            let (woken, run_wakes) = (woken.clone(), run_wakes.clone());
            thread::spawn(move || {
                if woken.set(slot) {
                    run_wakes.fetch_add(1, Ordering::AcqRel);
                }
            })
        });
        let before = run_wakes.load(Ordering::Acquire);
        let mut seen = Vec::new();
        let mut pass = || {
            let mut pass = Pass::default();
            seen.extend(core::iter::from_fn(|| pass.next(&woken)));
            seen.len()
        };
        let early = pass();
        for thread in threads {
            thread.join().unwrap();
        }
        let all = pass();
        let is_woken = run_wakes.load(Ordering::Acquire) > before;
        assert!(all == early || is_woken, "a bit was left in the set, and the run was not woken");
        assert!(
            slots.iter().all(|slot| seen.contains(slot)) && all <= slots.len(),
            "{slots:?} were woken, not {seen:?}"
        );
    }
}
