//! Which waker slots were woken: bits that wakers set from any thread and that the run takes.

use alloc::{boxed::Box, sync::Arc, task::Wake};

#[cfg(rungs_loom)]
use super::loom_waker::AtomicWaker;
#[cfg(not(rungs_loom))]
use atomic_waker::AtomicWaker;
#[cfg(not(rungs_loom))]
use core::sync::atomic::{AtomicUsize, Ordering};
#[cfg(rungs_loom)]
use loom::sync::atomic::{AtomicUsize, Ordering};

const BITS: usize = usize::BITS as usize;

/// A set of slots: one bit per slot, and one mark per word of bits that may not be empty. A single word needs no mark.
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
        Self { words: zeros(words), marks: zeros(if words > 1 { words.div_ceil(BITS) } else { 0 }) }
    }

    /// The last bit, which is no slot's: it is set for the run itself.
    pub(super) fn last(&self) -> usize {
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
        let tops = if self.marks.is_empty() { &self.words } else { &self.marks };
        tops.iter().any(|bits| bits.load(Ordering::Relaxed) != 0)
    }

    /// The marks of as many words; `None` beyond the last one.
    fn take_marks(&self, at: usize) -> Option<usize> {
        match self.marks.get(at) {
            None if at == 0 => Some(1),
            marks => marks.map(take),
        }
    }

    fn take_word(&self, at: usize) -> usize {
        self.words.get(at).map_or(0, take)
    }
}

fn take(word: &AtomicUsize) -> usize {
    // A load is cheaper than a swap, and mostly there is nothing to take.
    if word.load(Ordering::Relaxed) == 0 { 0 } else { word.swap(0, Ordering::AcqRel) }
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
                self.marks = woken.take_marks(self.mark_at as usize)?;
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
    /// For so many slots.
    pub(super) fn new(slots: usize) -> Self {
        Self { woken: WokenBits::new(slots), run: AtomicWaker::new() }
    }

    /// Notes that a slot was woken, and wakes the run.
    pub(super) fn wake_from(&self, slot: usize) {
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

#[cfg(all(test, not(rungs_loom)))]
mod tests {
    use super::*;
    use alloc::vec::Vec;

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
    fn a_set_of_one_word_tells_what_is_woken() {
        let woken = WokenBits::new(4);
        assert!(!woken.is_any());
        assert!(woken.set(2) && !woken.set(3) && woken.is_any());
        let mut pass = Pass::default();
        let seen: Vec<_> = core::iter::from_fn(|| pass.next(&woken)).collect();
        assert!(seen == [2, 3] && !woken.is_any());
        assert!(!woken.set(64), "a slot that is not there");
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
    use alloc::vec::Vec;
    use loom::{sync::Arc, thread};

    #[test]
    fn no_wake_is_lost() {
        // Of two slots in the only word or in one of two, of two in words of their own, and of one that is woken twice.
        for (of, slots) in [(2, [0, 1]), (BITS + 1, [0, 1]), (BITS + 1, [0, BITS]), (BITS + 1, [0, 0])] {
            loom::model(move || two_wakers_and_a_run(of, slots));
        }
    }

    /// In any order, each wake is taken by a pass that began before the run was woken, or by the pass that follows its wake.
    fn two_wakers_and_a_run(of: usize, slots: [usize; 2]) {
        let woken = Arc::new(WokenBits::new(of));
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
