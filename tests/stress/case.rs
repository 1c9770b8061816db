//! A run of a few steps, with spans so close to one another that they race.

/// SplitMix64.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % end
    }

    /// True once in so many times.
    fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }
}

#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) steps: Vec<Step>,
    /// When the run is stopped from another thread, in microseconds, and whether by a cancel.
    pub(crate) stops: Vec<(u64, bool)>,
    /// The deadline of the run, in microseconds.
    pub(crate) deadline: Option<u64>,
    /// When the run is dropped, in microseconds.
    pub(crate) drop_after: Option<u64>,
    pub(crate) max_concurrent: u32,
}

#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) needs: Vec<usize>,
    pub(crate) spawned: bool,
    pub(crate) retries: u32,
    /// In microseconds.
    pub(crate) timeout: Option<u64>,
    pub(crate) clean_up: bool,
    /// What the attempts do, one after the other; the last one repeats.
    pub(crate) acts: Vec<Act>,
}

/// What an attempt does. Spans are in microseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    Yield(u64),
    Sleep(u64),
    Compute(u64),
    Fail(u64),
    Panic,
    /// Only with a timeout, which ends it.
    Hang,
}

impl Case {
    pub(crate) fn new(seed: u64) -> Self {
        let draw = &mut Draw(seed);
        let count = 1 + draw.below(8) as usize;
        let steps = (0..count).map(|at| Step::new(draw, at)).collect();
        let stops = if draw.once_in(3) { 1 + draw.below(3) } else { 0 };
        let mut stops: Vec<_> = (0..stops).map(|_| (draw.below(400), !draw.once_in(3))).collect();
        stops.sort_unstable();
        Self {
            steps,
            stops,
            deadline: draw.once_in(6).then(|| 50 + draw.below(400)),
            drop_after: draw.once_in(8).then(|| draw.below(400)),
            max_concurrent: 1 + draw.below(6) as u32,
        }
    }
}

impl Step {
    fn new(draw: &mut Draw, at: usize) -> Self {
        let acts: Vec<_> = (0..1 + draw.below(3)).map(|_| Act::new(draw)).collect();
        let timeout =
            (draw.once_in(3) || acts.iter().any(|act| matches!(act, Act::Hang))).then(|| 20 + draw.below(200));
        Self {
            needs: (0..at).filter(|_| draw.once_in(4)).collect(),
            spawned: !draw.once_in(4),
            retries: draw.below(3) as u32,
            timeout,
            clean_up: draw.once_in(8),
            acts,
        }
    }
}

impl Act {
    fn new(draw: &mut Draw) -> Self {
        match draw.below(16) {
            0..4 => Self::Yield(draw.below(4)),
            4..9 => Self::Sleep(draw.below(200)),
            9..12 => Self::Compute(draw.below(60)),
            12..14 => Self::Fail(draw.below(100)),
            14 => Self::Hang,
            _ => Self::Panic,
        }
    }
}
